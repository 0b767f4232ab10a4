"""Who of the staff asks."""

from django.http import HttpRequest

from portal.accounts.models import User


def staff_of(request: HttpRequest) -> User:
    """The account behind a request that admin or a guard has let in."""
    assert isinstance(request.user, User)  # noqa: S101 -- see above
    return request.user
