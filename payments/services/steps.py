"""One step of a resolution: locked, checked against the table, written, and traced.

The surplus row is the mutex of its case. Lock order: Surplus, then Charge -> Order -> Line.
"""

from datetime import datetime

from payments import origins
from payments.models import GatewayMessage, Receipt, Resolution, ResolutionEvent, Surplus
from payments.services import refund_notices
from payments.states import (
    RESOLUTION_MOVES,
    OwnChannel,
    ReceiptKind,
    ResolutionMethod,
    ResolutionState,
)
from portal.accounts.models import User
from portal.inbox import services as inbox
from portal.lib import workflow
from portal.lib.errors import NotYours


def lock_surplus(surplus_id: int) -> Surplus:
    """Lock a case; raises ``NotYours``."""
    rows = Surplus.objects.select_for_update(no_key=True, of=("self",))
    surplus = rows.select_related("receipt__order__payer", "charge").filter(pk=surplus_id).first()
    if surplus is None:
        raise NotYours("没有找到这笔余款。")
    return surplus


def lock_halves(surplus_id: int) -> None:
    """Lock every surplus of the receipt behind this one, by id: whoever decides about a whole
    receipt begins with the same half, whichever he was asked about.
    """
    receipt = Surplus.objects.filter(pk=surplus_id).values("receipt")
    halves = Surplus.objects.filter(receipt__in=receipt).order_by("pk")
    for pk in halves.values_list("pk", flat=True):
        lock_surplus(pk)


def lock(resolution_id: int) -> Resolution:
    """Lock a resolution under its surplus; raises ``NotYours``."""
    surplus_ids = Resolution.objects.filter(pk=resolution_id).values_list("surplus_id", flat=True)
    surplus = lock_surplus(next(iter(surplus_ids), 0))
    rows = Resolution.objects.select_for_update(no_key=True, of=("self",))
    row = rows.select_related("filed_by", "target").get(pk=resolution_id)
    row.surplus = surplus
    return row


def move_on(
    row: Resolution,
    state: ResolutionState,
    actor: User | None,
    now: datetime,
    why: str = "",
    *,
    fields: tuple[str, ...] = (),
) -> None:
    """One step of a locked resolution, written with ``fields`` and into its trace."""
    workflow.require(RESOLUTION_MOVES, row.state, state, "这笔余款已经不在这一步。")
    row.state = state
    row.save(update_fields=["state", *fields])
    note(row, actor, now, why)


def note(row: Resolution, actor: User | None, now: datetime, why: str = "") -> None:
    """Write the step just taken into the trace; without an actor the portal itself took it."""
    ResolutionEvent.objects.create(
        resolution=row, state=row.state, actor=actor, note=why[:200], happened_at=now
    )


def arrive(
    row: Resolution,
    actor: User | None,
    arrived_at: datetime,
    now: datetime,
    *,
    message: GatewayMessage | None = None,
    fields: tuple[str, ...] = (),
) -> Receipt:
    """The money is where it belongs; a receipt under our own number says so, once for ever.

    Money that was never there is taken back on the day it was told for, as its channel counts it.
    """
    row.arrived_at, row.next_check_at = arrived_at, None
    fields = ("arrived_at", "next_check_at", *fields)
    move_on(row, ResolutionState.ARRIVED, actor, now, fields=fields)
    receipt = _counterpart(row, arrived_at)
    receipt.recorded_at, receipt.message = now, message
    receipt.save(force_insert=True)
    inbox.send(refund_notices.arrived(row), now)
    return receipt


def _counterpart(row: Resolution, arrived_at: datetime) -> Receipt:
    """What stands against the payment that a surplus came from."""
    moved, void = (row.method == known for known in (ResolutionMethod.MOVE, ResolutionMethod.VOID))
    source = row.surplus.receipt if moved else origins.of(row.surplus)
    return Receipt(
        channel=OwnChannel.TRANSFER if moved else source.channel,
        kind=ReceiptKind.VOID if void else ReceiptKind.REFUND,
        trade_number=row.refund_number,
        order=source.order,
        order_number=source.order_number,
        amount_fen=row.surplus.amount_fen,
        paid_at=source.paid_at if void else arrived_at,
    )
