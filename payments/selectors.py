"""Where charges and orders stand, for pages and for the services' own decisions."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from payments import handlers, waits
from payments.models import Allocation, Charge, OrderLine
from payments.standing import LineHistory, PayWindow, Position, position
from payments.states import AllocationKind, ChargeState, LineState, OrderState, OwnChannel
from portal.lib.prepared import Prepared, Slot, among


@dataclass(frozen=True)
class ChargePosition:
    """One charge and where it stands; ``order_number`` is the order that decides it, else the last
    one it was in, or empty. ``reconciled``: paid by money that a statement of a sealed day lists,
    or that no statement ever will (moved, or taken at finance's counter).
    """

    charge_id: int
    purpose: str
    reference: str
    group: str
    title: str
    amount_fen: int
    position: Position
    order_number: str
    reconciled: bool = False


def positions(payer_id: int, now: datetime, *, group: str | None = None) -> list[ChargePosition]:
    """What the payer owes or owed, oldest first, without voided charges.

    Two statements and those of the handlers, whatever the number of charges.
    """
    charges = _of_payer(payer_id=payer_id)
    return _positions([charge for charge in charges if group in (None, charge.group)], now)


def positions_by_reference(
    purpose: str, references: Collection[str], now: datetime
) -> dict[str, ChargePosition]:
    """The same by the workflow's references, voided ones included."""
    rows = _by_reference(purpose=purpose, references=list(references)) if references else []
    return {found.reference: found for found in _positions(rows, now)}


def positions_of(charge_ids: Collection[int], now: datetime) -> dict[int, ChargePosition]:
    """The same by charge id."""
    rows = _by_id(charge_ids=list(charge_ids)) if charge_ids else []
    return {found.charge_id: found for found in _positions(rows, now)}


def line_histories(charge_ids: Iterable[int]) -> dict[int, tuple[LineHistory, ...]]:
    """All lines of each charge, oldest first; an empty tuple where there is none. One statement."""
    found: dict[int, list[LineHistory]] = {charge_id: [] for charge_id in charge_ids}
    for line in _lines(charge_ids=list(found)) if found else ():
        found[line.charge_id].append(history(line))
    return {charge_id: tuple(lines) for charge_id, lines in found.items()}


def history(line: OrderLine) -> LineHistory:
    """One line, loaded with its order, as the pure rules read it."""
    return LineHistory(
        line_id=line.pk,
        order_number=line.order.number,
        order_state=OrderState(line.order.state),
        opened_at=line.order.opened_at,
        claimed_at=line.order.claimed_at,
        closed_at=line.order.closed_at,
        state=LineState(line.state),
        released_at=line.released_at,
        payable_again_at=line.payable_again_at,
        paid_at=line.paid_at,
        superseded=line.order.superseded,
        reconciled=vars(line).get("reconciled", False),
    )


@Prepared
def _lines() -> QuerySet[OrderLine]:
    rows = OrderLine.objects.filter(among("charge_id", "charge_ids"))
    own = [channel.value for channel in OwnChannel]
    listed = Allocation.objects.filter(
        Q(receipt__reconciled__isnull=False) | Q(receipt__channel__in=own),
        line=OuterRef("pk"),
        kind=AllocationKind.ALLOCATE.value,
    )
    return rows.select_related("order").annotate(reconciled=Exists(listed)).order_by("pk")


@Prepared
def _of_payer() -> QuerySet[Charge]:
    rows = Charge.objects.filter(payer=Slot("payer_id")).exclude(state=ChargeState.VOID.value)
    return rows.order_by("pk")


@Prepared
def _by_reference() -> QuerySet[Charge]:
    rows = Charge.objects.filter(among("reference", "references"), purpose=Slot("purpose"))
    return rows.order_by("pk")


@Prepared
def _by_id() -> QuerySet[Charge]:
    return Charge.objects.filter(among("id", "charge_ids")).order_by("pk")


def _positions(charges: list[Charge], now: datetime) -> list[ChargePosition]:
    lines = line_histories(charge.pk for charge in charges)
    windows = handlers.windows(charges, now)
    return [
        _charge_position(charge, lines[charge.pk], windows[charge.pk], now) for charge in charges
    ]


def _charge_position(
    charge: Charge, lines: tuple[LineHistory, ...], window: PayWindow, now: datetime
) -> ChargePosition:
    where = position(ChargeState(charge.state), lines, window, now, waits.in_force())
    # Late money may have paid an older order than the last one.
    line = where.line or (lines[-1] if lines else None)
    return ChargePosition(
        charge_id=charge.pk,
        purpose=charge.purpose,
        reference=charge.reference,
        group=charge.group,
        title=charge.title,
        amount_fen=charge.amount_fen,
        position=where,
        order_number=line.order_number if line else "",
        reconciled=any(one.state is LineState.PAID and one.reconciled for one in lines),
    )
