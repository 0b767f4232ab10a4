"""The refunds a channel's file lists: they carry ours on, or become a case for finance."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from payments.audit import audit
from payments.gateways.base import StatementRefund
from payments.models import Receipt, Resolution, StrayRefund, Surplus
from payments.services import cases, closing, refund_rows
from payments.services.refund_rows import RefundNews
from payments.states import (
    ReceiptKind,
    ResolutionMethod,
    ResolutionState,
    StrayReason,
)
from payments.tests.desk import filed, make_clerk, released, withdrawn
from payments.tests.factories import CHANNEL, NOW, make_charges, minutes
from portal.inbox.models import Message
from portal.lib.errors import DomainError

pytestmark = pytest.mark.django_db
LATER = NOW + minutes(60 * 24)
ARRIVED, TAKEN_ON, REPEAT, STRAY = RefundNews
Row = StatementRefund


def listed(surplus: Surplus, refund: str = "", **changes: object) -> Row:
    """The channel's row about a refund of this surplus, under ``refund``."""
    payment = surplus.receipt
    row = Row(
        payment.order_number, payment.trade_number, refund, "FR1", surplus.amount_fen, NOW,
        "{}", has_arrived=True,
    )  # fmt: skip
    return replace(row, **changes)  # type: ignore[arg-type]


def note(*rows: Row) -> list[tuple[RefundNews, StrayReason | None]]:
    outcomes = refund_rows.note_rows(CHANNEL, rows, LATER)
    return [(outcome.news, outcome.reason) for outcome in outcomes]


def state_of(row: Resolution) -> str:
    row.refresh_from_db()
    return row.state


def test_row_of_a_released_refund_is_its_arrival_once() -> None:
    [surplus] = withdrawn()
    ours = released(surplus)
    row = listed(surplus, ours.refund_number)
    assert note(row, row) == [(ARRIVED, None), (REPEAT, None)]
    assert note(row) == [(REPEAT, None)]
    receipt = Receipt.objects.get(kind=ReceiptKind.REFUND)
    assert (state_of(ours), ours.arrived_at, receipt.amount_fen) == ("arrived", NOW, 40000)
    assert receipt.message is not None
    assert (audit().clean, audit().totals.refunded) == (True, 40000)
    assert Message.objects.latest("pk").title == "¥400.00 已退回"


def test_channel_that_lists_what_it_was_asked_for_is_asked_what_became_of_it() -> None:
    [surplus] = withdrawn()
    ours = released(surplus)
    row = listed(surplus, ours.refund_number, has_arrived=False)
    assert note(row, row) == [(TAKEN_ON, None), (REPEAT, None)]
    assert (state_of(ours), ours.next_check_at) == (ResolutionState.ACCEPTED, LATER)
    with pytest.raises(DomainError, match="渠道已经受理"):
        cases.cancel(clerk=ours.filed_by, resolution_id=ours.pk, reason="x", now=LATER)


def undecided(surplus: Surplus) -> str:
    return filed(surplus).refund_number


def cancelled(surplus: Surplus) -> str:
    row = filed(surplus)
    cases.cancel(clerk=row.filed_by, resolution_id=row.pk, reason="x", now=NOW)
    return row.refund_number


def failed(surplus: Surplus) -> str:
    row = released(surplus)
    Resolution.objects.filter(pk=row.pk).update(state=ResolutionState.FAILED)
    return row.refund_number


def by_hand(surplus: Surplus) -> str:
    row = released(surplus, ResolutionMethod.MANUAL)
    cases.confirm_by_hand(clerk=make_clerk(), resolution_id=row.pk, evidence="回单 7", now=NOW)
    return row.refund_number


def hand_decided(surplus: Surplus) -> str:
    return released(surplus, ResolutionMethod.MANUAL).refund_number


def own_console(surplus: Surplus) -> str:
    return f"CONSOLE{surplus.pk}"


def nameless(surplus: Surplus) -> str:
    del surplus
    return ""


