"""Working days by the college's own calendar."""

from datetime import date, timedelta

import chinese_calendar
from chinese_calendar import constants
from django.db.models import Q

from portal.calendar.models import DaySource, WorkCalendarDay
from portal.calendar.walk import (
    ONE_DAY,
    SATURDAY,
    KnownDay,
    WorkingDayResult,
    count_working_days,
)


def add_working_days(start: date, number: int) -> WorkingDayResult:
    """``number`` working days after ``start``, the next day being the first. One statement.

    Never fails beyond the official data: there the weekend rule decides and the result is
    ``provisional``.
    """
    last = start + timedelta(days=2 * number + 120)
    rows = WorkCalendarDay.objects.filter(date__year__gte=start.year, date__year__lte=last.year)
    known: dict[date, KnownDay] = {}
    official_years = set()
    for row in rows.order_by("source"):  # official before school: the later one wins
        known[row.date] = KnownDay(row.is_workday, row.note)
        if row.source == DaySource.OFFICIAL:
            official_years.add(row.date.year)
    return count_working_days(start, number, known, official_years)


def seed_official_days() -> int:
    """Take over every day the installed chinesecalendar knows to differ from its weekday.

    Rows the college entered are never touched. Returns the number of official days.
    """
    days = [
        WorkCalendarDay(date=day, is_workday=works, source=DaySource.OFFICIAL, note=note)
        for day, works, note in _official_days()
    ]
    WorkCalendarDay.objects.filter(~Q(date__in=[day.date for day in days])).filter(
        source=DaySource.OFFICIAL
    ).delete()
    WorkCalendarDay.objects.bulk_create(
        days,
        update_conflicts=True,
        unique_fields=["date", "source"],
        update_fields=["is_workday", "note"],
    )
    return len(days)


def _official_days() -> list[tuple[date, bool, str]]:
    first = min(constants.holidays)
    last = date(max(constants.holidays).year, 12, 31)
    found = []
    for offset in range((last - first).days + 1):
        day = first + offset * ONE_DAY
        works = chinese_calendar.is_workday(day)
        if works != (day.weekday() < SATURDAY):
            found.append((day, works, _reason(day, works)))
    return found


def _reason(day: date, works: bool) -> str:
    _, name = chinese_calendar.get_holiday_detail(day)
    holiday = chinese_calendar.Holiday(name).chinese if name else ""
    return f"{holiday}补班" if works else holiday
