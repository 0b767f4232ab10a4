"""What the record changes behind an enrolment."""

from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from payments.models import Surplus
from payments.states import ChargeState, SurplusReason
from payments.tests.factories import give_back, pay
from portal.inbox.models import Message
from portal.records.kinds import AttemptKind
from portal.records.models import CourseEquivalence, GradeAttempt
from portal.records.states import VeteranState
from retake.models import Enrollment
from retake.services.sweep import Swept, sweep
from retake.services.veterans import decide
from retake.services.withdraw import withdraw
from retake.states import EnrollmentState, EventKind
from retake.tasks import sweep_enrollments
from retake.tests import factories as make
from retake.tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_nothing_to_do() -> None:
    make.make_world(3).enroll()
    assert sweep(NOW) == Swept()


def test_passed_meanwhile_unpaid_is_cancelled() -> None:
    world = make.make_world(2)
    passed, failed = world.enroll()
    make.pass_course(world.student, world.courses[0])
    assert sweep(NOW) == Swept(cancelled=1)
    passed.refresh_from_db()
    failed.refresh_from_db()
    assert (passed.state, failed.state) == (EnrollmentState.CANCELLED, EnrollmentState.ENROLLED)
    assert world.charge(passed).state == ChargeState.VOID


def test_passed_meanwhile_paid_becomes_a_refund_case() -> None:
    world = make.make_world()
    [row] = world.enroll()
    pay(world.open_order(row), now=NOW)
    make.pass_course(world.student, world.courses[0])
    assert sweep(NOW) == Swept(cancelled=1)
    assert Surplus.objects.get().amount_fen == 40_000


def test_passed_under_the_old_code() -> None:
    world = make.make_world()
    world.enroll()
    old = make.make_course()
    CourseEquivalence.objects.create(old=old, new=world.courses[0])
    make.pass_course(world.student, old)
    assert sweep(NOW) == Swept(cancelled=1)


def test_a_better_fail_is_no_pass() -> None:
    world = make.make_world()
    world.enroll()
    make.pass_course(world.student, world.courses[0], score=59)
    assert sweep(NOW) == Swept()


@pytest.mark.parametrize("result", [{"score": 59.5}, {"text": "不合格"}, {"flag": "absent"}])
def test_who_failed_again_is_not_read_whole(
    result: dict[str, object], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Every five minutes the sweep reads the histories of who may have passed, nobody else's."""
    world = make.make_world()
    world.enroll()
    GradeAttempt.objects.create(
        student=world.student,
        course=world.courses[0],
        term=make.make_term("2023-2024-1", current=False),
        kind=AttemptKind.RETAKE.value,
        recorded_on=date(2025, 4, 22),
        **result,
    )
    with django_assert_num_queries(3):
        assert sweep(NOW) == Swept()


def test_row_in_an_open_order_waits_for_its_end() -> None:
    world = make.make_world()
    [row] = world.enroll()
    order = world.open_order(row)
    make.pass_course(world.student, world.courses[0])
    assert sweep(NOW) == Swept(waiting=1)
    released = NOW + timedelta(minutes=20)
    give_back(order, now=released, positions=(1,))
    assert sweep(released) == Swept(cancelled=1)


def test_improving_is_not_cancelled_for_being_passed() -> None:
    world = make.make_world(improve_passed=True)
    make.pass_course(world.student, world.courses[0])
    world.enroll()
    assert sweep(NOW) == Swept()


def test_withdrawn_rows_are_left_alone() -> None:
    world = make.make_world()
    [row] = world.enroll()
    withdraw(user_id=world.user_id, enrollment_id=row.pk, now=NOW)
    make.pass_course(world.student, world.courses[0])
    make.make_veteran(world.student)
    assert sweep(NOW) == Swept()


def test_veteran_meanwhile_unpaid_is_free() -> None:
    world = make.make_world()
    [row] = world.enroll()
    make.make_veteran(world.student)
    assert sweep(NOW) == Swept(exempted=1)
    row.refresh_from_db()
    assert (row.exempt, row.fee_fen, world.charge(row).state) == (True, 40_000, ChargeState.WAIVED)
    assert row.events.first().kind == EventKind.EXEMPTED  # type: ignore[union-attr]


def test_veteran_meanwhile_paid_becomes_a_refund_case() -> None:
    world = make.make_world()
    [row] = world.enroll()
    pay(world.open_order(row), now=NOW)
    make.make_veteran(world.student)
    assert sweep(NOW) == Swept(exempted=1)
    assert Surplus.objects.get().reason == SurplusReason.WAIVED_LATER


def test_veteran_is_told_once() -> None:
    world = make.make_world()
    world.enroll()
    make.make_veteran(world.student)
    sweep(NOW)
    sweep(NOW)
    assert Message.objects.filter(key__startswith="retake:exempt").count() == 1


def test_approving_a_claim_acts_at_once() -> None:
    world = make.make_world()
    world.enroll()
    claim = make.make_veteran(world.student, VeteranState.PENDING)
    decide(staff=make.make_staff(), claim_id=claim.pk, approved=True, note="", now=NOW)
    assert Enrollment.objects.get().exempt is True


def test_sweep_of_one_student_leaves_the_others() -> None:
    one, other = make.make_world(), None
    one.enroll()
    other = make.make_student()
    make.make_veteran(one.student)
    assert sweep(NOW, other.pk) == Swept()


def test_statements_do_not_grow_with_rows(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make.make_world(20, grade_year=2022).enroll()
    with django_assert_num_queries(3):
        sweep(NOW)


def test_the_job_runs_the_sweep() -> None:
    world = make.make_world()
    world.enroll()
    make.make_veteran(world.student)
    sweep_enrollments()
    assert Enrollment.objects.get().exempt is True
