"""Who was told 预计 X hears when it becomes another day: once, and only while he waits."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.calendar.models import WorkCalendarDay
from portal.calendar.services import seed_official_days
from portal.inbox.models import Message
from retake.models import Enrollment, Offer, Round
from retake.schedule import CALENDAR, schedule_of
from retake.services.dates import remember, tell_moved_dates
from retake.services.enroll import enroll
from retake.states import EnrollmentState
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.factories import NOW, PAY_CLOSES

pytestmark = pytest.mark.django_db
WAITING = PAY_CLOSES + timedelta(days=3)  # 5月2日, before the day that was told
REASON = "学校的工作日历或轮次日期有改动，原来预计 5月9日（周五）。"
TOLD, MOVED = date(2025, 5, 9), date(2025, 5, 13)


def close_days() -> None:
    """A sports meeting that moves the expected date."""
    WorkCalendarDay.objects.bulk_create(
        WorkCalendarDay(date=date(2025, 5, day), is_workday=False, note="校运会") for day in (7, 8)
    )


def open_days() -> None:
    WorkCalendarDay.objects.filter(note="校运会").delete()


def told_students(number: int) -> list[Enrollment]:
    """Verified, and told the expected date of their round."""
    seed_official_days()
    rows = teaching.make_confirmed(number)
    row = Round.objects.annotate(calendar=CALENDAR).get()
    schedule = schedule_of(row, vars(row)["calendar"])
    assert schedule is not None
    assert schedule.expected_on == TOLD
    remember(row, TOLD)
    return rows


def heard() -> list[tuple[str, str]]:
    rows = Message.objects.filter(key__startswith="retake:moved").order_by("pk")
    return list(rows.values_list("title", "body"))


def test_a_new_day_off_is_told_once() -> None:
    [row] = told_students(1)
    close_days()
    assert [tell_moved_dates(WAITING), tell_moved_dates(WAITING)] == [1, 0]
    assert heard() == [
        (
            "重修时间地点改为 5月13日（周二）起可查",
            f"{row.course.name}。{REASON}安排好会发消息。",
        )
    ]
    assert Round.objects.get().told_on == MOVED


def test_back_to_the_first_day_is_told_too() -> None:
    told_students(1)
    close_days()
    tell_moved_dates(WAITING)
    open_days()
    tell_moved_dates(WAITING + timedelta(hours=1))
    assert [title for title, _ in heard()] == [
        "重修时间地点改为 5月13日（周二）起可查",
        "重修时间地点改为 5月9日（周五）起可查",
    ]


def test_two_courses_of_a_student_are_one_message() -> None:
    [row] = told_students(1)
    other = make.fail(row.student)
    asked = {"course_ids": [other.pk], "round_id": row.round_id, "now": NOW}
    teaching.confirm(enroll(user_id=row.student.user_id or 0, **asked))  # type: ignore[arg-type]
    close_days()
    assert tell_moved_dates(WAITING) == 1
    [(_, body)] = heard()
    assert body.startswith(f"{row.course.name}、{other.name}。")


def test_a_day_that_is_over_is_no_news() -> None:
    told_students(1)
    close_days()
    assert tell_moved_dates(datetime(2025, 5, 14, 9, tzinfo=make.SHANGHAI)) == 0
    assert Round.objects.get().told_on == MOVED


def test_who_sits_or_was_told_nothing_hears_nothing() -> None:
    rows = told_students(2)
    teaching_group = teaching.make_group(rows[0].course)
    Enrollment.objects.filter(pk=rows[0].pk).update(state=EnrollmentState.ARRANGED.value)
    Offer.objects.create(
        enrollment=rows[1],
        closed_group=teaching_group,
        reason="人数不够。",
        offered_at=WAITING,
        decide_by=date(2025, 5, 7),
    )
    close_days()
    assert (tell_moved_dates(WAITING), heard()) == (0, [])


def test_a_round_nobody_was_told_of_remembers_its_day() -> None:
    told_students(1)
    Round.objects.update(told_on=None)
    assert (tell_moved_dates(WAITING), heard()) == (0, [])
    assert Round.objects.get().told_on == TOLD


def test_nothing_moved_is_one_statement() -> None:
    told_students(3)
    with CaptureQueriesContext(connection) as asked:
        assert tell_moved_dates(WAITING) == 0
    assert len(asked) == 1
