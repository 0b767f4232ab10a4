"""What becomes of money, through PostgreSQL: every outcome of ``decide``, one to three lines."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from payments.audit import audit
from payments.book import OutcomeKind
from payments.models import (
    Charge,
    Order,
    OrderLine,
    Receipt,
    Surplus,
)
from payments.services.charges import void_charge, waive_charge
from payments.services.settle import settle
from payments.states import LineState, OrderState, SurplusReason
from payments.tests.factories import (
    NOW,
    PURPOSE,
    give_back,
    make_arrival,
    make_charges,
    make_order,
    make_payer,
    minutes,
    pay,
    raise_charge,
)
from portal.inbox.models import Message

pytestmark = pytest.mark.django_db
AMOUNTS = [(40000,), (40000, 30000), (40000, 40000, 30000)]
LATER = NOW + minutes(60)
counts = pytest.mark.parametrize("amounts", AMOUNTS, ids=["one", "two", "three"])


def states(order: Order) -> list[str]:
    return list(order.lines.order_by("position").values_list("state", flat=True))


def surpluses() -> list[tuple[str, int]]:
    return list(Surplus.objects.order_by("pk").values_list("reason", "amount_fen"))


def released_order(amounts: Sequence[int]) -> tuple[Order, list[Charge]]:
    """An order of NOW, all of it released at 20 minutes."""
    charges = make_charges(make_payer(), amounts)
    order = make_order(charges)
    give_back(order, now=NOW + minutes(20))
    return order, charges


def raise_again(charge: Charge, payer_id: int, fen: int) -> Charge:
    """Withdrawn and enrolled again, at a price of then, perhaps under another account."""
    void_charge(purpose=PURPOSE, reference=charge.reference, now=LATER)
    return raise_charge(
        payer_id=payer_id, purpose=PURPOSE, reference=charge.reference, group=charge.group,
        title=charge.title, amount_fen=fen, waived=False, now=LATER,
    )  # fmt: skip


@counts
def test_ordinary_payment_pays_every_line(amounts: tuple[int, ...]) -> None:
    order = make_order(make_charges(make_payer(), amounts))
    outcome = pay(order, now=NOW + minutes(3))
    order.refresh_from_db()
    assert (outcome.kind, order.state, order.paid_at) == (OutcomeKind.SETTLED, OrderState.PAID, NOW)
    assert set(order.lines.values_list("state", "paid_at")) == {(LineState.PAID, NOW)}
    assert audit().clean


@counts
def test_told_again_changes_nothing(amounts: tuple[int, ...]) -> None:
    order = make_order(make_charges(make_payer(), amounts))
    arrival = make_arrival(order)
    settle([arrival], NOW)
    again = settle([arrival, arrival], LATER)
    assert [outcome.kind for outcome in again] == [OutcomeKind.REPEAT] * 2
    assert (Receipt.objects.count(), Message.objects.count()) == (1, 1)
    assert audit().totals.received == sum(amounts)


def test_told_twice_in_one_batch_is_received_once() -> None:
    arrival = make_arrival(make_order(make_charges(make_payer())))
    kinds = [outcome.kind for outcome in settle([arrival, arrival], NOW)]
    assert kinds == [OutcomeKind.SETTLED, OutcomeKind.REPEAT]
    assert Receipt.objects.count() == 1


@counts
def test_after_release_pays_late(amounts: tuple[int, ...]) -> None:
    order, _ = released_order(amounts)
    assert pay(order, now=LATER).kind is OutcomeKind.LATE
    assert states(order) == [LineState.PAID] * len(amounts)
    assert audit().clean


def test_half_released_pays_both_halves() -> None:
    order = make_order(make_charges(make_payer(), (40000, 30000)))
    give_back(order, now=NOW + minutes(20), positions=(1,))
    assert pay(order, now=LATER).kind is OutcomeKind.LATE
    assert states(order) == [LineState.PAID, LineState.PAID]


@counts
def test_newer_order_gives_way_to_the_older_payment(amounts: tuple[int, ...]) -> None:
    older, charges = released_order(amounts)
    newer = make_order(charges, now=LATER, never_paid=True)
    outcome = pay(older, now=LATER + minutes(1))
    newer.refresh_from_db()
    assert (outcome.kind, outcome.superseded) == (OutcomeKind.LATE, (newer.number,))
    assert states(older) == [LineState.PAID] * len(amounts)
    assert states(newer) == [LineState.RELEASED] * len(amounts)
    assert (newer.superseded, newer.next_check_at) == (True, LATER + minutes(1))
    assert audit().clean


def test_newer_order_keeps_its_other_lines_until_it_is_closed() -> None:
    older, charges = released_order((40000,))
    others = make_charges(make_payer(), ())
    fresh = make_charges(charges[0].payer, (30000, 20000))
    newer = make_order([*charges, *fresh, *others], now=LATER, never_paid=True)
    pay(older, now=LATER + minutes(1))
    assert states(newer) == [LineState.RELEASED, LineState.HELD, LineState.HELD]
    free = newer.lines.get(position=1)
    assert (free.released_at, free.payable_again_at) == (LATER + minutes(1),) * 2


@counts
def test_second_payment_after_the_newer_order_was_paid_is_surplus(amounts: tuple[int, ...]) -> None:
    older, charges = released_order(amounts)
    newer = make_order(charges, now=LATER, never_paid=True)
    pay(newer, now=LATER)
    assert pay(older, now=LATER + minutes(1)).kind is OutcomeKind.SURPLUS
    assert surpluses() == [(SurplusReason.ALREADY_PAID, fen) for fen in amounts]
    assert states(older) == [LineState.RELEASED] * len(amounts)
    assert audit().clean


def test_newer_order_paid_although_it_gave_way_is_surplus() -> None:
    older, charges = released_order((40000,))
    newer = make_order(charges, now=LATER, never_paid=True)
    kinds = [outcome.kind for outcome in settle([make_arrival(older), make_arrival(newer)], LATER)]
    assert kinds == [OutcomeKind.LATE, OutcomeKind.SURPLUS]
    assert surpluses() == [(SurplusReason.ALREADY_PAID, 40000)]
    assert (states(older), states(newer)) == ([LineState.PAID], [LineState.RELEASED])


def test_same_order_paid_twice_is_surplus() -> None:
    order = make_order(make_charges(make_payer(), (40000, 30000)))
    pay(order)
    assert pay(order).kind is OutcomeKind.SURPLUS
    assert surpluses() == [(SurplusReason.ALREADY_PAID, fen) for fen in (40000, 30000)]
    assert audit().clean


@counts
def test_withdrawn_meanwhile_is_surplus(amounts: tuple[int, ...]) -> None:
    order, charges = released_order(amounts)
    void_charge(purpose=PURPOSE, reference=charges[0].reference, now=LATER)
    pay(order, now=LATER)
    assert surpluses() == [(SurplusReason.VOID, amounts[0])]
    assert states(order) == [LineState.RELEASED, *[LineState.PAID] * (len(amounts) - 1)]
    assert audit().clean


def test_waived_meanwhile_is_surplus() -> None:
    order, charges = released_order((40000,))
    waive_charge(purpose=PURPOSE, reference=charges[0].reference, now=LATER)
    pay(order, now=LATER)
    assert surpluses() == [(SurplusReason.WAIVED, 40000)]


def test_second_payment_of_a_withdrawn_course_is_surplus() -> None:
    charges = make_charges(make_payer(), (40000,))
    order = make_order(charges)
    pay(order)
    void_charge(purpose=PURPOSE, reference=charges[0].reference, now=LATER)
    pay(order, now=LATER)
    reasons = [reason for reason, _ in surpluses()]
    assert reasons == [SurplusReason.WITHDRAWN, SurplusReason.ALREADY_PAID]
    assert audit().clean


@pytest.mark.parametrize("fen", [1, 39999, 40001], ids=["one fen", "short", "over"])
def test_wrong_amount_pays_nothing_and_waits_whole(fen: int) -> None:
    order = make_order(make_charges(make_payer(), (40000,)))
    settle([make_arrival(order, fen)], NOW)
    order.refresh_from_db()
    assert surpluses() == [(SurplusReason.AMOUNT_DIFFERS, fen)]
    assert (order.state, states(order)) == (OrderState.CLOSED, [LineState.HELD])
    assert audit().clean


def test_right_amount_after_a_wrong_one_still_pays() -> None:
    order = make_order(make_charges(make_payer(), (40000,)))
    settle([make_arrival(order, 1)], NOW)
    later = make_arrival(order, paid_at=LATER)
    assert settle([later], LATER)[0].kind is OutcomeKind.SETTLED
    order.refresh_from_db()
    assert (order.state, order.paid_at, states(order)) == (OrderState.PAID, LATER, [LineState.PAID])
    assert audit().clean


@pytest.mark.parametrize("fen", [30000, 90000], ids=["cheaper now", "dearer now"])
def test_late_money_of_an_old_price_is_surplus(fen: int) -> None:
    order, (charge,) = released_order((40000,))
    raise_again(charge, charge.payer_id, fen)
    assert pay(order, now=LATER).kind is OutcomeKind.SURPLUS
    assert surpluses() == [(SurplusReason.AMOUNT_DIFFERS, 40000)]
    assert states(order) == [LineState.RELEASED]
    assert audit().clean


def test_late_money_does_not_pay_what_somebody_else_owes_now() -> None:
    order, (charge,) = released_order((40000,))
    raise_again(charge, make_payer().pk, 40000)
    pay(order, now=LATER)
    assert surpluses() == [(SurplusReason.VOID, 40000)]
    assert states(order) == [LineState.RELEASED]
    assert audit().clean


def test_payer_is_told_what_was_paid_and_what_waits() -> None:
    older, charges = released_order((40000, 30000))
    void_charge(purpose=PURPOSE, reference=charges[1].reference, now=LATER)
    Message.objects.all().delete()
    pay(older, now=LATER)
    titles = Message.objects.order_by("pk").values_list("title", flat=True)
    assert list(titles) == ["已缴费 ¥400.00，1 门", "¥300.00 在财务处等待处理"]


@pytest.mark.parametrize("orders", [1, 3, 30])
def test_statements_do_not_grow_with_the_batch(
    orders: int, django_assert_num_queries: object
) -> None:
    arrivals = [make_arrival(make_order(make_charges(make_payer()))) for _ in range(orders)]
    with django_assert_num_queries(7):  # type: ignore[operator]
        settle(arrivals, NOW)
    assert OrderLine.objects.filter(state=LineState.PAID).count() == 3 * orders


def paid_at_of(order: Order) -> datetime | None:
    order.refresh_from_db()
    return order.paid_at


def test_each_order_of_a_batch_keeps_its_own_time_of_payment() -> None:
    orders = [make_order(make_charges(make_payer(), (100,))) for _ in range(2)]
    times = [NOW + minutes(1), NOW + minutes(2)]
    pairs = zip(orders, times, strict=True)
    settle([make_arrival(order, paid_at=time) for order, time in pairs], LATER)
    assert [paid_at_of(order) for order in orders] == times


@pytest.mark.parametrize("fen", [None, 39999], ids=["unpaid", "wrong amount"])
def test_payer_of_a_released_course_is_told_about_his_money(fen: int | None) -> None:
    order = make_order(make_charges(make_payer(), (40000,)))
    if fen:
        settle([make_arrival(order, fen)], NOW)
    give_back(order, now=NOW + minutes(20))
    released = Message.objects.get(title__contains="已释放").body
    differs = "收到的金额与订单不符，没有记到课程。钱没有丢，由财务处核对后退费。"
    told = differs if fen else "没有付款，没有扣款。"
    assert released == f"订单 {order.number} {told}这笔订单不要再付。"
