"""Working days between two days agree with walking them one by one."""

from datetime import date

import pytest

from portal.calendar.models import DaySource, WorkCalendarDay
from portal.calendar.services import add_working_days, seed_official_days
from portal.calendar.spans import working_days

START, END = date(2025, 9, 20), date(2025, 11, 1)


@pytest.mark.parametrize("number", [0, 1, 5, 9, 14])
def test_the_count_is_what_a_deadline_was_set_with(db: None, number: int) -> None:
    seed_official_days()
    reached = add_working_days(date(2025, 9, 26), number).date
    assert working_days(START, END).after(date(2025, 9, 26), reached) == number


def test_the_colleges_own_day_off_wins(db: None) -> None:
    seed_official_days()
    before = working_days(START, END).after(START, END)
    WorkCalendarDay.objects.create(
        date=date(2025, 10, 15), is_workday=False, source=DaySource.SCHOOL, note="校庆"
    )
    assert working_days(START, END).after(START, END) == before - 1


def test_a_day_that_is_over_has_none_left(db: None) -> None:
    assert working_days(START, END).after(END, START) == 0
