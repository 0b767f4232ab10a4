"""The demo's past rounds: taught, arranged and waiting, with money that adds up."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from portal.demo.classrooms import SHOWN, build_classrooms
from portal.demo.college.build import build_college
from portal.inbox.models import Message
from retake.guidance.mine import my_guidance
from retake.models import Enrollment, Round
from retake.states import EnrollmentState, RoundState

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def states_of(number: str) -> set[str]:
    return set(Enrollment.objects.filter(student__number=number).values_list("state", flat=True))


def test_a_full_college_has_taught_arranged_and_waiting_courses() -> None:
    build_college(400, NOW)
    number = build_classrooms(NOW)
    assert (number, build_classrooms(NOW)) == (Enrollment.objects.count(), 0)
    assert set(Round.objects.values_list("state", flat=True)) == {RoundState.ARCHIVED}
    assert states_of(SHOWN) == {
        EnrollmentState.COMPLETED,
        EnrollmentState.ARRANGED,
        EnrollmentState.CONFIRMED,
    }
    user_id = Enrollment.objects.filter(student__number=SHOWN)[0].student.user_id or 0
    [taught] = my_guidance(user_id, "2024-2025-1", NOW).rows
    assert taught.has_failed is True
    assert Message.objects.filter(handed_out=False).count() == 0
    call_command("audit_money")


def test_in_a_small_college_nothing_is_taught() -> None:
    build_college(12, NOW)
    assert (build_classrooms(NOW), Round.objects.count()) == (0, 0)
