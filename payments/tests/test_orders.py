"""Opening, refusing, claiming: what a payer may do, and the sentence when he may not."""

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from payments import board
from payments.models import Charge, Order, OrderLine
from payments.plan import BatchKind
from payments.services.charges import void_charge
from payments.services.check import mark_closed
from payments.services.orders import claim_paid, open_order, pay_url, retract_claim
from payments.states import LineState, OrderState
from payments.tests import workflow
from payments.tests.factories import (
    CHANNEL,
    NOW,
    PURPOSE,
    give_back,
    make_charge,
    make_charges,
    make_order,
    make_payer,
    minutes,
    pay,
)
from portal.lib.errors import DomainError, NotYours

pytestmark = pytest.mark.django_db
MS = minutes(0.001 / 60)


def refusal(call: object) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call()  # type: ignore[operator]
    return caught.value


def test_order_holds_its_courses() -> None:
    order = make_order(make_charges(make_payer(), (40000, 40000, 30000)))
    assert (order.amount_fen, order.state) == (110000, OrderState.OPEN)
    assert (order.opened_at, order.expires_at) == (NOW, NOW + minutes(20))
    assert list(order.lines.values_list("position", "amount_fen", "state")) == [
        (1, 40000, LineState.HELD),
        (2, 40000, LineState.HELD),
        (3, 30000, LineState.HELD),
    ]


def test_number_is_prefix_local_time_and_sequence() -> None:
    order = make_order([make_charge(make_payer())])
    assert order.number == f"ZZJF20250423142300{order.pk:06d}"


def test_double_click_returns_the_same_order() -> None:
    charges = make_charges(make_payer())
    assert make_order(charges) == make_order(charges, now=NOW + minutes(1))


def test_part_of_an_open_order_is_refused_with_its_number() -> None:
    charges = make_charges(make_payer())
    order = make_order(charges)
    error = refusal(lambda: make_order(charges[:2], now=NOW + minutes(1)))
    assert error.code == "charge.held"
    assert error.message == (
        f"{charges[0].title}已在一笔没付完的订单里：{order.number}，14:43 后自动释放。"
    )


@pytest.mark.parametrize(("count", "code"), [(0, "order.empty"), (4, "order.too_many")])
def test_one_to_three_courses(count: int, code: str) -> None:
    payer = make_payer()
    ids = [make_charge(payer).pk for _ in range(count)]
    error = refusal(lambda: open_order(payer_id=payer.pk, charge_ids=ids, channel=CHANNEL, now=NOW))
    assert (error.code, Order.objects.count()) == (code, 0)


def test_setting_lowers_the_limit(settings: Settings) -> None:
    settings.ORDER_MAX_COURSES = 2
    error = refusal(lambda: make_order(make_charges(make_payer())))
    assert error.message == "一笔订单最多 2 门，选了 3 门。"


def test_somebody_elses_course_is_not_found() -> None:
    mine, other = make_charge(make_payer()), make_charge(make_payer())
    with pytest.raises(NotYours):
        make_order([mine, other])
    assert Order.objects.count() == 0


def test_several_orders_side_by_side() -> None:
    charges = make_charges(make_payer())
    assert make_order(charges[:1]) != make_order(charges[1:])


@pytest.mark.parametrize(
    ("wait", "code"),
    [(50, "order.watched"), (49.999, "charge.cooling"), (19, "charge.held")],
    ids=["watched", "cooling", "held"],
)
def test_released_course_waits_thirty_minutes(wait: float, code: str) -> None:
    charges = make_charges(make_payer(), (40000,))
    give_back(make_order(charges), now=NOW + minutes(20)) if wait > 20 else make_order(charges)
    two = [*charges, make_charge(charges[0].payer)]
    assert refusal(lambda: make_order(two, now=NOW + minutes(wait))).code == code


def test_never_paid_opens_over_a_watched_order() -> None:
    charges = make_charges(make_payer(), (40000,))
    give_back(make_order(charges), now=NOW + minutes(20))
    assert make_order(charges, now=NOW + minutes(50), never_paid=True).state == OrderState.OPEN


def test_never_paid_skips_no_cool_down() -> None:
    charges = make_charges(make_payer(), (40000,))
    give_back(make_order(charges), now=NOW + minutes(20))
    early = NOW + minutes(50) - MS
    error = refusal(lambda: make_order(charges, now=early, never_paid=True))
    assert error.message.endswith("15:13 后可重新缴费。")


def test_paid_course_is_refused() -> None:
    charges = make_charges(make_payer(), (40000,))
    order = make_order(charges)
    pay(order)
    error = refusal(lambda: make_order(charges, now=NOW + minutes(1)))
    assert (error.code, error.message) == (
        "charge.paid",
        f"{charges[0].title}已经缴过，订单 {order.number}。",
    )


