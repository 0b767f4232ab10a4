"""退报名, and coming back."""

from datetime import timedelta

import pytest
from django.test import Client

from payments.models import Surplus
from payments.states import ChargeState, SurplusReason
from payments.tests.factories import give_back, pay
from portal.inbox.models import Message
from portal.lib.errors import DomainError, NotYours
from retake.models import Enrollment
from retake.selectors import choice, opened_for
from retake.services.cancel import cancel
from retake.services.withdraw import withdraw
from retake.states import EnrollmentState, EventKind
from retake.tests import factories as make
from retake.tests.factories import CLOSES, MOMENT, NOW, PAY_CLOSES
from retake.tests.opened import browser, open_now

pytestmark = pytest.mark.django_db


def leave(world: make.World, row: Enrollment, now: object = NOW) -> Enrollment:
    return withdraw(user_id=world.user_id, enrollment_id=row.pk, now=now)  # type: ignore[arg-type]


def test_unpaid_is_void() -> None:
    world = make.make_world()
    [row] = world.enroll()
    assert leave(world, row).state == EnrollmentState.WITHDRAWN
    assert world.charge(row).state == ChargeState.VOID


def test_frees_a_place_under_the_cap() -> None:
    world = make.make_world(4)
    rows = world.enroll(*world.courses[:3])
    leave(world, rows[0])
    assert len(world.enroll(world.courses[3])) == 1


def test_paid_becomes_a_refund_case() -> None:
    world = make.make_world()
    [row] = world.enroll()
    pay(world.open_order(row), now=NOW)
    leave(world, row)
    case = Surplus.objects.get()
    assert (case.reason, case.amount_fen) == (SurplusReason.WITHDRAWN, 40_000)


def test_refused_while_an_order_holds_it() -> None:
    world = make.make_world()
    [row] = world.enroll()
    world.open_order(row)
    with pytest.raises(DomainError) as refused:
        leave(world, row)
    assert refused.value.code == "charge.held"
    row.refresh_from_db()
    assert (row.state, world.charge(row).state) == (EnrollmentState.ENROLLED, ChargeState.OWED)


def test_until_payment_closes() -> None:
    world = make.make_world(2)
    first, second = world.enroll()
    leave(world, first, PAY_CLOSES)
    with pytest.raises(DomainError, match=r"withdraw\.closed"):
        leave(world, second, PAY_CLOSES + MOMENT)


def test_twice_is_once() -> None:
    world = make.make_world()
    [row] = world.enroll()
    leave(world, row)
    leave(world, row)
    kinds = list(row.events.order_by("id").values_list("kind", flat=True))
    assert kinds == [EventKind.ENROLLED, EventKind.WITHDRAWN]


def test_somebody_elses() -> None:
    world = make.make_world()
    [row] = world.enroll()
    thief = make.make_student()
    with pytest.raises(NotYours):
        withdraw(user_id=thief.user_id or 0, enrollment_id=row.pk, now=NOW)
    row.refresh_from_db()
    assert row.state == EnrollmentState.ENROLLED


def test_only_from_enrolled() -> None:
    world = make.make_world()
    [row] = world.enroll()
    cancel(staff=None, enrollment_id=row.pk, reason="不开班", now=NOW)
    with pytest.raises(DomainError, match=r"withdraw\.state"):
        leave(world, row)


def test_coming_back_reuses_the_row() -> None:
    world = make.make_world()
    [row] = world.enroll()
    leave(world, row)
    [again] = world.enroll()
    assert (again.pk, Enrollment.objects.count()) == (row.pk, 1)
    assert (again.state, world.charge(again).state) == (EnrollmentState.ENROLLED, ChargeState.OWED)


def test_coming_back_takes_the_fee_of_the_day() -> None:
    world = make.make_world()
    [row] = world.enroll()
    leave(world, row)
    world.round.fee_unit_fen = 20_000
    world.round.save(update_fields=["fee_unit_fen"])
    [again] = world.enroll()
    assert (again.fee_fen, world.charge(again).amount_fen) == (80_000, 80_000)


def test_no_coming_back_after_enrolment_closed() -> None:
    world = make.make_world()
    [row] = world.enroll()
    leave(world, row, CLOSES + MOMENT)
    with pytest.raises(DomainError, match=r"round\.closed"):
        world.enroll(now=CLOSES + MOMENT)


def test_coming_back_does_not_skip_the_cool_down() -> None:
    world = make.make_world()
    [row] = world.enroll()
    released = NOW + timedelta(minutes=20)
    give_back(world.open_order(row), now=released, positions=(1,))
    leave(world, row, released)
    [again] = world.enroll(now=released)
    with pytest.raises(DomainError) as refused:
        world.open_order(again, now=released + timedelta(minutes=30) - MOMENT)
    assert refused.value.code == "charge.cooling"


def test_the_message_says_what_happens_to_the_money() -> None:
    world = make.make_world(2)
    paid, unpaid = world.enroll()
    pay(world.open_order(paid), now=NOW)
    leave(world, paid)
    leave(world, unpaid)
    told = Message.objects.filter(key__startswith="retake:withdrawn").order_by("pk")
    assert list(told.values_list("title", "body")) == [
        (f"{world.courses[0].name}已退报名", "已缴 ¥400.00 由财务处退回；之后再报要重新缴。"),
        (f"{world.courses[1].name}已退报名", "这门课没有收过钱，不用退费。"),
    ]


def test_a_paid_course_that_was_given_back_warns_when_chosen_again() -> None:
    world = make.make_world(2)
    paid, unpaid = world.enroll()
    pay(world.open_order(paid), now=NOW)
    leave(world, paid)
    leave(world, unpaid)
    opened = opened_for(world.user_id, NOW)
    assert opened is not None
    picks = choice(world.user_id, opened, NOW).picks
    assert [pick.warnings for pick in picks] == [
        ("退报名前缴的 ¥400.00 由财务处退回；再报要重新缴 ¥400.00。",),
        (),
    ]


def test_detail_shows_the_refund_and_no_date_to_look_up(client: Client) -> None:
    world = make.make_world()
    [row] = world.enroll()
    pay(world.open_order(row), now=NOW)
    leave(world, row)
    client.force_login(world.student.user)  # type: ignore[arg-type]
    page = client.get(f"/retake/enrollments/{row.pk}/").content.decode()
    assert ("<dt>退费</dt>" in page, "起可查" in page) == (True, False)


def test_sent_again_says_again_that_the_money_comes_back(client: Client) -> None:
    world = make.make_world()
    [row] = world.enroll()
    pay(world.open_order(row), now=NOW)
    open_now(world)
    browser(world, client)
    said = []
    for _ in range(2):
        answer = client.post(f"/retake/enrollments/{row.pk}/withdrawal/", follow=True)
        said += [str(one) for one in answer.context["messages"]]
    assert (
        said
        == [f"{world.courses[0].name}已退报名。已缴 ¥400.00 由财务处退回；之后再报要重新缴。"] * 2
    )
