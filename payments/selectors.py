"""Where charges and orders stand, for pages and for the services' own decisions."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from payments import handlers, waits
from payments.models import Allocation, Charge, OrderLine
from payments.standing import LineHistory, PayWindow, Position, position
from payments.states import AllocationKind, ChargeState, LineState, OrderState, OwnChannel
from portal.lib.prepared import Prepared, Slot, among


@dataclass(frozen=True)
class ChargePosition:
    """One charge and where it stands; ``order_number`` is the order that decides it, else the last
    one it was in, or empty. ``reconciled_at``: since when it is paid by money that a statement of
    a sealed day lists, or that no statement ever will (moved, or taken at finance's counter).
    """

    charge_id: int
    purpose: str
    reference: str
    group: str
    title: str
    amount_fen: int
    position: Position
    order_number: str
    reconciled_at: datetime | None = None


def positions(payer_id: int, now: datetime, *, group: str | None = None) -> list[ChargePosition]:
    """What the payer owes or owed, oldest first, without voided charges.

    One statement and those of the handlers, whatever the number of charges.
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
        found[line.charge_id].append(history(line, reconciled_at=vars(line)["reconciled_at"]))
    return {charge_id: tuple(lines) for charge_id, lines in found.items()}


def history(line: OrderLine, *, reconciled_at: datetime | None = None) -> LineHistory:
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
        reconciled_at=reconciled_at,
    )


@Prepared
def _lines() -> QuerySet[OrderLine]:
    rows = OrderLine.objects.filter(among("charge_id", "charge_ids"))
    return rows.select_related("order").annotate(reconciled_at=_listed("pk")).order_by("pk")


@Prepared
def _of_payer() -> QuerySet[Charge]:
    own = Charge.objects.filter(payer=Slot("payer_id"))
    return _with_lines(own.exclude(state=ChargeState.VOID.value))


@Prepared
def _by_reference() -> QuerySet[Charge]:
    own = Charge.objects.filter(among("reference", "references"), purpose=Slot("purpose"))
    return _with_lines(own)


@Prepared
def _by_id() -> QuerySet[Charge]:
    return _with_lines(Charge.objects.filter(among("id", "charge_ids")))


def _with_lines(charges: QuerySet[Charge]) -> QuerySet[Charge]:
    """A charge once for each of its lines, or once without any, as ``line``; both by id."""
    rows = charges.annotate(line=FilteredRelation("lines"), reconciled_at=_listed("line__pk"))
    with_orders = rows.select_related("line__order")  # type: ignore[misc]  # filtered relation
    return with_orders.order_by("pk", "line__pk")


def _listed(line: str) -> Subquery:
    """Since when a statement of a sealed day lists the money of a line, or none ever will."""
    own = [channel.value for channel in OwnChannel]
    posted = Allocation.objects.filter(
        Q(receipt__reconciled__isnull=False) | Q(receipt__channel__in=own),
        line=OuterRef(line),
        kind=AllocationKind.ALLOCATE.value,  # one a line, as the database holds it
    )
    return Subquery(
        posted.order_by().values(at=Coalesce("receipt__reconciled__sealed_at", "posted_at"))
    )


def _positions(rows: Iterable[Charge], now: datetime) -> list[ChargePosition]:
    charges: dict[int, Charge] = {}
    lines: defaultdict[int, list[LineHistory]] = defaultdict(list)
    for charge in rows:
        charges.setdefault(charge.pk, charge)
        line: OrderLine | None = vars(charge).get("line")  # unset where there is none
        if line is not None:
            lines[charge.pk].append(history(line, reconciled_at=vars(charge)["reconciled_at"]))
    windows = handlers.windows(list(charges.values()), now)
    return [
        _charge_position(charge, tuple(lines[pk]), windows[pk], now)
        for pk, charge in charges.items()
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
        reconciled_at=next(
            (one.reconciled_at for one in lines if one.state is LineState.PAID), None
        ),
    )
