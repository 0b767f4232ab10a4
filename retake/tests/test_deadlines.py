"""The dates after closing follow the calendar on every look."""

from datetime import date

import pytest

from portal.calendar.models import WorkCalendarDay
from portal.calendar.selectors import holidays
from portal.calendar.services import seed_official_days
from retake.models import Round
from retake.schedule import CALENDAR, Schedule, schedule_of
from retake.tests import factories as make

pytestmark = pytest.mark.django_db


def seen(row: Round) -> Schedule:
    found = Round.objects.annotate(calendar=CALENDAR).get(pk=row.pk)
    made = schedule_of(found, vars(found)["calendar"])
    assert made is not None
    return made


def close_days(*days: date, note: str = "校运会") -> None:
    WorkCalendarDay.objects.bulk_create(
        WorkCalendarDay(date=day, is_workday=False, note=note) for day in days
    )


def test_the_planned_deadline_stands_on_a_working_day() -> None:
    seed_official_days()
    assert seen(make.make_round()).college_deadline == date(2025, 5, 7)


def test_a_deadline_on_a_new_day_off_moves_to_the_next_working_day() -> None:
    seed_official_days()
    row = make.make_round()
    close_days(date(2025, 5, 7), date(2025, 5, 8))
    assert seen(row).college_deadline == date(2025, 5, 9)


def test_a_counted_deadline_moves_with_a_day_off_on_its_way() -> None:
    seed_official_days()
    row = make.make_round(college_days=2)
    assert seen(row).college_deadline == date(2025, 5, 8)
    close_days(date(2025, 5, 7))
    assert seen(row).college_deadline == date(2025, 5, 9)


def test_the_expected_date_moves_with_a_vacation_and_back_again() -> None:
    seed_official_days()
    row = make.make_round()
    before = seen(row).expected_on
    close_days(date(2025, 5, 7), date(2025, 5, 8))
    moved = seen(row).expected_on
    WorkCalendarDay.objects.filter(note="校运会").delete()
    after = seen(row).expected_on
    assert (before, moved, after) == (date(2025, 5, 9), date(2025, 5, 13), before)


def test_beyond_official_data_staff_are_warned() -> None:
    assert seen(make.make_round(college_days=2)).provisional is True


def test_holidays_are_named_and_weekends_are_none() -> None:
    seed_official_days()
    close_days(date(2025, 10, 15))
    WorkCalendarDay.objects.create(date=date(2025, 10, 3), is_workday=True)
    days = [date(2025, 10, day) for day in (3, 4, 11, 14, 15)]
    assert holidays(days) == {date(2025, 10, 4): "国庆节", date(2025, 10, 15): "校运会"}
