"""Sending and reading messages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from portal.inbox.models import LINK, TITLE, MailChoice, Message
from portal.lib.errors import NotYours


@dataclass(frozen=True)
class Note:
    """A message to be sent; the same ``key`` reaches the same user once."""

    user_id: int
    key: str
    title: str
    body: str = ""
    link: str = ""


def send(notes: Iterable[Note], now: datetime) -> None:
    """Write the notes in one statement, inside the caller's transaction if there is one.

    A title longer than its column ends in ``…``, and a link that does not fit is left out: a long
    course name never stops the job that only wanted to tell somebody.
    """
    Message.objects.bulk_create((_message(note, now) for note in notes), ignore_conflicts=True)


def _message(note: Note, now: datetime) -> Message:
    title = note.title if len(note.title) <= TITLE else f"{note.title[: TITLE - 1]}…"
    link = note.link if len(note.link) <= LINK else ""  # half an address leads nowhere
    return Message(
        user_id=note.user_id, key=note.key, title=title, body=note.body, link=link, sent_at=now
    )


def mark_all_read(user_id: int, now: datetime) -> int:
    """Mark everything of a user as read; returns how many were unread."""
    return Message.objects.filter(user_id=user_id, read_at=None).update(read_at=now)


def mark_read(user_id: int, message_id: int, now: datetime) -> str:
    """Mark one message as read, once; returns where it leads. Raises ``NotYours``."""
    message = Message.objects.filter(user_id=user_id, pk=message_id).first()
    if message is None:
        raise NotYours
    if message.read_at is None:
        message.read_at = now
        message.save(update_fields=["read_at"])
    return message.link


def choose_mail(*, user_id: int, wanted: bool, now: datetime) -> None:
    """Switch somebody's e-mail on or off, from the next letter on."""
    MailChoice.objects.update_or_create(
        user_id=user_id, defaults={"wanted": wanted, "changed_at": now}
    )
