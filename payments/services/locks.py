"""The one lock order: Charge -> Order -> Line, each by id.

The charge is the mutex: whoever changes a line holds the lock of its charge, so lines read after
their charges are locked do not move. Workflows that call in hold Student and Enrollment before.
"""

from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet

from payments.models import Charge, Order, OrderLine
from portal.lib.prepared import Prepared, Slot, among


def charges(rows: QuerySet[Charge]) -> dict[int, Charge]:
    """Lock these charges by id."""
    return _by_id(_locking(rows))


def charges_of_payer(charge_ids: Collection[int], payer_id: int) -> dict[int, Charge]:
    """Lock these charges as far as they are the payer's own."""
    return _by_id(_own(charge_ids=list(charge_ids), payer_id=payer_id))


def charges_of_references(purpose: str, references: Collection[str]) -> dict[int, Charge]:
    """Lock what was raised under these references."""
    return _by_id(_raised(purpose=purpose, references=list(references)))


def charges_of_orders(numbers: Collection[str]) -> dict[int, Charge]:
    """Lock the charges of these orders. Lines never change theirs: finding them needs no lock."""
    return _by_id(_ordered(numbers=list(numbers)))


def charge_if_free(charge_id: int) -> Charge | None:
    """Lock one charge, or None when somebody else has it (jobs come again)."""
    free = Charge.objects.select_for_update(no_key=True, of=("self",), skip_locked=True)
    return free.filter(pk=charge_id).first()


def orders(condition: Q) -> dict[int, Order]:
    """Lock the orders of a condition by id, after their charges."""
    rows = Order.objects.filter(condition).order_by("pk")
    return {order.pk: order for order in rows.select_for_update(no_key=True, of=("self",))}


def lines_and_orders(charge_ids: Collection[int]) -> list[OrderLine]:
    """All lines of these charges, which are locked, with their orders, locked by id; by id."""
    return sorted(_lines(charge_ids=list(charge_ids)), key=lambda line: line.pk)


def line(line_id: int) -> OrderLine:
    """Lock one line and its order, after its charge."""
    orders(Q(lines=line_id))
    rows = OrderLine.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("order", "charge").get(pk=line_id)


def _locking(rows: QuerySet[Charge]) -> QuerySet[Charge]:
    return rows.order_by("pk").select_for_update(no_key=True, of=("self",))


def _by_id(locked: Iterable[Charge]) -> dict[int, Charge]:
    return {charge.pk: charge for charge in locked}


@Prepared
def _own() -> QuerySet[Charge]:
    own = Charge.objects.filter(among("id", "charge_ids"), payer=Slot("payer_id"))
    return _locking(own)


@Prepared
def _raised() -> QuerySet[Charge]:
    return _locking(
        Charge.objects.filter(among("reference", "references"), purpose=Slot("purpose"))
    )


@Prepared
def _ordered() -> QuerySet[Charge]:
    lines = OrderLine.objects.filter(among("order__number", "numbers")).order_by()
    return _locking(Charge.objects.filter(pk__in=lines.values("charge_id")))


@Prepared
def _lines() -> QuerySet[OrderLine]:
    rows = OrderLine.objects.filter(among("charge_id", "charge_ids")).select_related("order")
    return rows.order_by("order_id").select_for_update(no_key=True, of=("order",))