@pytest.mark.parametrize(
    ("prepare", "changes", "reason"),
    [
        (own_console, {}, StrayReason.UNKNOWN),
        (nameless, {}, StrayReason.UNKNOWN),
        (nameless, {"refund_trade_number": ""}, StrayReason.UNKNOWN),
        (undecided, {}, StrayReason.NOT_DECIDED),
        (cancelled, {}, StrayReason.NOT_DECIDED),
        (failed, {}, StrayReason.NOT_DECIDED),
        (hand_decided, {}, StrayReason.NOT_DECIDED),
        (by_hand, {}, StrayReason.OTHER_WAY),
        (lambda surplus: released(surplus).refund_number, {"amount_fen": 39999},
         StrayReason.AMOUNT_DIFFERS),
        (lambda surplus: released(surplus).refund_number, {"number": "ZZJF-other"},
         StrayReason.PAYMENT_DIFFERS),
    ],
    ids=["console", "no number of ours", "no number at all", "undecided", "cancelled", "failed",
         "decided by hand", "done by hand", "amount", "another payment"],
)  # fmt: skip
def test_row_nobody_decided_is_a_case_once_and_posts_nothing(
    prepare: Callable[[Surplus], str], changes: dict[str, object], reason: StrayReason
) -> None:
    [surplus] = withdrawn()
    row = listed(surplus, prepare(surplus), **changes)
    before = list(Resolution.objects.values_list("state", "next_check_at"))
    refunded = audit().totals.refunded
    assert note(row, row) == [(STRAY, reason), (REPEAT, reason)]
    assert note(row) == [(REPEAT, reason)]
    case = StrayRefund.objects.get()
    assert (case.amount_fen, case.reason, case.receipt) == (
        row.amount_fen, reason, surplus.receipt,
    )  # fmt: skip
    assert list(Resolution.objects.values_list("state", "next_check_at")) == before
    assert (audit().clean, audit().totals.refunded) == (True, refunded)


def test_listed_request_that_failed_since_is_no_news() -> None:
    [surplus] = withdrawn()
    assert note(listed(surplus, failed(surplus), has_arrived=False)) == [(REPEAT, None)]


def test_refund_of_a_payment_nobody_heard_of_is_a_case_too() -> None:
    row = Row("OLD-1", "T-old", "", "FR9", 500, NOW, "{}", has_arrived=True)
    assert note(row) == [(STRAY, StrayReason.UNKNOWN)]
    assert StrayRefund.objects.get().receipt is None


def test_partial_refunds_of_one_payment_are_told_apart() -> None:
    first, second = withdrawn(40000, 30000)
    ours = [released(first), released(second)]
    rows = [
        listed(first, ours[0].refund_number),
        listed(second, ours[1].refund_number, refund_trade_number="FR2"),
        listed(first, "", refund_trade_number="FR3"),
    ]
    assert [news for news, _ in note(*rows)] == [ARRIVED, ARRIVED, STRAY]
    assert (audit().clean, audit().totals.refunded) == (True, 70000)


def test_case_is_closed_once_with_words() -> None:
    [surplus] = withdrawn()
    note(listed(surplus))
    case, clerk = StrayRefund.objects.get(), make_clerk("李会计")
    with pytest.raises(DomainError, match="没有填核对结果"):
        closing.close_stray(clerk=clerk, stray_id=case.pk, note=" ", now=NOW)
    closing.close_stray(clerk=clerk, stray_id=case.pk, note="渠道客服误退", now=NOW)
    with pytest.raises(DomainError, match=r"李会计已在 .* 核对过"):
        closing.close_stray(clerk=make_clerk(), stray_id=case.pk, note="x", now=NOW)


@pytest.mark.parametrize("method", [ResolutionMethod.GATEWAY, ResolutionMethod.MOVE])
def test_money_the_channel_says_it_sent_back_leaves_by_hand_only(method: ResolutionMethod) -> None:
    [surplus] = withdrawn()
    order = surplus.receipt.order
    assert order is not None
    [other] = make_charges(order.payer, [surplus.amount_fen])
    target = other if method is ResolutionMethod.MOVE else None
    waiting = filed(surplus, method, target=target)
    note(listed(surplus))
    with pytest.raises(DomainError, match=r"渠道说已自行退回这笔付款的 ¥400.00（退款单号 FR1）"):
        cases.release(clerk=make_clerk(), resolution_id=waiting.pk, now=LATER)
    cases.cancel(clerk=waiting.filed_by, resolution_id=waiting.pk, reason="x", now=LATER)
    clerk = waiting.filed_by
    with pytest.raises(DomainError, match="渠道说已自行退回"):
        filed(surplus, method, clerk=clerk, target=target, now=LATER)
    assert filed(surplus, ResolutionMethod.MANUAL, clerk=clerk).state == "requested"


def test_case_that_was_looked_into_is_in_nobodys_way() -> None:
    [surplus] = withdrawn()
    note(listed(surplus))
    case = StrayRefund.objects.get()
    closing.close_stray(clerk=make_clerk(), stray_id=case.pk, note="渠道撤回了退款", now=LATER)
    assert released(surplus, now=LATER).state == ResolutionState.RELEASED
