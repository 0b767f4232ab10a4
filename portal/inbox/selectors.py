"""Reading messages."""

from dataclasses import dataclass

from django.db.models import QuerySet

from portal.inbox.channels.base import Person
from portal.inbox.channels.registry import channels
from portal.inbox.handing import address_book, without_mail
from portal.inbox.models import Message


def messages_of(user_id: int) -> QuerySet[Message]:
    """A user's messages, newest first."""
    return Message.objects.filter(user_id=user_id)


@dataclass(frozen=True)
class Reach:
    """How somebody is told: always in the portal, and by what he is reached outside.

    ``labels`` are the channels outside; ``email`` his masked address, empty when there is none or
    the portal sends no e-mail; ``mail_wanted`` is his own choice.
    """

    labels: tuple[str, ...]
    email: str
    mail_wanted: bool

    @property
    def words(self) -> str:
        """``站内消息``, ``站内消息和邮件``…, for a page that promises one."""
        *most, last = ("站内消息", *self.labels)
        return f"{'、'.join(most)}和{last}" if most else last


def reach(user_id: int) -> Reach:
    """Two statements."""
    person = address_book()([user_id]).get(user_id)
    wanted = user_id not in without_mail([user_id])
    return Reach((), "", wanted) if person is None else reach_of(person, mail_wanted=wanted)


def reach_of(person: Person, *, mail_wanted: bool) -> Reach:
    """The same of what is known already. Channels that carry some topics only are not promised."""
    by_name = {name: each for name, each in channels().items() if each.address(person)}
    labels = tuple(
        each.label
        for name, each in by_name.items()
        if each.wants("") and (mail_wanted or name != "email")
    )
    return Reach(labels, masked(person) if "email" in by_name else "", mail_wanted)


def masked(person: Person) -> str:
    """``w***@example.com``; empty without an address."""
    name, at, host = person.email.rpartition("@")
    return f"{name[:1]}***{at}{host}" if at else ""
