"""Accounts for tests."""

from itertools import count
from typing import Any

from portal.accounts.models import User

PASSWORD = "a long enough one"
_numbers = count(1)


def user(**fields: Any) -> User:
    """A student unless ``role`` says otherwise; signs in with ``PASSWORD`` when given one."""
    number = next(_numbers)
    defaults = {"username": f"T{number:07d}", "name": f"测试{number}"}
    return User.objects.create_user(**(defaults | fields))
