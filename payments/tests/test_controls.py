"""Each guard of the database taken away, and what is lost then.

The table names every constraint, unique column and trigger that the models declare; a new one
without a row here fails.
"""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from payments.audit import audit
from payments.states import (
    AllocationKind,
    ChargeState,
    EntryState,
    LineState,
    OrderState,
    ResolutionMethod,
    ResolutionState,
)
from payments.tests import harm
from payments.tests.desk import make_clerk
from payments.tests.factories import NOW
from payments.tests.guards import guards
from payments.tests.harm import Harm, change, copy, gone

pytestmark = pytest.mark.django_db

SENT = {"released_by": lambda _: make_clerk(), "released_at": NOW}
BY_ONE = {"released_by": lambda row: row.filed_by, "released_at": NOW}

HARMS: dict[str, Harm] = {
    # A course enrolled once is charged twice; is owed for nothing; is in no state we know.
    "Charge.charge_one_per_ref": copy(harm.charge),
    "Charge.charge_owed_is_positive": change(harm.charge, amount_fen=0),
    "Charge.charge_state_known": change(harm.charge, "Charge.state_moves", state="lost"),
    "Charge.state_moves": change(harm.charge, "Charge.charge_state_known", state="lost"),
    "Charge.state_starts": copy(harm.charge, state=ChargeState.VOID, reference="new"),
    "Charge.amount_is_fixed_by_a_hold": change(harm.held_charge, amount_fen=1),
    # An order without a price, without time to pay, without the time it was paid or closed at.
    "Order.order_is_positive": copy(harm.order, amount_fen=0, number="X"),
    "Order.order_expires_after_opening": change(harm.order, expires_at=NOW),
    "Order.order_paid_has_time": change(harm.order, state=OrderState.PAID),
    "Order.order_closed_has_time": change(harm.order, state=OrderState.CLOSED),
    "Order.order_state_known": change(harm.order, "Order.state_moves", state="lost"),
    "Order.state_moves": change(harm.order, "Order.order_state_known", state="lost"),
    "Order.state_starts": copy(harm.order, state=OrderState.PAID, paid_at=NOW, number="X"),
    "Order.order_is_fixed": change(harm.order, amount_fen=1),
    "Order.order_stays": gone(harm.order, "OrderLine.line_stays"),
    "Order.number": copy(harm.order),
    # The same course paid twice; a fourth course; a course released with no end of its wait.
    "OrderLine.line_one_hold_per_charge": copy(harm.line, order=lambda _: harm.order(), position=2),
    "OrderLine.line_one_per_position": copy(harm.line, charge=lambda _: harm.charge()),
    "OrderLine.line_one_per_charge_in_order": copy(
        harm.line, "OrderLine.line_one_hold_per_charge", position=2
    ),
    "OrderLine.line_at_most_three": copy(harm.line, charge=lambda _: harm.charge(), position=4),
    "OrderLine.line_is_positive": copy(
        harm.line, charge=lambda _: harm.charge(), position=2, amount_fen=0
    ),
    "OrderLine.line_released_has_times": change(harm.line, state=LineState.RELEASED),
    "OrderLine.line_paid_has_time": change(harm.line, state=LineState.PAID),
    "OrderLine.line_state_known": change(harm.line, "OrderLine.state_moves", state="lost"),
    "OrderLine.state_moves": change(harm.paid_line, state=LineState.HELD),
    "OrderLine.state_starts": copy(
        harm.line, charge=lambda _: harm.charge(), position=2, state=LineState.PAID, paid_at=NOW
    ),
    "OrderLine.line_is_fixed": change(harm.line, amount_fen=1),
    "OrderLine.line_stays": gone(harm.line),
    # What a gateway said, rewritten or gone before anybody may forget it.
    "GatewayMessage.stays_as_it_is": change(harm.message, body="something else"),
    "GatewayMessage.kept_three_years": gone(harm.message),
    # Money received twice, for nothing, or of another amount afterwards.
    "Receipt.receipt_once_per_trade": copy(harm.receipt),
    "Receipt.receipt_is_positive": copy(harm.receipt, trade_number="X", amount_fen=0),
    "Receipt.append_only": change(harm.receipt, amount_fen=1),
    "AdoptedNumber.adopted_once": copy(harm.adopted, receipt=lambda _: harm.receipt()),
    "AdoptedNumber.receipt": copy(harm.adopted, trade_number="X"),
    "AdoptedNumber.append_only": change(harm.adopted, trade_number="X"),
    # The same money given to a course twice, for nothing, in a way we do not know, or moved.
    "Allocation.allocation_is_positive": copy(
        harm.allocation, kind=AllocationKind.REVERSE, amount_fen=0
    ),
    "Allocation.allocation_once_per_line": copy(harm.allocation),
    "Allocation.allocation_kind_known": copy(harm.allocation, kind="lost"),
    "Allocation.append_only": change(harm.allocation, amount_fen=1),
    "Surplus.surplus_is_positive": copy(harm.surplus, amount_fen=0),
    "Surplus.surplus_reason_known": copy(harm.surplus, reason="lost"),
    "Surplus.append_only": change(harm.surplus, amount_fen=1),
    # A contradiction that floods the list, or is tidied away.
    "Conflict.conflict_once": copy(harm.conflict),
    "Conflict.append_only": change(harm.conflict, amount_fen=2),
    # A payment reconciled on two days, or on another one afterwards.
    "Reconciled.receipt": copy(harm.reconciled),
    "Reconciled.append_only": change(harm.reconciled, day=NOW.date() + timedelta(days=1)),
    # The same surplus leaves twice, by one person's word, without a reason, proof or aim.
    "Resolution.resolution_one_per_surplus": copy(harm.resolution, refund_number="X"),
    "Resolution.resolution_number_once": copy(harm.resolution, surplus=lambda _: harm.surplus()),
    "Resolution.resolution_two_people": change(
        harm.resolution, state=ResolutionState.RELEASED, **BY_ONE
    ),
    "Resolution.resolution_released_by_somebody": change(
        harm.resolution, state=ResolutionState.RELEASED
    ),
    "Resolution.resolution_arrived_has_time": change(harm.ready, state=ResolutionState.ARRIVED),
    "Resolution.resolution_moves_somewhere": copy(
        harm.resolution,
        surplus=lambda _: harm.surplus(),
        refund_number="X",
        method=ResolutionMethod.MOVE,
    ),
    "Resolution.resolution_by_hand_has_evidence": change(
        harm.ready_by_hand, state=ResolutionState.ARRIVED, arrived_at=NOW
    ),
    "Resolution.resolution_cancelled_before_asking": change(
        harm.ready, state=ResolutionState.CANCELLED, asked_at=NOW
    ),
    "Resolution.resolution_has_reason": copy(
        harm.resolution, surplus=lambda _: harm.surplus(), refund_number="X", reason=""
    ),
    "Resolution.resolution_method_known": copy(
        harm.resolution, surplus=lambda _: harm.surplus(), refund_number="X", method="lost"
    ),
    "Resolution.resolution_state_known": change(harm.ready, "Resolution.state_moves", state="lost"),
    "Resolution.state_moves": change(harm.cancelled, state=ResolutionState.REQUESTED),
    "Resolution.state_starts": copy(harm.cancelled, state=ResolutionState.RELEASED, **SENT),
    "Resolution.resolution_is_fixed": change(harm.resolution, refund_number="X"),
    "Resolution.resolution_stays": gone(harm.resolution, "ResolutionEvent.append_only"),
    "ResolutionEvent.append_only": change(harm.event, note="nobody said so"),
    "CaseOwner.surplus": copy(harm.owner),
    # Money by hand: by one person, without paper, for nothing or everything, twice.
    "ManualEntry.entry_is_positive": copy(harm.entry, order=lambda _: harm.order(), amount_fen=0),
    "ManualEntry.entry_for_one_thing": copy(harm.entry, order=None),
    "ManualEntry.entry_has_evidence": copy(harm.entry, order=lambda _: harm.order(), evidence=""),
    "ManualEntry.entry_released_has_receipt": change(harm.entry, state=EntryState.RELEASED, **SENT),
    "ManualEntry.entry_two_people": change(harm.entry, **BY_ONE),
    "ManualEntry.entry_one_waiting_per_order": copy(harm.entry),
    "ManualEntry.entry_one_waiting_per_charge": copy(harm.entry_of_charge),
    "ManualEntry.entry_state_known": change(harm.entry, "ManualEntry.state_moves", state="lost"),
    "ManualEntry.state_moves": change(harm.entry, "ManualEntry.entry_state_known", state="lost"),
    "ManualEntry.state_starts": copy(harm.entry, state=EntryState.CANCELLED),
    "ManualEntry.entry_is_fixed": change(harm.entry, amount_fen=1),
    "ManualEntry.entry_stays": gone(harm.entry),
    # Two fiscal receipts of one payment, one for two, or another number afterwards.
    "FiscalReceipt.receipt": copy(harm.fiscal, number="2"),
    "FiscalReceipt.number": copy(harm.fiscal, receipt=lambda _: harm.receipt()),
    "FiscalReceipt.append_only": change(harm.fiscal, number="2"),
    # A case closed twice, about nothing, without words, or rewritten.
    "Closure.closure_of_one_thing": copy(harm.closure, conflict=None),
    "Closure.closure_says_why": copy(harm.closure_of_claim, order=lambda _: harm.order(), note=""),
    "Closure.append_only": change(harm.closure, note="something else"),
    "Closure.conflict": copy(harm.closure),
    "Closure.order": copy(harm.closure_of_claim),
    # What a channel signed since money was taken back is closed by one person alone.
    "Closure.closure_signed_by_two": copy(
        harm.closure_of_claim, order=None, conflict=lambda _: harm.signed()
    ),
    "Finding.finding_says_what": copy(harm.finding, conflict=lambda _: harm.conflict(), note=""),
    "Finding.append_only": change(harm.finding, note="something else"),
    "Finding.conflict": copy(harm.finding),
    # A refund of the channel's own that floods the list, or is closed twice or without words.
    "StrayRefund.stray_once": copy(harm.stray),
    "StrayRefund.stray_is_positive": copy(harm.stray, amount_fen=0),
    "StrayRefund.stray_closed_with_words": change(
        harm.stray, closed_by=lambda _: make_clerk(), closed_at=NOW
    ),
    "StrayRefund.stray_reason_known": copy(harm.stray, key="X", reason="lost"),
    "StrayRefund.stray_is_fixed": change(harm.stray, amount_fen=1),
    "StrayRefund.stray_closed_once": change(harm.closed_stray, note="something else"),
    "StrayRefund.stray_stays": gone(harm.stray),
}


