"""When a student is expected next: lesson, first meeting, exam."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from retake.models import Enrollment, TeachingGroup
from retake.selectors import my_enrollment
from retake.states import EnrollmentState
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.factories import MOMENT, NOW

pytestmark = pytest.mark.django_db
ROOM = "博学楼 B304"
FIRST = datetime(2025, 5, 8, 18, 30, tzinfo=make.SHANGHAI)
EXAM = datetime(2025, 6, 20, 9, tzinfo=make.SHANGHAI)


def lesson(day: int) -> datetime:
    """Period 9 of a day in May."""
    return datetime(2025, 5, day, 18, 30, tzinfo=make.SHANGHAI)


def expected(row: Enrollment, now: datetime) -> list[tuple[datetime, str, str]]:
    card = my_enrollment(row.student.user_id or 0, row.pk, now)
    return [(one.at, one.what, one.room) for one in card.coming]


def test_the_next_lesson_until_it_begins_then_the_one_after_it() -> None:
    group, [row] = teaching.make_seated()
    assert expected(row, NOW) == []
    teaching.meet(group, 12, 19)
    assert expected(row, NOW) == [(lesson(12), "上课", ROOM)]
    assert expected(row, lesson(12) - MOMENT) == [(lesson(12), "上课", ROOM)]
    assert expected(row, lesson(12)) == [(lesson(19), "上课", ROOM)]
    assert expected(row, lesson(19)) == []


def test_meetings_take_the_place_of_the_first_one_and_cancelled_ones_are_none() -> None:
    group, [row] = teaching.make_seated(first_meeting=FIRST, first_room="A101")
    assert expected(row, NOW) == [(FIRST, "第一次上课", "A101")]
    teaching.meet(group, 12)
    assert expected(row, NOW) == [(lesson(12), "上课", ROOM)]
    group.sessions.update(is_cancelled=True)
    assert expected(row, NOW) == [(FIRST, "第一次上课", "A101")]


def test_the_exam_comes_too_until_there_is_a_result() -> None:
    group, [row] = teaching.make_seated(exam_at=EXAM, exam_room="A102")
    teaching.meet(group, 12)
    assert [what for _, what, _ in expected(row, NOW)] == ["上课", "考试"]
    assert expected(row, lesson(12)) == [(EXAM, "考试", "A102")]
    Enrollment.objects.filter(pk=row.pk).update(state=EnrollmentState.COMPLETED.value)
    assert expected(row, NOW) == []


def shown(row: Enrollment, page: str) -> str:
    client = Client()
    client.force_login(row.student.user)  # type: ignore[arg-type]
    return client.get(page).content.decode()


def test_home_and_card_say_it() -> None:
    group, [row] = teaching.make_seated(place_text="见课表")
    before = shown(row, "/")
    assert ("你不用守着" in before, "上课安排有变会发" in before) == (True, True)
    assert "其余的学校在办" not in before
    tomorrow: dict[str, Any] = {"first_meeting": timezone.now() + timedelta(days=1)}
    TeachingGroup.objects.filter(pk=group.pk).update(**tomorrow, first_room="A101")
    home = shown(row, "/")
    assert f"{row.course.name}第一次上课 A101" in home
    assert ("上课和考试按时到" in home, "你不用守着" in home) == (True, False)
    assert "第一次上课 <span" in shown(row, "/retake/enrollments/")
