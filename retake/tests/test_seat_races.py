"""The last seat, and two colleagues at one course: with the locks and, as a control, without."""

from functools import partial

import pytest

from payments.tests.races import SURELY, meet_after, race
from portal.lib.errors import DomainError
from retake.models import Assignment, Enrollment, TeachingGroup
from retake.states import GroupState
from retake.teaching import seats, sheet, sheet_apply
from retake.teaching.groups import assign
from retake.teaching.rule import arrange_by_rule
from retake.teaching.split import SplitRule
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.factories import NOW
from retake.tests.sheets import arrange_file

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


def test_two_colleagues_seat_the_same_students_once() -> None:
    rows = teaching.make_confirmed(2)
    groups = [teaching.make_group(rows[0].course) for _ in range(2)]

    def arrange(group: TeachingGroup) -> list[Enrollment]:
        ids = [row.pk for row in rows]
        return assign(staff=group.created_by, group_id=group.pk, enrollment_ids=ids, now=NOW)

    assert codes(race(*(partial(arrange, group) for group in groups))) == ["arrange.seated"]
    assert Assignment.objects.count() == 2


def test_two_colleagues_upload_the_same_sheet_once() -> None:
    rows = teaching.make_confirmed(2)
    data = arrange_file(rows, 上课日期="2025-05-12", 节次="9-10")

    def upload() -> sheet.ArrangePlan:
        staff = teaching.make_reviewer(rows[0].course)
        return sheet_apply.apply_plan(staff=staff, term=rows[0].term, data=data, now=NOW)

    results = race(upload, upload)
    assert [type(one) for one in results] == [sheet.ArrangePlan] * 2
    assert (TeachingGroup.objects.count(), Assignment.objects.count()) == (1, 2)
    assert TeachingGroup.objects.get().sessions.count() == 1
