"""The last seat, and two colleagues at one course: with the locks and, as a control, without."""

import pytest

from payments.tests.races import SURELY, meet_after, race
from portal.lib.errors import DomainError
from retake.models import Assignment, Enrollment, TeachingGroup
from retake.states import GroupState
from retake.teaching import seats
from retake.teaching.groups import assign
from retake.teaching.rule import arrange_by_rule
from retake.teaching.split import SplitRule
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.factories import NOW

pytestmark = pytest.mark.usefixtures("throwaway_database")


def take_the_last_seat(group: TeachingGroup, row: Enrollment) -> list[Enrollment]:
    ids = [row.pk]
    return assign(staff=group.created_by, group_id=group.pk, enrollment_ids=ids, now=NOW)


def two_for_one_seat() -> list[object]:
    rows = teaching.make_confirmed(2)
    group = teaching.make_group(rows[0].course, capacity=1)
    return race(*(lambda row=row: take_the_last_seat(group, row) for row in rows))


def codes(results: list[object]) -> list[str]:
    return [one.code for one in results if isinstance(one, DomainError)]


def test_the_last_seat_is_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    meet_after(monkeypatch, (seats, "_refuse_unfit"))
    assert codes(two_for_one_seat()) == ["arrange.full"]
    assert Assignment.objects.count() == 1


def test_control_the_last_seat_without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    def unlocked(group_ids: list[int]) -> dict[int, str]:
        return dict.fromkeys(group_ids, GroupState.ACTIVE.value)

    monkeypatch.setattr(seats, "lock_groups", unlocked)
    # Both have written their seat and neither sees the other's.
    meet_after(monkeypatch, (seats, "_refuse_full"), within=SURELY)
    assert codes(two_for_one_seat()) == []
    assert Assignment.objects.count() == 2


def test_two_colleagues_arrange_one_course_once() -> None:
    rows = teaching.make_confirmed(2)
    course = rows[0].course

    def arrange() -> list[TeachingGroup]:
        return arrange_by_rule(
            staff=make.make_staff(),
            term=rows[0].term,
            course_ids=[course.pk],
            rule=SplitRule(size=5, minimum=1),
            now=NOW,
        )

    assert codes(race(arrange, arrange)) == ["arrange.nobody"]
    assert Assignment.objects.filter(ended_at=None).count() == 2
    assert TeachingGroup.objects.count() == 1
