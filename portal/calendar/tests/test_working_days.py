"""Working days after a deadline, over holidays and days worked instead."""

from datetime import date

import pytest

from portal.calendar.models import DaySource, WorkCalendarDay
from portal.calendar.services import add_working_days, seed_official_days
from portal.calendar.walk import KnownDay, count_working_days

VECTORS = [
    (date(2025, 3, 11), date(2025, 3, 20)),
    (date(2025, 9, 26), date(2025, 10, 13)),
    (date(2025, 4, 25), date(2025, 5, 8)),
    (date(2026, 2, 6), date(2026, 2, 24)),
    (date(2026, 2, 12), date(2026, 2, 28)),
    (date(2026, 4, 29), date(2026, 5, 12)),
    (date(2026, 9, 24), date(2026, 10, 12)),
    (date(2026, 9, 30), date(2026, 10, 15)),
]


@pytest.fixture
def official(db: None) -> None:
    seed_official_days()


@pytest.mark.parametrize(("start", "expected"), VECTORS, ids=lambda day: day.isoformat())
def test_seven_working_days_follow_the_official_calendar(
    official: None, start: date, expected: date
) -> None:
    found = add_working_days(start, 7)
    assert (found.date, found.provisional) == (expected, False)


def test_beyond_official_data_the_weekend_rule_is_marked_provisional(official: None) -> None:
    found = add_working_days(date(2026, 12, 23), 7)
    assert (found.date, found.provisional) == (date(2027, 1, 1), True)


def test_a_day_of_the_college_beats_the_official_one(official: None) -> None:
    WorkCalendarDay.objects.create(
        date=date(2025, 3, 12), is_workday=False, source=DaySource.SCHOOL, note="校庆"
    )
    found = add_working_days(date(2025, 3, 11), 7)
    assert (found.date, found.notes) == (date(2025, 3, 21), ("3月12日 校庆",))


def test_the_winter_vacation_moves_the_date(official: None) -> None:
    WorkCalendarDay.objects.bulk_create(
        WorkCalendarDay(date=date(2025, 1, number), is_workday=False, source=DaySource.SCHOOL)
        for number in range(13, 32)
    )
    assert add_working_days(date(2025, 1, 10), 1).date == date(2025, 2, 5)


def test_seeding_twice_changes_nothing_and_keeps_the_colleges_days(official: None) -> None:
    WorkCalendarDay.objects.create(date=date(2025, 3, 12), is_workday=False)
    before = set(WorkCalendarDay.objects.values_list("date", "is_workday", "source", "note"))
    seed_official_days()
    after = set(WorkCalendarDay.objects.values_list("date", "is_workday", "source", "note"))
    assert after == before


def test_no_days_is_the_day_itself() -> None:
    assert count_working_days(date(2025, 3, 11), 0, {}, {2025}).date == date(2025, 3, 11)


def test_the_notes_name_what_was_not_as_its_weekday_says() -> None:
    known = {
        date(2025, 10, 1): KnownDay(False, "国庆节"),
        date(2025, 9, 28): KnownDay(True, "国庆节补班"),
    }
    found = count_working_days(date(2025, 9, 26), 5, known, {2025})
    assert found.notes == ("9月28日 国庆节补班", "10月1日 国庆节")


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        count_working_days(date(2025, 3, 11), -1, {}, {2025})
