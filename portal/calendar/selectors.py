"""Asking the calendar about days; reads only."""

import datetime as dt
from collections.abc import Collection

from chinese_calendar import Holiday, constants

from portal.calendar.models import DaySource, WorkCalendarDay


def holidays(days: Collection[dt.date]) -> dict[dt.date, str]:
    """Which of these days are holidays, and their names; plain weekends are none.

    A day of the college's own counts before the official calendar. One statement.
    """
    found = {
        day: Holiday(constants.holidays[day]).chinese for day in days if day in constants.holidays
    }
    for row in WorkCalendarDay.objects.filter(date__in=days).order_by("source"):
        if row.is_workday:
            found.pop(row.date, None)
        else:
            found[row.date] = row.note or "放假"
    return found


def official_years(years: Collection[int]) -> set[int]:
    """Those of the years whose official days are in the calendar. One statement."""
    rows = WorkCalendarDay.objects.filter(source=DaySource.OFFICIAL, date__year__in=years)
    return set(rows.values_list("date__year", flat=True).distinct().order_by())
