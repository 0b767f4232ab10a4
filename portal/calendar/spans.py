"""How many working days lie between two days: the age of a case, the days it has left."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

from portal.calendar.models import WorkCalendarDay
from portal.calendar.walk import ONE_DAY, SATURDAY


@dataclass(frozen=True)
class WorkingDays:
    """The working days of a stretch of time, in order."""

    days: tuple[date, ...]

    def after(self, start: date, end: date) -> int:
        """Those after ``start`` up to ``end``, as ``add_working_days`` counts; 0 when it is over.

        Both within the stretch that was asked for.
        """
        return max(0, bisect_right(self.days, end) - bisect_right(self.days, start))


def working_days(first: date, last: date) -> WorkingDays:
    """All from ``first`` to ``last`` (school override > official > weekend rule). One statement."""
    rows = WorkCalendarDay.objects.filter(date__range=(first, last))
    known = dict(rows.order_by("source").values_list("date", "is_workday"))
    stretch = (first + number * ONE_DAY for number in range((last - first).days + 1))
    return WorkingDays(tuple(day for day in stretch if known.get(day, day.weekday() < SATURDAY)))
