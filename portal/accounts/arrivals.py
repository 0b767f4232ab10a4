"""What a sign-in, a refused one and a sign-out leave behind, whichever door it was."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from portal.accounts import visits
from portal.accounts.models import RefusedSignIn, User
from portal.lib.requests import address

SEEN, KEY = "seen", "visit"  # in the session: last activity (Unix time), key of the visit's row


def arrived(request: HttpRequest, user: User, **_signal: Any) -> None:
    """After Django has given the session a new key."""
    now, session = timezone.now(), request.session
    if session.session_key is None:  # somebody else's was thrown away
        session.save()
    key = str(session.session_key)
    session[SEEN] = now.timestamp()
    if session.get(KEY) == key:  # the same person, signed in already
        return
    session[KEY] = key
    visits.begin(user, key, address(request), request.headers.get("User-Agent", ""), now)


def refused(credentials: dict[str, Any], request: HttpRequest | None, **_signal: Any) -> None:
    """A wrong password, or any during a pause: kept ``SIGN_IN_DAYS``. axes only counts them, and
    forgets them as soon as the pause is over or the right one comes.
    """
    if request is None:
        return
    longest = RefusedSignIn.username.field.max_length
    RefusedSignIn.objects.create(
        username=str(credentials.get("username", ""))[:longest],
        ip_address=address(request) or None,
        user_agent=request.headers.get("User-Agent", "")[:200],
        path_info=request.path[:200],
        locked_out=getattr(request, "axes_locked_out", False),
    )


def left(request: HttpRequest, **_signal: Any) -> None:
    """Before Django throws the session away."""
    visits.leave(str(request.session.session_key))
