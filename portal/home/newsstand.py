"""What a reader has not seen, and by what he is told: one statement for both, when asked for."""

from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from portal.accounts.models import User
from portal.inbox.channels.base import Person
from portal.inbox.models import MailChoice, Message
from portal.inbox.selectors import reach_of
from portal.lib.prepared import Prepared, Slot


@Prepared
def _row() -> QuerySet[User, Any]:
    unread = Message.objects.filter(user=Slot("user_id"), read_at=None).order_by().values("user")
    silent = MailChoice.objects.filter(user=OuterRef("pk"), wanted=False)
    return (
        User.objects.filter(pk=Slot("user_id"))
        .annotate(
            unread=Coalesce(Subquery(unread.values(number=Count("pk"))), Value(0)),
            silent=Exists(silent),
        )
        .values_list("student__email", "student__phone", "unread", "silent")
    )


class Newsstand:
    """Of one signed-in user; nothing is read before it is asked."""

    def __init__(self, user: User) -> None:
        self._user = user

    @property
    def unread(self) -> int:
        """How many messages he has not seen."""
        return int(self._known[2])

    @property
    def told(self) -> str:
        """``站内消息和邮件``: what a page may promise him."""
        email, phone, _, silent = self._known
        user = self._user
        person = Person(user.pk, user.username, user.name, email or "", phone or "")
        return reach_of(person, mail_wanted=not silent).words

    @cached_property
    def _known(self) -> tuple[Any, ...]:
        return _row.first(user_id=self._user.pk) or (None, None, 0, False)
