"""What somebody owes: raised, waived and voided by the workflow it belongs to.

These run inside the caller's transaction, which holds its own Student and Enrollment locks; they
lock the charge themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from payments import refusals, selectors, waits
from payments.models import Allocation, Charge, OrderLine, Surplus
from payments.services import locks
from payments.standing import LineHistory, hold_of
from payments.states import (
    CHARGE_MOVES,
    AllocationKind,
    ChargeState,
    LineState,
    SurplusReason,
)
from portal.lib import workflow
from portal.lib.errors import DomainError

REVIVED = ("state", "payer", "amount_fen", "title", "group")


@dataclass(frozen=True)
class Due:
    """One thing to be paid: the workflow's reference, its title, fen, and whether it is free.

    ``is_new``: the reference was made in this transaction, so nobody can owe for it yet.
    """

    reference: str
    title: str
    amount_fen: int
    waived: bool = False
    is_new: bool = False


def raise_charges(
    *, payer_id: int, purpose: str, group: str, dues: Sequence[Due], now: datetime
) -> list[Charge]:
    """Owe (or waive) each of ``dues``, in their order; what is owed already stays as it is.

    A voided charge is owed again with the new amount, by the new payer if no order holds it.
    One statement for what is new, two for what was owed before, one more for each of those whose
    terms change. Raises ``DomainError`` when the amount would change under a hold.
    """
    known = _known(purpose, [due.reference for due in dues if not due.is_new])
    for due in dues:
        if due.reference in known:
            _raise_again(known[due.reference], due, payer_id, group, now)
    Charge.objects.bulk_update(known.values(), REVIVED)
    fresh = Charge.objects.bulk_create(
        Charge(
            payer_id=payer_id,
            purpose=purpose,
            reference=due.reference,
            group=group,
            title=due.title,
            amount_fen=due.amount_fen,
            state=ChargeState.WAIVED if due.waived else ChargeState.OWED,
            created_at=now,
        )
        for due in dues
        if due.reference not in known
    )
    known |= {charge.reference: charge for charge in fresh}
    return [known[due.reference] for due in dues]


def _known(purpose: str, references: list[str]) -> dict[str, Charge]:
    """Lock what was raised before, by reference."""
    locked = locks.charges_of_references(purpose, references) if references else {}
    return {charge.reference: charge for charge in locked.values()}


def waive_charge(*, purpose: str, reference: str, now: datetime) -> Charge:
    """Make an owed charge free; money that is in becomes a case for finance.

    Refused (``charge.held``) while an order holds it. Waived or void already: unchanged.
    """
    charge = _lock(purpose, reference)
    if charge.state == ChargeState.OWED:
        _let_go(charge, SurplusReason.WAIVED_LATER, "免", now)
        _move(charge, ChargeState.WAIVED)
    return charge


def void_charge(*, purpose: str, reference: str, now: datetime) -> Charge:
    """Owe it no longer (退报名); money that is in becomes a case for finance.

    Refused (``charge.held``) while an order holds it, with the time the hold ends. The lines
    stay, so enrolling again does not skip a cool-down. Void already: unchanged.
    """
    charge = _lock(purpose, reference)
    if charge.state != ChargeState.VOID:
        _let_go(charge, SurplusReason.WITHDRAWN, "退", now)
        _move(charge, ChargeState.VOID)
    return charge


def _lock(purpose: str, reference: str) -> Charge:
    return next(iter(locks.charges_of_references(purpose, [reference]).values()))


def _move(charge: Charge, target: ChargeState) -> None:
    workflow.require(CHARGE_MOVES, charge.state, target, f"{charge.title}的费用不能这样改。")
    charge.state = target
    charge.save(update_fields=["state"])


def _raise_again(charge: Charge, due: Due, payer_id: int, group: str, now: datetime) -> None:
    target = ChargeState.WAIVED if due.waived else ChargeState.OWED
    if target is ChargeState.WAIVED and charge.state == ChargeState.OWED:
        _let_go(charge, SurplusReason.WAIVED_LATER, "免", now)
    if (due.amount_fen, payer_id) != (charge.amount_fen, charge.payer_id):
        _change_terms(charge, due, payer_id)
    if charge.state != target:
        workflow.require(CHARGE_MOVES, charge.state, target, f"{charge.title}已经免费。")
    charge.state, charge.title, charge.group = target, due.title, group


def _change_terms(charge: Charge, due: Due, payer_id: int) -> None:
    """Another price, or another account of its payer; an order that holds it keeps both."""
    held = hold_of(selectors.line_histories([charge.pk])[charge.pk])
    if held is None:
        charge.amount_fen, charge.payer_id = due.amount_fen, payer_id
    elif charge.amount_fen != due.amount_fen:
        raise DomainError(
            "charge.held",
            f"{charge.title}的金额没有改：订单 {held.order_number} 正在付款或已到账。",
        )


def _let_go(charge: Charge, reason: SurplusReason, verb: str, now: datetime) -> None:
    """Take the charge out of its line: refuse a held one, turn a paid one into a surplus."""
    held = hold_of(selectors.line_histories([charge.pk])[charge.pk])
    if held is None:
        return
    if held.state is LineState.HELD:
        raise refusals.in_payment(verb, held, now, waits.in_force())
    _refund(charge, held, reason, now)


def _refund(charge: Charge, paid: LineHistory, reason: SurplusReason, now: datetime) -> None:
    posting = Allocation.objects.get(line_id=paid.line_id, kind=AllocationKind.ALLOCATE)
    OrderLine.objects.filter(pk=paid.line_id).update(state=LineState.REFUNDED)
    Allocation.objects.create(
        receipt_id=posting.receipt_id,
        charge=charge,
        line_id=paid.line_id,
        kind=AllocationKind.REVERSE,
        amount_fen=posting.amount_fen,
        posted_at=now,
    )
    Surplus.objects.create(
        receipt_id=posting.receipt_id,
        charge=charge,
        reason=reason,
        amount_fen=posting.amount_fen,
        opened_at=now,
    )
