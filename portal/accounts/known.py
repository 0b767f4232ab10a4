"""A browser an account has signed in with before is not paused by what others type elsewhere.

Wrong passwords are counted per account and address, and a campus is one address: without this, a
neighbour who types a student's number five times keeps him out for a quarter of an hour.
"""

from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.core import signing
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.lib.rate import count, counted

COOKIE = "known"
SALT = "portal.accounts.known"
FOR = 180 * 86_400  # seconds
TRIES = "known-browser"  # its own wrong passwords, counted by the cookie


def remember(answer: HttpResponse, user: User) -> None:
    """Let this browser be known to this account until its password changes."""
    answer.set_cookie(
        COOKIE,
        signing.dumps([user.username, _password(user)], salt=SALT),
        max_age=FOR,
        path=reverse("accounts:login"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def failed(request: HttpRequest) -> None:
    """A wrong password typed at a browser that may be known: it is not known for long."""
    if cookie := request.COOKIES.get(COOKIE):
        count(TRIES, cookie, timezone.now(), pause())


def is_known(request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
    """Whether the account that is typed has signed in here before (``AXES_WHITELIST_CALLABLE``).

    After ``SIGN_IN_TRIES`` wrong passwords of its own it is a stranger like any other.
    """
    cookie = request.COOKIES.get(COOKIE, "")
    typed = (credentials or {}).get("username") or request.POST.get("username", "")
    try:
        username, password = signing.loads(cookie, salt=SALT, max_age=FOR)
    except (signing.BadSignature, ValueError):
        return False
    tries = counted(TRIES, cookie, timezone.now(), pause())
    if username != typed or tries >= settings.AXES_FAILURE_LIMIT:
        return False
    user = User.objects.filter(username=username).first()
    return user is not None and _password(user) == password


def pause() -> int:
    """Seconds wrong passwords are remembered for."""
    return max(1, round(settings.AXES_COOLOFF_TIME.total_seconds()))


def paused_until(username: str, address: str, now: datetime) -> datetime:
    """When wrong passwords of this name from this address no longer count; axes keeps the last."""
    tries = AccessAttempt.objects.filter(username=username, ip_address=address)
    last = tries.aggregate(last=Max("attempt_time"))["last"] or now
    return last + timedelta(seconds=pause())


def _password(user: User) -> str:
    """Changes with the password; says nothing about it."""
    return user.get_session_auth_hash()[:16]
