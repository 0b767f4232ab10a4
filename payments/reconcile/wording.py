"""Words about files and differences that services and pages share."""

from datetime import datetime

from portal.accounts.models import User
from portal.lib.moments import moment

BY_PORTAL = "系统"


def who(user: User | None) -> str:
    """Who did it; nobody is the portal itself."""
    return user.name if user else BY_PORTAL


def handled(user: User | None, at: datetime, now: datetime) -> str:
    """What the second clerk is told."""
    return f"已由{who(user)}于 {moment(at, now)} 处理"
