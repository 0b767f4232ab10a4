"""The facts behind an order's timeline, for student and clerk alike."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from payments import handlers, leftovers, waits, wording
from payments.models import Order, Receipt, Reconciled
from payments.states import LineState, OrderState, OwnChannel, ReceiptKind
from payments.timeline import Facts, Stop, timeline
from portal.lib.status import Status

OWN = tuple(OwnChannel)


def of_order(order: Order, kept: list[leftovers.Leftover], now: datetime) -> tuple[Stop, ...]:
    """Where the money of an order is. ``order`` is read with its courses and receipts, ``kept`` is
    its surplus. One statement, and one for each workflow that was paid.
    """
    return timeline(_facts(order, kept), timezone.localtime(now), waits.in_force())


@dataclass(frozen=True)
class Drawn:
    """One hop with how it looks."""

    stop: Stop
    status: Status


def drawn(order: Order, kept: list[leftovers.Leftover], now: datetime) -> list[Drawn]:
    """``of_order`` ready for a page."""
    return [Drawn(stop, wording.of_stop(stop)) for stop in of_order(order, kept, now)]


def _facts(order: Order, kept: list[leftovers.Leftover]) -> Facts:
    lines = list(order.lines.all())
    paid = [line for line in lines if line.state == LineState.PAID]
    receipt = _receipt(order)
    waiting = [one for one in kept if one.done_at is None]
    return Facts(
        state=OrderState(order.state),
        opened_at=order.opened_at,
        expires_at=order.expires_at,
        handed_over=bool(order.pay_url),
        held=any(line.state == LineState.HELD for line in lines),
        claimed_at=order.claimed_at,
        closed_at=order.closed_at,
        checked_at=order.checked_at,
        paid_at=timezone.localtime(receipt.paid_at) if receipt else None,
        recorded_at=receipt.recorded_at if receipt else None,
        reconciled_at=_reconciled_at(order) if receipt else None,
        own_channel=order.channel in OWN,
        lines=len(paid),
        surplus_fen=sum(one.amount_fen for one in waiting),
        surplus_at=min((one.surplus.opened_at for one in waiting), default=None),
        received=receipt is not None,
        taken_back=any(vars(row)["taken_back"] for row in order.receipts.all()),
        told_again=_told_again(order),
        verifications=handlers.steps(line.charge for line in paid),
    )


def _receipt(order: Order) -> Receipt | None:
    """The payment of the order: that of its own amount, else the first that came."""
    payments = [
        row
        for row in order.receipts.all()
        if row.kind == ReceiptKind.PAYMENT and not vars(row)["taken_back"]
    ]
    return min(payments, key=lambda row: (row.amount_fen != order.amount_fen, row.pk), default=None)


def _told_again(order: Order) -> datetime | None:
    times = (vars(row)["told_again"] for row in order.receipts.all())
    return min((at for at in times if at), default=None)


def _reconciled_at(order: Order) -> datetime | None:
    rows = Reconciled.objects.filter(receipt__order=order).order_by("pk")
    return rows.values_list("sealed_at", flat=True).first()
