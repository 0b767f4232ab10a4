"""教学部核实: the pure rule, the run, and money that comes after it."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.models import Surplus
from payments.reconcile.selectors.days import unsealed_days
from payments.reconcile.services.closing import seal
from payments.services.settle import settle
from payments.standing import Standing
from payments.tests.factories import give_back, make_arrival, pay
from portal.accounts.roles import Role
from portal.calendar.services import seed_official_days
from portal.inbox.models import Message
from portal.lib.errors import DomainError
from portal.lib.moments import day
from portal.records.states import VeteranState
from retake.models import Enrollment, VerificationRun
from retake.selectors.mine import my_enrollments
from retake.selectors.verifying import judged, late_money
from retake.services.verify import reinstate, return_late_money, verify
from retake.states import EnrollmentState, EventKind
from retake.tests import factories as make
from retake.tests.factories import MOMENT, NOW, PAY_CLOSES
from retake.verification import Candidate, Ground, Verdict, judge

TWO_DAYS = timedelta(days=2)
OVER = PAY_CLOSES + TWO_DAYS


@pytest.mark.parametrize(
    ("standing", "found"),
    [
        (Standing.PAID, (Verdict.CONFIRM, Ground.PAID)),
        (Standing.WAIVED, (Verdict.CONFIRM, Ground.EXEMPT)),
        (Standing.HELD, (Verdict.WAIT, Ground.IN_PAYMENT)),
        (Standing.CONFIRMING, (Verdict.WAIT, Ground.IN_PAYMENT)),
        (Standing.COOLING, (Verdict.WAIT, Ground.WATCHED)),
        (Standing.PAYABLE, (Verdict.WAIT, Ground.PAYABLE)),
        (Standing.OVER, (Verdict.LAPSE, Ground.UNPAID)),
        (None, (Verdict.LAPSE, Ground.UNPAID)),
    ],
)
def test_judged_by_where_the_money_stands(
    standing: Standing | None, found: tuple[Verdict, Ground]
) -> None:
    one = Candidate(exempt=False, claim_waits=False, standing=standing, watched=False)
    assert judge(one, may_lapse=True) == found


@pytest.mark.parametrize(
    ("changes", "may_lapse", "found"),
    [
        ({"exempt": True}, True, (Verdict.CONFIRM, Ground.EXEMPT)),
        ({"claim_waits": True}, True, (Verdict.WAIT, Ground.CLAIM)),
        ({"claim_waits": True, "standing": Standing.PAID}, True, (Verdict.CONFIRM, Ground.PAID)),
        ({"watched": True}, True, (Verdict.WAIT, Ground.WATCHED)),
        ({}, False, (Verdict.WAIT, Ground.EARLY)),
    ],
)
def test_nothing_uncertain_lapses(
    changes: dict[str, object], may_lapse: bool, found: tuple[Verdict, Ground]
) -> None:
    usual: dict[str, object] = {
        "exempt": False,
        "claim_waits": False,
        "standing": Standing.OVER,
        "watched": False,
    }
    assert judge(Candidate(**(usual | changes)), may_lapse=may_lapse) == found  # type: ignore[arg-type]


@pytest.fixture
def settled(db: None) -> None:
    """The official calendar; ``run`` closes the days that are over, as finance does."""
    seed_official_days()


def close_days(now: datetime) -> None:
    """日结 of every day of the payment window that is not closed."""
    first, last = make.OPENS.date(), PAY_CLOSES.date()
    for one in unsealed_days(["finance"], first, last, now):
        clerk = make.make_staff(Role.FINANCE)
        seal(one.channel, one.day, actor_id=clerk.pk, now=now, note="渠道没有对账单")


def run(world: make.World, now: datetime = OVER, **changes: object) -> VerificationRun:
    close_days(now)
    return run_open(world, now, **changes)


def run_open(world: make.World, now: datetime = OVER, **changes: object) -> VerificationRun:
    """Without asking finance first."""
    asked = {"staff": make.make_staff(), "round_id": world.round.pk, "now": now} | changes
    return verify(**asked)  # type: ignore[arg-type]


def states(world: make.World) -> list[str]:
    return list(world.student.enrollment_set.order_by("pk").values_list("state", flat=True))


@pytest.mark.usefixtures("settled")
def test_paid_is_confirmed_unpaid_lapses_and_the_snapshot_stays() -> None:
    world = make.make_world(2)
    paid, _ = world.enroll()
    pay(world.open_order(paid), now=NOW)
    made = run(world)
    assert states(world) == [EnrollmentState.CONFIRMED, EnrollmentState.LAPSED]
    assert (made.confirmed, made.lapsed, made.waiting) == (1, 1, 0)
    assert [one.get("enrolled", 0) for one in made.snapshot] == [1, 0]
    told = Message.objects.filter(key__regex="confirmed|lapsed").values_list("title", "body")
    bodies = dict(told)
    assert set(bodies) == {"1 门重修报名已核实", "1 门重修报名已失效"}
    world.round.refresh_from_db()
    assert world.round.told_on is not None
    assert f"预计 {day(world.round.told_on, OVER.date())}起可查" in bodies["1 门重修报名已核实"]


@pytest.mark.usefixtures("settled")
def test_nobody_lapses_before_two_days_after_payment_closed() -> None:
    world = make.make_world()
    world.enroll()
    early = run(world, OVER - MOMENT)
    assert (states(world), early.waiting) == ([EnrollmentState.ENROLLED], 1)
    assert run(world, OVER).lapsed == 1


@pytest.mark.usefixtures("settled")
def test_a_held_course_waits_for_the_next_run() -> None:
    world = make.make_world()
    [row] = world.enroll()
    order = world.open_order(row, now=PAY_CLOSES - MOMENT)
    assert run(world).waiting == 1
    late = give_back(order, now=OVER)[0].payable_again_at
    assert late is not None
    assert run(world, OVER + timedelta(hours=1)).waiting == 1  # watched for late money
    assert run(world, OVER + TWO_DAYS).lapsed == 1


@pytest.mark.usefixtures("settled")
def test_a_waiting_veteran_claim_never_lapses() -> None:
    world = make.make_world()
    world.enroll()
    make.make_veteran(world.student, VeteranState.PENDING)
    assert run(world, OVER + timedelta(days=30)).waiting == 1


def test_an_approved_claim_that_has_not_acted_yet_never_lapses() -> None:
    world = make.make_world()
    [row] = world.enroll()
    [refused] = make.make_world().enroll()
    make.make_veteran(world.student, VeteranState.APPROVED)
    make.make_veteran(refused.student, VeteranState.REFUSED)
    found = judged([row, refused], may_lapse=True, now=OVER + timedelta(days=30))
    assert found == {
        row.pk: (Verdict.WAIT, Ground.CLAIM),
        refused.pk: (Verdict.LAPSE, Ground.UNPAID),
    }


@pytest.mark.usefixtures("settled")
def test_verifying_twice_changes_nothing_more() -> None:
    world = make.make_world()
    [row] = world.enroll()
    pay(world.open_order(row), now=NOW)
    run(world)
    again = run(world, OVER + timedelta(hours=1))
    assert (again.confirmed, again.lapsed, again.waiting) == (0, 0, 0)
    assert row.events.filter(kind=EventKind.CONFIRMED).count() == 1


@pytest.mark.django_db
def test_refused_while_a_day_is_open_unless_a_reason_is_given() -> None:
    world = make.make_world()
    world.enroll()
    with pytest.raises(DomainError) as refused:
        run_open(world)
    assert (refused.value.code, states(world)) == ("verify.open", [EnrollmentState.ENROLLED])
    made = run_open(world, override_reason="财务系统停机，已电话核对")
    assert (made.lapsed, made.override_reason) == (1, "财务系统停机，已电话核对")


@pytest.mark.django_db
def test_open_differences_count_by_course_and_stay_in_the_snapshot() -> None:
    world = make.make_world(2)
    disputed, _ = world.enroll()
    order = world.open_order(disputed)
    for fen in (40_000, 1):  # the second news of one trade number says something else
        settle([make_arrival(order, fen, trade="T-1")], NOW)
    made = run_open(world, override_reason="财务处已电话核对。")
    assert {one["course"]: one.get("differing", 0) for one in made.snapshot} == {
        f"{course.name}（{course.code}）": number
        for course, number in zip(world.courses, (1, 0), strict=True)
    }


@pytest.mark.usefixtures("settled")
def test_refused_before_payment_closes() -> None:
    world = make.make_world()
    with pytest.raises(DomainError) as refused:
        run_open(world, PAY_CLOSES)
    assert refused.value.code == "verify.early"


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("role", [Role.REVIEWER, Role.FINANCE, Role.STUDENT])
def test_only_the_teaching_office_verifies(role: Role) -> None:
    world = make.make_world()
    with pytest.raises(DomainError) as refused:
        run(world, staff=make.make_staff(role, make.make_college()))
    assert refused.value.status == 403


def lapsed_with_late_money() -> tuple[make.World, Enrollment]:
    """A released order that is paid after verification."""
    world = make.make_world()
    [row] = world.enroll()
    order = world.open_order(row)
    give_back(order, now=NOW + timedelta(minutes=20))
    run(world)
    pay(order, now=OVER + timedelta(days=1))
    return world, row


@pytest.mark.usefixtures("settled")
def test_late_money_is_a_case_that_can_be_reinstated() -> None:
    world, row = lapsed_with_late_money()
    assert list(late_money(Enrollment.objects.all())) == [row]
    staff = make.make_staff()
    for _ in range(2):  # a double click
        reinstate(staff=staff, enrollment_id=row.pk, now=OVER + timedelta(days=2))
    assert states(world) == [EnrollmentState.CONFIRMED]
    assert row.events.filter(kind=EventKind.REINSTATED).count() == 1
    assert Message.objects.get(key__startswith="retake:reinstated").body == (
        "核实后到账的缴费已认定，等开课学院安排，"
        "预计 5月9日（周五）起可查时间地点，安排好会发消息。"
    )


@pytest.mark.usefixtures("settled")
def test_late_money_can_go_back_instead() -> None:
    world, row = lapsed_with_late_money()
    later = OVER + timedelta(days=2)
    asked = {"staff": make.make_staff(), "enrollment_id": row.pk, "now": later}
    return_late_money(reason="班级已满", **asked)  # type: ignore[arg-type]
    told = Message.objects.get(key__startswith="retake:returned")
    assert told.body == "班级已满。已缴 ¥400.00 由财务处退回。"
    assert (states(world), Surplus.objects.get().amount_fen) == ([EnrollmentState.LAPSED], 40_000)
    with pytest.raises(DomainError):
        reinstate(**asked)  # type: ignore[arg-type]


@pytest.mark.usefixtures("settled")
def test_the_student_reads_what_becomes_of_late_money() -> None:
    world, row = lapsed_with_late_money()
    later = OVER + timedelta(days=2)
    [waits] = my_enrollments(world.user_id, later)
    assert (waits.status.text, waits.sentence) == (
        "失效后到账",
        "失效以后款到账了，教学部决定恢复报名还是退费，结果发站内消息。",
    )
    asked = {"staff": make.make_staff(), "enrollment_id": row.pk, "now": later}
    return_late_money(reason="班级已满。", **asked)  # type: ignore[arg-type]
    [returned] = my_enrollments(world.user_id, later)
    assert (returned.status.text, returned.sentence) == (
        "已失效，费用退回",
        "核实后到账的费用由财务处退回，进度写在缴费页。",
    )


@pytest.mark.usefixtures("settled")
def test_nobody_is_reinstated_without_money() -> None:
    world = make.make_world()
    [row] = world.enroll()
    run(world)
    with pytest.raises(DomainError) as refused:
        reinstate(staff=make.make_staff(), enrollment_id=row.pk, now=OVER)
    assert refused.value.code == "reinstate.unpaid"


@pytest.mark.usefixtures("settled")
def test_the_number_of_statements_does_not_grow() -> None:
    counts = []
    for number in (1, 9):
        world = make.make_world(number, cap_default=None)
        world.enroll()
        close_days(OVER)
        with CaptureQueriesContext(connection) as seen:
            assert run_open(world).lapsed == number
        counts.append(len(seen))
    assert counts[0] == counts[1]
