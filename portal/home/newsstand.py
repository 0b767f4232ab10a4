"""What a reader has not seen, and by what he is told: one statement for both, when asked for.

The home page reads what it says of exchanges with the same statement.
"""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from credits.selectors import overview as exchanges
from portal.accounts.models import User
from portal.inbox.channels.base import Person
from portal.inbox.models import MailChoice, Message
from portal.inbox.selectors import reach_of
from portal.lib.prepared import Prepared, Row, Slot


def _reader(**more: Any) -> QuerySet[User, Any]:
    unread = Message.objects.filter(user=Slot("user_id"), read_at=None).order_by().values("user")
    silent = MailChoice.objects.filter(user=OuterRef("pk"), wanted=False)
    return (
        User.objects.filter(pk=Slot("user_id"))
        .annotate(
            unread=Coalesce(Subquery(unread.values(number=Count("pk"))), Value(0)),
            silent=Exists(silent),
        )
        .values("student__email", "student__phone", "unread", "silent", **more)
    )


@Prepared
def _row() -> QuerySet[User, Any]:
    return _reader()


@Prepared
def _front_row() -> QuerySet[User, Any]:
    return _reader(**exchanges.columns("student"))


_NOBODY: Row = {
    "student__email": "",
    "student__phone": "",
    "unread": 0,
    "silent": False,
    "exchanges": [],
    "failures": [],
    "policies": [],
}


class Newsstand:
    """Of one signed-in user; nothing is read before it is asked."""

    def __init__(self, user: User) -> None:
        self._user = user

    @property
    def unread(self) -> int:
        """How many messages he has not seen."""
        return int(self._known["unread"])

    @property
    def told(self) -> str:
        """``站内消息和邮件``: what a page may promise him."""
        user, known = self._user, self._known
        email, phone = known["student__email"] or "", known["student__phone"] or ""
        person = Person(user.pk, user.username, user.name, email, phone)
        return reach_of(person, mail_wanted=not known["silent"]).words

    @cached_property
    def _known(self) -> Row:
        return self._read() or _NOBODY

    def _read(self) -> Row | None:
        return _row.first(user_id=self._user.pk)


class FrontPage(Newsstand):
    """The same with the reader's exchanges, as of ``now``."""

    def __init__(self, user: User, now: datetime) -> None:
        super().__init__(user)
        self._now = now

    @property
    def exchange(self) -> exchanges.Overview:
        """Nothing for somebody without a record."""
        return exchanges.overview(self._known, self._now)

    def _read(self) -> Row | None:
        today = timezone.localdate(self._now)
        return _front_row.first(user_id=self._user.pk, **exchanges.slots(today, self._now))
