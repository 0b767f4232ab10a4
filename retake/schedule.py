"""The dates of a round, and the day from which time and place can be looked up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import ExtractYear, JSONObject
from django.utils import timezone

from portal.calendar.models import DaySource, WorkCalendarDay
from portal.calendar.walk import ONE_DAY, KnownDay, WorkingDayResult, count_working_days
from retake.models import Round

# 等报名截止 7 个工作日后 (retake manual, parts two and four).
DAYS_AFTER_ENROLMENT = 7

# The calendar of the years around a round, read in the round's own statement: pages have a
# budget of twelve. Sorted so that the college's own day comes after the official one.
CALENDAR = ArraySubquery(
    WorkCalendarDay.objects.annotate(year=ExtractYear("date"))
    .filter(
        year__gte=ExtractYear(OuterRef("enrol_closes_at")),
        year__lte=ExtractYear(OuterRef("verify_on")) + 1,
    )
    .order_by("source")
    .values(row=JSONObject(date=F("date"), works=F("is_workday"), source=F("source")))
)


@dataclass(frozen=True)
class Schedule:
    """Every date of a published round. ``expected_on`` is the students' 预计 X 起可查,
    ``college_deadline`` the day by which the colleges arrange (staff only); both are worked out
    on read. ``provisional`` when one of them lies beyond the official calendar.
    """

    enrol_opens_at: datetime
    enrol_closes_at: datetime
    pay_opens_at: datetime
    pay_closes_at: datetime
    reconcile_on: date
    verify_on: date
    expected_on: date
    provisional: bool
    college_deadline: date | None = None


def schedule_of(row: Round, calendar: Iterable[dict[str, Any]]) -> Schedule | None:
    """The schedule of a complete round, None while a date is missing (a draft).

    ``calendar`` are the rows of ``CALENDAR``. The expected date is the later of seven working
    days after 报名截止 and the round's own number of working days after 核实.
    """
    dates = (row.enrol_opens_at, row.enrol_closes_at, row.pay_opens_at, row.pay_closes_at)
    enrol_opens, enrol_closes, pay_opens, pay_closes = dates
    if not (enrol_opens and enrol_closes and pay_opens and pay_closes):
        return None
    if not (row.reconcile_on and row.verify_on):
        return None
    known, official = _known(calendar)
    counted = (
        count_working_days(timezone.localdate(enrol_closes), DAYS_AFTER_ENROLMENT, known, official),
        count_working_days(row.verify_on, row.guidance_days, known, official),
    )
    latest = max(counted, key=lambda one: one.date)
    deadline = _deadline(row, row.verify_on, known, official)
    return Schedule(
        enrol_opens_at=enrol_opens,
        enrol_closes_at=enrol_closes,
        pay_opens_at=pay_opens,
        pay_closes_at=pay_closes,
        reconcile_on=row.reconcile_on,
        verify_on=row.verify_on,
        expected_on=latest.date,
        provisional=latest.provisional or (deadline is not None and deadline.provisional),
        college_deadline=deadline.date if deadline else None,
    )


def _deadline(
    row: Round, verify_on: date, known: dict[date, KnownDay], official: set[int]
) -> WorkingDayResult | None:
    """Counted from 核实 where the round says so, else the planned day or the next that works.

    遇节假日则顺延 (retake manual, the procedure at its top).
    """
    if row.college_days is not None:
        return count_working_days(verify_on, row.college_days, known, official)
    if row.college_deadline is None:
        return None
    return count_working_days(row.college_deadline - ONE_DAY, 1, known, official)


def _known(calendar: Iterable[dict[str, Any]]) -> tuple[dict[date, KnownDay], set[int]]:
    days: dict[date, KnownDay] = {}
    official = set()
    for row in calendar:
        day = date.fromisoformat(row["date"])
        days[day] = KnownDay(row["works"], "")
        if row["source"] == DaySource.OFFICIAL:
            official.add(day.year)
    return days, official
