"""The dates after closing follow the calendar on every look."""

from datetime import date

import pytest
from django.test import Client

from portal.accounts.models import User
from portal.calendar.models import WorkCalendarDay
from portal.calendar.selectors import holidays
from portal.calendar.services import seed_official_days
from retake.models import Round
from retake.schedule import CALENDAR, Schedule, schedule_of
from retake.tests import factories as make
from retake.tests import teaching

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


def see(user: User | None, address: str) -> str:
    client = Client()
    assert user is not None
    client.force_login(user)
    return client.get(address).content.decode()


def test_a_day_off_entered_in_admin_moves_what_everybody_reads() -> None:
    """The planned deadline of 5月7日 becomes the next day that is worked, and students see X."""
    seed_official_days()
    [row] = teaching.make_confirmed(1)
    office = make.make_staff()
    client = Client()
    client.force_login(office)
    for day in ("2025-05-07", "2025-05-08"):
        given = {"date": day, "source": "school", "note": "校运会"}
        answer = client.post("/admin/calendar/workcalendarday/add/", given)
        assert answer.status_code == 302, answer.content.decode()
    for page in ("board", "verification"):
        seen = see(office, f"/admin/retake/round/{row.round_id}/{page}/")
        assert "预计 2025年5月13日（周二）起可查" in seen
        assert "<dd>2025年5月9日（周五）</dd>" in seen
    college = see(teaching.make_reviewer(row.course), "/admin/retake/teachinggroup/overview/")
    assert "2025年5月9日（周五）" in college
    assert "5月13日（周二）过了" in see(row.student.user, "/guidance/")


def test_beyond_official_data_staff_are_warned() -> None:
    assert seen(make.make_round(college_days=2)).provisional is True


def test_holidays_are_named_and_weekends_are_none() -> None:
    seed_official_days()
    close_days(date(2025, 10, 15))
    WorkCalendarDay.objects.create(date=date(2025, 10, 3), is_workday=True)
    days = [date(2025, 10, day) for day in (3, 4, 11, 14, 15)]
    assert holidays(days) == {date(2025, 10, 4): "国庆节", date(2025, 10, 15): "校运会"}