def test_withdrawn_and_free_courses_are_refused() -> None:
    payer = make_payer()
    gone, free = make_charge(payer), make_charge(payer, 0, waived=True)
    void_charge(purpose=PURPOSE, reference=gone.reference, now=NOW)
    codes = [refusal(lambda charge=charge: make_order([charge])).code for charge in (gone, free)]
    assert codes == ["charge.void", "charge.waived"]


def test_workflow_refuses_with_its_own_sentence() -> None:
    charge = make_charge(make_payer(), reference="no-1")
    error = refusal(lambda: make_order([charge]))
    assert error.message == f"{charge.title}不能缴费：这门课的报名已取消。"


@pytest.mark.parametrize(
    ("moment", "code"),
    [(workflow.OPENS - MS, "charge.not_open"), (workflow.CLOSES + MS, "charge.over")],
)
def test_closed_window(moment: object, code: str) -> None:
    charge = make_charge(make_payer())
    assert refusal(lambda: make_order([charge], now=moment)).code == code  # type: ignore[arg-type]


def test_one_bad_course_refuses_the_whole_order() -> None:
    payer = make_payer()
    good, bad = make_charge(payer), make_charge(payer, reference="no-2")
    refusal(lambda: make_order([good, bad]))
    assert Order.objects.count() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_opening_takes_the_same_statements(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    charges = make_charges(make_payer(), (100,) * count)
    with django_assert_num_queries(7):
        make_order(charges)


def test_claim_is_remembered_once() -> None:
    order = make_order([make_charge(make_payer())])
    for wait in (5, 6):
        claim_paid(payer_id=order.payer_id, number=order.number, now=NOW + minutes(wait))
    order.refresh_from_db()
    assert order.claimed_at == NOW + minutes(5)


def test_claim_can_be_taken_back() -> None:
    order = make_order([make_charge(make_payer())])
    claim_paid(payer_id=order.payer_id, number=order.number, now=NOW)
    retract_claim(payer_id=order.payer_id, number=order.number, now=NOW + minutes(1))
    order.refresh_from_db()
    assert (order.claimed_at, order.next_check_at) == (None, NOW + minutes(1))


def test_claim_needs_a_hold() -> None:
    order = make_order([make_charge(make_payer())])
    give_back(order, now=NOW + minutes(20))
    error = refusal(
        lambda: claim_paid(payer_id=order.payer_id, number=order.number, now=NOW + minutes(21))
    )
    assert error.code == "order.not_held"


def test_only_the_payer_claims() -> None:
    order = make_order([make_charge(make_payer())])
    with pytest.raises(NotYours):
        claim_paid(payer_id=make_payer().pk, number=order.number, now=NOW)


def superseded_order() -> tuple[Order, Charge, Charge]:
    """One of its two courses was paid by an older order; the other one is still held."""
    first, second = make_charges(make_payer(), (40000, 30000))
    older = make_order([first])
    give_back(older, now=NOW + minutes(20))
    newer = make_order([first, second], now=NOW + minutes(51), never_paid=True)
    pay(older, now=NOW + minutes(52))
    newer.refresh_from_db()
    return newer, first, second


def test_order_that_gave_way_is_not_handed_out_again() -> None:
    newer, _, second = superseded_order()
    error = refusal(lambda: make_order([second], now=NOW + minutes(53)))
    assert (error.code, newer.superseded) == ("charge.held", True)


def test_order_that_gave_way_is_offered_nowhere() -> None:
    newer, _, second = superseded_order()
    now = NOW + minutes(53)
    shown = board.of_payer(newer.payer_id, now)
    [panel] = [one for one in shown.panels if one.order_number == newer.number]
    assert (panel.kind, panel.is_giving_way, panel.may_claim) == (
        BatchKind.CONFIRMING, True, False,
    )  # fmt: skip
    assert (shown.next_panel, panel.status.text) == (None, "正在自动取消")
    mark_closed([newer.number], now)
    assert board.of_payer(newer.payer_id, now).choices[0].charge_id == second.pk


def test_order_that_gave_way_cannot_be_paid_on() -> None:
    newer, _, _ = superseded_order()
    error = refusal(
        lambda: pay_url(
            order=newer, return_url="http://x/", notify_url="http://x/", now=NOW + minutes(53)
        )
    )
    assert (error.code, newer.pay_url) == ("order.superseded", "")


def test_order_with_a_released_course_is_not_the_same() -> None:
    first, second = make_charges(make_payer(), (40000, 30000))
    order = make_order([first, second])
    OrderLine.objects.filter(order=order, charge=first).update(
        state=LineState.RELEASED, released_at=NOW, payable_again_at=NOW
    )
    error = refusal(lambda: make_order([second], now=NOW + minutes(1)))
    assert error.code == "charge.held"
