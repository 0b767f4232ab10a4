"""特批, 取消, and rounds: what staff do."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction

from payments.models import Surplus
from payments.states import ChargeState
from payments.tests.factories import pay
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.inbox.models import Message
from portal.lib.errors import DomainError
from portal.records.models import Course
from retake.models import Enrollment, Round, RuleSet
from retake.services.acknowledge import acknowledge
from retake.services.cancel import cancel
from retake.services.override import override_enroll
from retake.services.rounds import archive, copy_last, publish
from retake.states import EnrollmentState, EventKind, RoundState
from retake.tests import factories as make
from retake.tests.factories import CLOSES, MOMENT, NOW, OPENS, PAY_CLOSES

pytestmark = pytest.mark.django_db


def override(world: make.World, staff: User, course: Course, **changes: object) -> Enrollment:
    asked = {"reason": "毕业前最后一次机会", "now": NOW} | changes
    return override_enroll(
        staff=staff,
        student_id=world.student.pk,
        course_id=course.pk,
        round_id=world.round.pk,
        **asked,  # type: ignore[arg-type]
    )


def test_override_passes_cap_and_rules() -> None:
    world = make.make_world(3)
    world.enroll()
    early = make.fail(world.student, makeup=False)
    row = override(world, make.make_staff(), early)
    assert (row.override_reason, world.charge(row).state) == (
        "毕业前最后一次机会",
        ChargeState.OWED,
    )
    assert row.events.get().kind == EventKind.OVERRIDDEN


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.FINANCE, Role.STUDENT])
def test_override_needs_its_own_permission(role: Role) -> None:
    world = make.make_world()
    staff = make.make_staff(role, make.make_college())
    with pytest.raises(DomainError) as refused:
        override(world, staff, world.courses[0])
    assert refused.value.status == 403


def test_override_needs_a_reason() -> None:
    world = make.make_world()
    with pytest.raises(DomainError, match=r"override\.reason"):
        override(world, make.make_staff(), world.courses[0], reason="  ")


def test_override_never_doubles_a_row() -> None:
    world = make.make_world()
    world.enroll()
    with pytest.raises(DomainError, match=r"override\.taken"):
        override(world, make.make_staff(), world.courses[0])


def test_override_needs_a_course_of_the_student() -> None:
    world = make.make_world()
    with pytest.raises(DomainError, match=r"override\.unknown_course"):
        override(world, make.make_staff(), make.make_course())


@pytest.mark.parametrize(
    ("now", "refused"),
    [
        (CLOSES + MOMENT, False),
        (PAY_CLOSES, False),
        (PAY_CLOSES + MOMENT, True),
        (OPENS - MOMENT, True),
    ],
)
def test_override_until_payment_closes(now: object, refused: bool) -> None:
    world = make.make_world()
    if refused:
        with pytest.raises(DomainError, match=r"round\."):
            override(world, make.make_staff(), world.courses[0], now=now)
        return
    assert override(world, make.make_staff(), world.courses[0], now=now).pk


def test_cancel_refunds_and_tells() -> None:
    world = make.make_world()
    [row] = world.enroll()
    pay(world.open_order(row), now=NOW)
    cancel(staff=make.make_staff(), enrollment_id=row.pk, reason="人数不足，不开班。", now=NOW)
    row.refresh_from_db()
    assert (row.state, Surplus.objects.count()) == (EnrollmentState.CANCELLED, 1)
    note = Message.objects.get(user_id=world.user_id, key__startswith="retake:cancelled")
    assert note.body == "人数不足，不开班。已缴 ¥400.00 由财务处退回。"


def test_cancel_needs_permission_and_reason() -> None:
    world = make.make_world()
    [row] = world.enroll()
    with pytest.raises(DomainError, match=r"cancel\.forbidden"):
        cancel(staff=make.make_staff(Role.FINANCE), enrollment_id=row.pk, reason="x", now=NOW)
    with pytest.raises(DomainError, match=r"cancel\.reason"):
        cancel(staff=make.make_staff(), enrollment_id=row.pk, reason=" ", now=NOW)


def test_copied_round_lacks_only_its_dates() -> None:
    last = make.make_round(fee_unit_fen=12_900, free_attempts=1)
    draft = copy_last(term=make.make_term())
    assert (draft.fee_unit_fen, draft.free_attempts, draft.notice, draft.rule_set_id) == (
        12_900,
        1,
        last.notice,
        last.rule_set_id,
    )
    with pytest.raises(DomainError) as refused:
        publish(round_id=draft.pk, staff=make.make_staff(), now=NOW)
    assert refused.value.message == (
        "还不能发布：缺报名开始；缺报名截止；缺缴费开始；缺缴费截止；缺计划对账日期；"
        "缺计划核实日期；缺学院落实期限（内部）。"
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"pay_closes_at": CLOSES - MOMENT}, "缴费截止不能早于报名截止"),
        ({"verify_on": date(2025, 4, 28)}, "核实不能早于缴费截止"),
        ({"reconcile_on": date(2025, 5, 7)}, "核实不能早于对账"),
        ({"college_deadline": date(2025, 5, 5)}, "学院落实期限不能早于核实"),
        ({"fee_policy": "flat"}, "缺实践课定额"),
    ],
)
def test_publishing_says_what_is_wrong(changes: dict[str, Any], sentence: str) -> None:
    draft = make.make_round(published=False, **changes)
    with pytest.raises(DomainError) as refused:
        publish(round_id=draft.pk, staff=make.make_staff(), now=NOW)
    assert sentence in refused.value.message


def test_complete_round_is_published_once() -> None:
    draft = make.make_round(published=False)
    staff = make.make_staff()
    published = publish(round_id=draft.pk, staff=staff, now=NOW)
    again = publish(round_id=draft.pk, staff=staff, now=NOW + timedelta(days=1))
    assert (published.state, again.published_at) == (RoundState.PUBLISHED, NOW)


def test_two_rounds_never_enrol_at_once() -> None:
    make.make_round()
    draft = make.make_round(published=False)
    with pytest.raises(DomainError, match="重叠"):
        publish(round_id=draft.pk, staff=make.make_staff(), now=NOW)


def test_publishing_is_a_permission() -> None:
    draft = make.make_round(published=False)
    for role in (Role.FINANCE, Role.STUDENT):
        with pytest.raises(DomainError, match=r"round\.forbidden"):
            publish(round_id=draft.pk, staff=make.make_staff(role), now=NOW)


def test_archived_stays_archived() -> None:
    row = make.make_round()
    staff = make.make_staff()
    assert archive(round_id=row.pk, staff=staff).state == RoundState.ARCHIVED
    with pytest.raises(DomainError, match=r"state\.illegal"):
        publish(round_id=row.pk, staff=staff, now=NOW)


def test_acknowledging_a_stale_version() -> None:
    world = make.make_world()
    with pytest.raises(DomainError, match=r"notice\.stale"):
        acknowledge(user_id=world.user_id, round_id=world.round.pk, version=9, now=NOW)


def test_acknowledging_twice_keeps_the_first_time() -> None:
    world = make.make_world()
    again = acknowledge(user_id=world.user_id, round_id=world.round.pk, version=1, now=NOW)
    assert again.read_at == OPENS


# What the database itself refuses.


@pytest.mark.parametrize(
    "change",
    [
        {"enrol_closes_at": OPENS},
        {"pay_closes_at": OPENS},
        {"notice_version": -1},
        {"college_deadline": None},
        {"fee_policy": "hour"},
    ],
    ids=["enrol window", "pay window", "version", "published incomplete", "fee policy"],
)
def test_round_constraints(change: dict[str, object]) -> None:
    row = make.make_round()
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.filter(pk=row.pk).update(**change)


def test_rule_versions_never_change() -> None:
    rules = make.make_rules()
    with pytest.raises(InternalError), transaction.atomic():
        RuleSet.objects.filter(pk=rules.pk).update(cap_default=9)


def test_trace_never_changes() -> None:
    [row] = make.make_world().enroll()
    with pytest.raises(InternalError), transaction.atomic():
        row.events.all().delete()


def test_database_refuses_an_illegal_move() -> None:
    [row] = make.make_world().enroll()
    with pytest.raises(InternalError), transaction.atomic():
        Enrollment.objects.filter(pk=row.pk).update(state=EnrollmentState.COMPLETED)


def test_database_refuses_a_later_first_state() -> None:
    world = make.make_world()
    [row] = world.enroll()
    row.pk, row.course, row.state = None, make.make_course(), EnrollmentState.CONFIRMED.value
    with pytest.raises(InternalError), transaction.atomic():
        row.save(force_insert=True)


def test_database_refuses_a_second_row() -> None:
    [row] = make.make_world().enroll()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_database_refuses_free_and_owed() -> None:
    [row] = make.make_world().enroll()
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrollment.objects.filter(pk=row.pk).update(fee_fen=0)