# Fen that the equation misses, or has too many, once the guard is gone …
MISSING = {
    "Receipt.receipt_once_per_trade": 40000,
    "Receipt.append_only": -39999,
    "Allocation.allocation_once_per_line": -40000,
    "Allocation.allocation_kind_known": 40000,
    "Allocation.append_only": 39999,
    "Surplus.surplus_reason_known": -40000,
    "Surplus.append_only": 39999,
    "Resolution.resolution_arrived_has_time": 40000,
    "Resolution.resolution_by_hand_has_evidence": 40000,
}
# … and the harm that a rule of the audit finds. What no sum shows, nothing would ever tell.
OFF = {
    *MISSING,
    "Charge.amount_is_fixed_by_a_hold",
    "Order.order_is_positive",
    "Order.order_paid_has_time",
    "Order.state_starts",
    "Order.order_is_fixed",
    "Order.number",
    "OrderLine.line_one_hold_per_charge",
    "OrderLine.line_one_per_position",
    "OrderLine.line_one_per_charge_in_order",
    "OrderLine.line_at_most_three",
    "OrderLine.line_is_positive",
    "OrderLine.line_paid_has_time",
    "OrderLine.state_moves",
    "OrderLine.state_starts",
    "OrderLine.line_is_fixed",
    "OrderLine.line_stays",
    "Allocation.allocation_is_positive",
    "Resolution.resolution_one_per_surplus",
    "Resolution.resolution_two_people",
    "Resolution.resolution_released_by_somebody",
    "ManualEntry.entry_two_people",
}


def test_every_guard_has_its_control() -> None:
    assert sorted(HARMS) == sorted(guards())


@pytest.mark.parametrize("name", HARMS)
def test_control(name: str) -> None:
    """Refused by this guard alone; without it the harm is done, and the books say what they see."""
    wrong, known = HARMS[name], guards()
    row = wrong.prepare()
    words = wrong.fields_of(row)
    assert audit().clean
    for other in wrong.beside:
        known[other].remove()
    with pytest.raises(DatabaseError), transaction.atomic():
        wrong.do(row, words)
    assert not wrong.seen(row, words)
    known[name].remove()
    wrong.do(row, words)
    assert wrong.seen(row, words)
    report = audit()
    assert report.totals.missing == MISSING.get(name, 0)
    assert any(found.rows for found in report.findings) == (name in OFF)
