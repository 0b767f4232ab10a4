"""Two tabs at once, with the student's lock and, as a control, without it."""

import pytest

from payments.tests.races import SURELY, meet_after, race
from portal.lib.errors import DomainError
from portal.records.models import Student
from retake.models import Enrollment
from retake.services import locks
from retake.tests import factories as make

pytestmark = pytest.mark.usefixtures("throwaway_database")


def without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    def student_of(user_id: int) -> Student:
        return Student.objects.get(user_id=user_id)

    monkeypatch.setattr(locks, "student_of", student_of)


def test_same_course_in_two_tabs_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    world = make.make_world()
    meet_after(monkeypatch, (locks, "rows_of_term"))
    first, second = race(world.enroll, world.enroll)
    assert first == second
    assert Enrollment.objects.count() == 1


def test_control_same_course_without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    world = make.make_world()
    without_the_lock(monkeypatch)
    meet_after(monkeypatch, (locks, "rows_of_term"), within=SURELY)
    results = race(world.enroll, world.enroll)
    refused = [type(one).__name__ for one in results if isinstance(one, Exception)]
    assert refused == ["IntegrityError"]


def test_two_tabs_cannot_exceed_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    world = make.make_world(4)
    meet_after(monkeypatch, (locks, "rows_of_term"))
    results = race(
        lambda: world.enroll(*world.courses[:2]), lambda: world.enroll(*world.courses[2:])
    )
    assert [one.code for one in results if isinstance(one, DomainError)] == ["enroll.over_cap"]
    assert Enrollment.objects.count() == 2


def test_control_cap_without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    world = make.make_world(4)
    without_the_lock(monkeypatch)
    meet_after(monkeypatch, (locks, "rows_of_term"), within=SURELY)
    race(lambda: world.enroll(*world.courses[:2]), lambda: world.enroll(*world.courses[2:]))
    assert Enrollment.objects.count() == 4
