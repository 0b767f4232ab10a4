"""A day students were told moves with the calendar or the round: they hear the new one."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from portal.inbox.services import Note, send
from portal.lib.moments import day
from retake.models import Enrollment, Offer, Round
from retake.schedule import CALENDAR, schedule_of
from retake.states import EnrollmentState, OfferState

GUIDANCE = "/guidance/"


def remember(row: Round, expected_on: date) -> None:
    """Students of this round have been told this day."""
    if row.told_on != expected_on:
        row.told_on = expected_on
        row.save(update_fields=["told_on"])


def tell_moved_dates(now: datetime) -> int:
    """Tell whoever waits for a college that 预计 X 起可查 is another day now; how many were told.

    The day is worked out on every look, so the pages show it already. A day that has passed either
    way is not worth a message. One statement when nothing has moved; else a transaction a round.
    """
    waiting = Exists(_waiting().filter(round=OuterRef("pk")))
    rows = Round.objects.filter(waiting).annotate(calendar=CALENDAR)
    return sum(_tell(row.pk, found, now) for row in rows if (found := _moved_to(row)))


def _moved_to(row: Round) -> date | None:
    schedule = schedule_of(row, vars(row)["calendar"])
    if schedule is None or schedule.expected_on == row.told_on:
        return None
    return schedule.expected_on


@transaction.atomic
def _tell(round_id: int, expected_on: date, now: datetime) -> int:
    """Under the lock of the round, so that two workers tell once."""
    row = Round.objects.select_for_update(no_key=True, of=("self",)).get(pk=round_id)
    before, today = row.told_on, timezone.localdate(now)
    if before == expected_on:
        return 0
    remember(row, expected_on)
    if before is None or max(before, expected_on) < today:
        return 0
    found = _waiting().filter(round=row).select_related("student", "course").order_by("pk")
    notes = _notes(found, before, expected_on, now)
    send(notes, now)
    return len(notes)


def _waiting() -> QuerySet[Enrollment]:
    """Verified and not seated; who has to choose after 不开班 was told a day of his own."""
    choosing = Offer.objects.filter(enrollment=OuterRef("pk"), state=OfferState.WAITING.value)
    rows = Enrollment.objects.filter(state=EnrollmentState.CONFIRMED.value)
    return rows.exclude(Exists(choosing))


def _notes(
    rows: Iterable[Enrollment], before: date, expected_on: date, now: datetime
) -> list[Note]:
    """One message a student, with all of his courses."""
    by_user: dict[int, list[Enrollment]] = {}
    for row in rows:
        if row.student.user_id is not None:
            by_user.setdefault(row.student.user_id, []).append(row)
    today = timezone.localdate(now)
    title = f"重修时间地点改为 {day(expected_on, today)}起可查"
    body = f"学校的工作日历或轮次日期有改动，原来预计 {day(before, today)}。安排好会发消息。"
    return [
        Note(
            user_id,
            f"retake:moved:{own[0].round_id}:{own[0].pk}:{now.timestamp():.0f}",
            title,
            f"{'、'.join(row.course.name for row in own)}。{body}",
            GUIDANCE,
        )
        for user_id, own in by_user.items()
    ]
