"""What was typed into a form whose sender had been signed out: kept for him in this browser.

Half an hour at most and in the cache; the session holds no more than where. Only words are worth
it: a form with a password or a code in it is not kept, nor is a file. The page shows it again to
the same account, and nothing is sent by itself.
"""

import logging
import re
import secrets
from dataclasses import asdict, dataclass

from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

from portal.accounts.models import User

LOST = "lost"  # in the session: the name in the cache
FOR = 1800  # seconds
LONGEST = 20_000  # characters of all names and values
SECRET = re.compile("pass|otp|token|secret", re.IGNORECASE)
OURS = re.compile("csrfmiddlewaretoken$|next$|_")  # and the buttons of admin
WORDS = re.compile(r"[^\x00-\x7f]")  # what people write here is Chinese; a number is typed quickly
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lost:
    """A form: who sent it, where to, from which page, and its fields in their order."""

    owner_id: int
    action: str
    page: str
    fields: list[tuple[str, str]]

    @property
    def texts(self) -> list[str]:
        """What was written in words, for whoever has to copy it."""
        return [value for _, value in self.fields if WORDS.search(value)]


def keep(request: HttpRequest, owner_id: int, page: str) -> bool:
    """Keep what ``request`` has sent from ``page``; whether there was something to keep."""
    sent = request.POST.lists()
    fields = [(name, one) for name, own in sent if not OURS.match(name) for one in own]
    kept = Lost(owner_id, request.path, page, fields)
    size = sum(len(name) + len(value) for name, value in fields)
    if not kept.texts or size > LONGEST or any(SECRET.search(name) for name, _ in fields):
        return False
    name = f"lost:{secrets.token_urlsafe(16)}"
    try:
        cache.set(name, asdict(kept), FOR)
    except RedisError:
        log.exception("a lost form is not kept")
        return False
    request.session[LOST] = name
    return True


def found(request: HttpRequest) -> Lost | None:
    """What the page that is being shown had lost, if the same person looks at it."""
    kept = _kept(request)
    here = kept is not None and kept.page == request.get_full_path()
    return kept if kept and here and kept.owner_id == request.user.pk else None


def sent_again(request: HttpRequest) -> None:
    """Nothing is kept any longer once its form has arrived."""
    kept = _kept(request)
    if kept is not None and kept.action == request.path:
        _forget(request)


def arrived(request: HttpRequest, user: User, **_signal: object) -> None:
    """Somebody signs in: what another has typed is none of his business."""
    kept = _kept(request)
    if kept is not None and kept.owner_id != user.pk:
        _forget(request)


def _kept(request: HttpRequest) -> Lost | None:
    name = request.session.get(LOST)
    if not name:
        return None
    try:
        known = cache.get(name)
    except RedisError:
        log.exception("a lost form is not found")
        return None
    return Lost(**known) if known else None


def _forget(request: HttpRequest) -> None:
    name = request.session.pop(LOST)
    try:
        cache.delete(name)
    except RedisError:  # it runs out by itself
        log.exception("a lost form is not forgotten")
