"""Where charges and orders stand, for pages and for the services' own decisions."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from payments import handlers, waits
from payments.models import Charge, OrderLine
from payments.standing import LineHistory, PayWindow, Position, position
from payments.states import ChargeState, LineState, OrderState


@dataclass(frozen=True)
class ChargePosition:
    """One charge and where it stands; ``order_number`` is the order that decides it, else the last
    one it was in, or empty.
    """

    charge_id: int
    purpose: str
    reference: str
    group: str
    title: str
    amount_fen: int
    position: Position
    order_number: str


def positions(payer_id: int, now: datetime, *, group: str | None = None) -> list[ChargePosition]:
    """What the payer owes or owed, oldest first, without voided charges.

    Two statements and those of the handlers, whatever the number of charges.
    """
    wanted = Q(payer_id=payer_id) & ~Q(state=ChargeState.VOID)
    if group is not None:
        wanted &= Q(group=group)
    return _positions(Charge.objects.filter(wanted), now)


def positions_by_reference(
    purpose: str, references: Collection[str], now: datetime
) -> dict[str, ChargePosition]:
    """The same by the workflow's references, voided ones included."""
    rows = Charge.objects.filter(purpose=purpose, reference__in=references)
    return {found.reference: found for found in _positions(rows, now)}


def positions_of(charge_ids: Collection[int], now: datetime) -> dict[int, ChargePosition]:
    """The same by charge id."""
    rows = Charge.objects.filter(pk__in=charge_ids)
    return {found.charge_id: found for found in _positions(rows, now)}


def line_histories(charge_ids: Iterable[int]) -> dict[int, tuple[LineHistory, ...]]:
    """All lines of each charge, oldest first; an empty tuple where there is none. One statement."""
    found: dict[int, list[LineHistory]] = {charge_id: [] for charge_id in charge_ids}
    rows = OrderLine.objects.filter(charge_id__in=found).order_by("pk").select_related("order")
    for line in rows:
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
        superseded=line.order.superseded,
    )


def _positions(rows: QuerySet[Charge], now: datetime) -> list[ChargePosition]:
    charges = list(rows.order_by("pk"))
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
    )
