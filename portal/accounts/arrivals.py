"""What a sign-in and a sign-out leave behind, whichever door it was."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from portal.accounts import visits
from portal.accounts.models import User
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


def left(request: HttpRequest, **_signal: Any) -> None:
    """Before Django throws the session away."""
    visits.leave(str(request.session.session_key))
