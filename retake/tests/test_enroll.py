"""报名: windows, notice, eligibility, cap, money, and the second click."""

from datetime import date, timedelta

import pytest

from payments.states import ChargeState
from portal.lib.errors import DomainError
from portal.records.states import VeteranState
from retake.models import Enrollment, EnrollmentEvent
from retake.services.enroll import CoursesRefused, enroll
from retake.states import EventKind
from retake.tests import factories as make
from retake.tests.factories import CLOSES, MOMENT, NOW, OPENS

pytestmark = pytest.mark.django_db


def test_enrols_and_owes() -> None:
    world = make.make_world(2)
    rows = world.enroll()
    assert [row.course_id for row in rows] == [course.pk for course in world.courses]
    charges = [world.charge(row) for row in rows]
    assert [charge.amount_fen for charge in charges] == [40_000, 40_000]
    assert {charge.state for charge in charges} == {ChargeState.OWED}
    assert charges[0].group == f"retake:round:{world.round.pk}"


def test_leaves_a_trace_with_the_student_as_actor() -> None:
    world = make.make_world()
    [row] = world.enroll()
    event = row.events.get()
    assert (event.kind, event.actor_id) == (EventKind.ENROLLED, world.user_id)


@pytest.mark.parametrize("now", [OPENS, CLOSES], ids=["opens", "closes at 12:00:00"])
def test_both_ends_belong_to_the_window(now: object) -> None:
    world = make.make_world()
    assert len(world.enroll(now=now)) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "code"),
    [(OPENS - MOMENT, "round.not_open"), (CLOSES + MOMENT, "round.closed")],
    ids=["too early", "too late"],
)
def test_refused_outside_the_window(now: object, code: str) -> None:
    world = make.make_world()
    with pytest.raises(DomainError) as refused:
        world.enroll(now=now)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert not Enrollment.objects.exists()


def test_draft_is_no_round() -> None:
    world = make.make_world()
    draft = make.make_round(published=False)
    with pytest.raises(DomainError, match=r"round\.closed"):
        enroll(user_id=world.user_id, course_ids=[world.courses[0].pk], round_id=draft.pk, now=NOW)


def test_notice_has_to_be_read_in_its_version() -> None:
    world = make.make_world()
    world.round.notice_version = 2
    world.round.save(update_fields=["notice_version"])
    with pytest.raises(DomainError, match=r"notice\.unread"):
        world.enroll()


def test_nothing_chosen() -> None:
    world = make.make_world()
    with pytest.raises(DomainError) as refused:
        enroll(user_id=world.user_id, course_ids=[], round_id=world.round.pk, now=NOW)
    assert (refused.value.code, refused.value.status) == ("enroll.nothing", 400)


def test_course_of_somebody_else() -> None:
    world = make.make_world()
    other = make.fail(make.make_student())
    with pytest.raises(DomainError) as refused:
        world.enroll(world.courses[0], other)
    assert (refused.value.code, refused.value.status) == ("enroll.unknown_course", 404)
    assert not Enrollment.objects.exists()


def test_all_or_nothing_when_one_is_not_eligible() -> None:
    world = make.make_world()
    early = make.fail(world.student, makeup=False)
    with pytest.raises(CoursesRefused) as refused:
        world.enroll(world.courses[0], early)
    assert [reason.rule for reason in refused.value.reasons] == ["R2"]
    assert not Enrollment.objects.exists()


def test_four_over_a_cap_of_three() -> None:
    world = make.make_world(4)
    with pytest.raises(DomainError) as refused:
        world.enroll()
    assert refused.value.message == "2023 级本学期最多 3 门：已报 0 门，这次选了 4 门。"
    assert refused.value.advice == "去掉 1 门再提交。"
    assert not Enrollment.objects.exists()


def test_cap_counts_what_is_enrolled_already() -> None:
    world = make.make_world(4)
    world.enroll(*world.courses[:2])
    with pytest.raises(DomainError, match=r"enroll\.over_cap"):
        world.enroll(*world.courses[2:])
    assert Enrollment.objects.count() == 2


def test_final_year_has_no_cap() -> None:
    assert len(make.make_world(8, grade_year=2022).enroll()) == 8


def test_second_click_changes_nothing() -> None:
    world = make.make_world(2)
    first = world.enroll()
    second = world.enroll()
    assert [row.pk for row in second] == [row.pk for row in first]
    assert EnrollmentEvent.objects.count() == 2


def test_same_course_twice_in_one_form_is_once() -> None:
    world = make.make_world()
    assert len(world.enroll(world.courses[0], world.courses[0])) == 1


def test_veteran_pays_nothing() -> None:
    world = make.make_world(2)
    make.make_veteran(world.student)
    rows = world.enroll()
    assert [(row.exempt, row.fee_fen) for row in rows] == [(True, 40_000)] * 2
    assert {world.charge(row).state for row in rows} == {ChargeState.WAIVED}


def test_pending_claim_pays_like_everybody() -> None:
    world = make.make_world()
    make.make_veteran(world.student, VeteranState.PENDING)
    [row] = world.enroll()
    assert world.charge(row).state == ChargeState.OWED


def test_enlisted_after_completion_pays() -> None:
    world = make.make_world()
    make.make_veteran(world.student)
    make.complete(world.student, date(2022, 6, 30))
    [row] = world.enroll()
    assert row.exempt is False


def test_zero_fee_never_owes() -> None:
    world = make.make_world()
    free = make.fail(world.student, make.make_course("0.0"))
    [row] = world.enroll(free)
    charge = world.charge(row)
    assert (row.exempt, charge.state, charge.amount_fen) == (True, ChargeState.WAIVED, 0)


def test_freezes_rules_and_fee() -> None:
    world = make.make_world()
    [row] = world.enroll()
    world.round.fee_unit_fen = 20_000
    world.round.rule_set = make.make_rules()
    world.round.save(update_fields=["fee_unit_fen", "rule_set"])
    row.refresh_from_db()
    assert (row.fee_fen, row.rule_set_id == world.round.rule_set_id) == (40_000, False)


def test_account_without_a_student() -> None:
    world = make.make_world()
    with pytest.raises(DomainError) as refused:
        enroll(
            user_id=make.make_staff().pk,
            course_ids=[world.courses[0].pk],
            round_id=world.round.pk,
            now=NOW,
        )
    assert (refused.value.code, refused.value.status) == ("student.none", 403)


def test_second_round_of_the_term_counts_the_first() -> None:
    world = make.make_world(4)
    world.enroll(*world.courses[:3])
    later = CLOSES + timedelta(days=10)
    second = make.make_round(
        world.round.rule_set,
        enrol_opens_at=later,
        enrol_closes_at=later + timedelta(days=1),
        pay_closes_at=later + timedelta(days=3),
    )
    make.read_notice(world.student, second)
    with pytest.raises(CoursesRefused) as refused:
        enroll(
            user_id=world.user_id,
            course_ids=[world.courses[3].pk],
            round_id=second.pk,
            now=later,
        )
    assert [reason.rule for reason in refused.value.reasons] == ["R7"]
