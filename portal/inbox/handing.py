"""From messages to letters: who is told outside the portal, by which channel, what together."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from portal.inbox.channels.base import Channel, Person
from portal.inbox.channels.registry import channels
from portal.inbox.models import Enclosure, Letter, MailChoice, Message
from portal.inbox.night import awake

Book = Callable[[Collection[int]], Mapping[int, Person]]


@transaction.atomic(durable=True)
def hand_out(now: datetime, limit: int) -> int:
    """Write the letters of readers whose oldest message has waited ``MESSAGE_BATCH_WAIT``.

    The readers of at most ``limit`` such messages, each with everything that waits for him.
    Returns how many letters were written. Seven statements, however many messages.
    """
    waiting = Message.objects.filter(handed_out=False)
    due = waiting.filter(sent_at__lte=now - settings.MESSAGE_BATCH_WAIT).order_by("sent_at")
    readers = set(due.values_list("user_id", flat=True)[:limit])
    taken = list(
        waiting.filter(user__in=readers)
        .order_by("pk")
        .select_for_update(no_key=True, skip_locked=True, of=("self",))
    )
    letters = list(_letters(taken, now))
    Letter.objects.bulk_create(letter for letter, _ in letters)
    Enclosure.objects.bulk_create(
        Enclosure(letter=letter, message=message, channel=letter.channel)
        for letter, messages in letters
        for message in messages
    )
    Message.objects.filter(pk__in=[message.pk for message in taken]).update(handed_out=True)
    return len(letters)


def without_mail(user_ids: Collection[int]) -> set[int]:
    """Those who switched e-mail off."""
    rows = MailChoice.objects.filter(user__in=user_ids, wanted=False)
    return set(rows.values_list("user_id", flat=True))


def address_book() -> Book:
    """The record's knowledge of addresses: a room above this one, named in the settings."""
    book: Book = import_string(settings.ADDRESS_BOOK)
    return book


def _letters(taken: Sequence[Message], now: datetime) -> Iterator[tuple[Letter, list[Message]]]:
    by_reader: dict[int, list[Message]] = defaultdict(list)
    for message in taken:
        by_reader[message.user_id].append(message)
    ways = list(channels().values())
    if not by_reader or not ways:
        return
    people, refusing = address_book()(by_reader), without_mail(by_reader)
    for user_id, messages in by_reader.items():
        person = people.get(user_id)
        for channel in ways if person else ():
            is_off = channel.name == "email" and user_id in refusing
            address = "" if person is None or is_off else channel.address(person)
            wanted = [message for message in messages if channel.wants(message.key)]
            if address and wanted:
                yield _letter(channel, user_id, address, now), wanted


def _letter(channel: Channel, user_id: int, address: str, now: datetime) -> Letter:
    return Letter(
        user_id=user_id,
        channel=channel.name,
        address=address,
        written_at=now,
        next_try_at=now if channel.at_night else awake(now),
    )
