"""Letters on their way: claimed by lease, handed over outside any transaction, ended once.

A letter is marked as begun just before its channel is spoken to. A worker that dies then leaves a
letter that may have gone out: a channel that recognises repetitions is asked again, for any other
the letter ends as ``UNSURE`` and is never sent twice; the reader has the message in his inbox.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from portal.inbox.channels.base import Channel, Item, NotSent, Post, Refused, Unsure
from portal.inbox.channels.registry import channels
from portal.inbox.handing import address_book, without_mail
from portal.inbox.models import Letter
from portal.inbox.night import awake
from portal.inbox.states import LetterState

AT_ONCE = 20  # letters claimed together
SLACK = 60  # seconds of a lease beyond the slowest answers
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
SWITCHED_OFF = "收件人关掉了邮件"


def deliver(clock: Callable[[], datetime], limit: int) -> int:
    """Send what is due, at most ``limit`` letters a channel; returns how many were sent."""
    sent = 0
    for channel in channels().values():
        with closing(channel):
            for _ in range(0, limit, AT_ONCE):
                letters = _claim(channel, clock())
                sent += _send(channel, letters, clock)
                if not letters:
                    break
    return sent


@transaction.atomic(durable=True)
def _claim(channel: Channel, now: datetime) -> list[Letter]:
    """Letters for this worker alone, until the lease runs out."""
    due = Letter.objects.filter(
        channel=channel.name, state=LetterState.WAITING, next_try_at__lte=now
    ).order_by("next_try_at", "pk")
    free = due.select_for_update(no_key=True, skip_locked=True, of=("self",))
    letters = list(free.select_related("user")[:AT_ONCE])
    lost = [] if channel.repeatable else [each.pk for each in letters if each.begun_at]
    Letter.objects.filter(pk__in=lost).update(
        state=LetterState.UNSURE, ended_at=now, failure="发送时中断"
    )
    mine = [letter for letter in letters if letter.pk not in lost]
    lease = timedelta(seconds=AT_ONCE * settings.MESSAGE_TIMEOUT + SLACK)
    Letter.objects.filter(pk__in=[letter.pk for letter in mine]).update(next_try_at=now + lease)
    return mine


def _send(channel: Channel, letters: Sequence[Letter], clock: Callable[[], datetime]) -> int:
    if not letters:
        return 0
    people = address_book()([letter.user_id for letter in letters])
    refusing = without_mail([letter.user_id for letter in letters])
    sent = 0
    for letter in letters:
        if channel.name == "email" and letter.user_id in refusing:
            _end(letter, LetterState.FAILED, clock(), SWITCHED_OFF)
            continue
        person = people.get(letter.user_id)
        sent += _try(channel, letter, person.name if person else "", clock)
    return sent


def _try(channel: Channel, letter: Letter, name: str, clock: Callable[[], datetime]) -> bool:
    letter.begun_at = clock()
    letter.tries += 1
    letter.save(update_fields=["begun_at", "tries"])
    try:
        channel.send(_post(letter, name))
    except NotSent as error:
        _later(letter, clock(), str(error), at_night=channel.at_night)
        return False
    except Refused as error:
        _end(letter, LetterState.FAILED, clock(), str(error))
        return False
    except Unsure as error:
        _end(letter, LetterState.UNSURE, clock(), str(error))
        return False
    _end(letter, LetterState.SENT, clock())
    return True


def _post(letter: Letter, name: str) -> Post:
    rows = letter.enclosures.select_related("message").order_by("message_id")
    return Post(
        key=f"letter-{letter.pk}",
        address=letter.address,
        name=name,
        items=tuple(
            Item(row.message.title, row.message.body, _whole(row.message.link)) for row in rows
        ),
    )


def _whole(link: str) -> str:
    return f"{settings.PORTAL_URL}{link}" if link.startswith("/") else link


def _later(letter: Letter, now: datetime, failure: str, *, at_night: bool) -> None:
    if letter.tries > len(BACKOFF):
        _end(letter, LetterState.FAILED, now, failure)
        return
    due = now + BACKOFF[letter.tries - 1]
    letter.begun_at, letter.failure = None, failure[:200]
    letter.next_try_at = due if at_night else awake(due)
    letter.save(update_fields=["begun_at", "failure", "next_try_at"])


def _end(letter: Letter, state: LetterState, now: datetime, failure: str = "") -> None:
    letter.state, letter.ended_at, letter.failure = state.value, now, failure[:200]
    letter.save(update_fields=["state", "ended_at", "failure"])
