"""Money that arrived finds its charges: the one function for a callback and for a whole file.

Load with a fixed number of statements, decide in memory (``payments.book``), write per target
state. Runs no workflow code; workflows read from the charge what became of it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery

from payments.book import (
    Arrival,
    Book,
    ChargeEntry,
    LineEntry,
    OrderEntry,
    Outcome,
    ReceiptEntry,
    keys_of,
)
from payments.models import (
    AdoptedNumber,
    Allocation,
    Charge,
    Conflict,
    Order,
    OrderLine,
    Receipt,
    Surplus,
)
from payments.services import locks, notices
from payments.services.patience import patiently
from payments.states import (
    AllocationKind,
    ChargeState,
    LineState,
    MessageKind,
    OrderState,
    ReceiptKind,
)
from portal.inbox import services as inbox
from portal.lib.prepared import Prepared, among

Note = Callable[[list[Outcome]], None]


def settle(arrivals: Sequence[Arrival], now: datetime, then: Note | None = None) -> list[Outcome]:
    """Give the money of ``arrivals`` to their charges or to finance, in their order.

    All or nothing, in one transaction. Settling twice changes nothing. The messages they come
    from are stored before. ``then`` writes down the outcomes in the same transaction.
    """
    return patiently(lambda: _settle_once(arrivals, now, then))


def foresee(arrivals: Sequence[Arrival]) -> list[Outcome]:
    """What ``settle`` would do with them now, by the same book; nothing is written."""
    return patiently(lambda: _look_once(arrivals))


@transaction.atomic(durable=True)
def _settle_once(arrivals: Sequence[Arrival], now: datetime, then: Note | None) -> list[Outcome]:
    outcomes = post(arrivals, now)
    if then is not None:
        then(outcomes)
    return outcomes


@transaction.atomic(durable=True)
def _look_once(arrivals: Sequence[Arrival]) -> list[Outcome]:
    charges = locks.charges_of_orders({arrival.order_number for arrival in arrivals})
    book = _load(arrivals, charges)
    return [book.enter(arrival) for arrival in arrivals]


def post(arrivals: Sequence[Arrival], now: datetime) -> list[Outcome]:
    """``settle`` inside the caller's transaction, for money whose order is known to exist.

    The caller holds no lock of an order or line, and none of a charge but those of ``arrivals``.
    """
    numbers = {arrival.order_number for arrival in arrivals}
    charges = locks.charges_of_orders(numbers)
    book = _load(arrivals, charges)
    outcomes = [book.enter(arrival) for arrival in arrivals]
    _write_money(book, now)
    _write_states(book, now)
    titles = {charge.pk: charge.title for charge in charges.values()}
    inbox.send(notices.arrived(outcomes, titles), now)
    return outcomes


def _load(arrivals: Sequence[Arrival], charges: dict[int, Charge]) -> Book:
    # Their charges are locked, so these lines stay as they are read.
    lines = _lines(charge_ids=list(charges))
    holders = {line.order_id for line in lines if line.state == LineState.HELD}
    numbers = {arrival.order_number for arrival in arrivals}
    orders = locks.orders_and_holders(numbers, holders)
    return Book(
        charges={charge.pk: _charge_entry(charge) for charge in charges.values()},
        orders=[_order_entry(order) for order in orders.values()],
        lines=[
            LineEntry(
                line.pk, line.order_id, line.charge_id, line.amount_fen, LineState(line.state)
            )
            for line in lines
        ],
        receipts=_receipts(arrivals, set(orders)),
    )


def _charge_entry(charge: Charge) -> ChargeEntry:
    return ChargeEntry(ChargeState(charge.state), charge.amount_fen, charge.payer_id)


def _order_entry(order: Order) -> OrderEntry:
    return OrderEntry(
        order.pk,
        order.number,
        order.channel,
        order.amount_fen,
        order.payer_id,
        OrderState(order.state),
        order.superseded,
    )


@Prepared
def _lines() -> QuerySet[OrderLine]:
    return OrderLine.objects.filter(among("charge_id", "charge_ids")).order_by("pk")


def _receipts(arrivals: Sequence[Arrival], order_ids: set[int]) -> list[ReceiptEntry]:
    """What has been received under these trade numbers, for these orders, or for a number of
    these that nobody ordered; one statement.
    """
    found = _received(
        channels=list({arrival.channel for arrival in arrivals}),
        trade_numbers=list({key for arrival in arrivals for key in keys_of(arrival)}),
        order_ids=list(order_ids),
        order_numbers=list({arrival.order_number for arrival in arrivals}),
    )
    return [
        ReceiptEntry(
            channel=row.channel,
            trade_number=row.trade_number,
            order_number=row.order_number,
            order_id=row.order_id,
            amount_fen=row.amount_fen,
            receipt_id=row.pk,
            adopted=row.adopted_number or "",
            by_hand=row.told_by == MessageKind.MANUAL,
        )
        for row in found
    ]


@Prepared
def _received() -> QuerySet[Any]:
    """A union rather than OR, so that each part is found by its own index."""
    named = (among("channel", "channels"), among("trade_number", "trade_numbers"))
    parts = (
        Receipt.objects.filter(*named).values("pk"),
        Receipt.objects.filter(among("order_id", "order_ids")).values("pk"),
        Receipt.objects.filter(among("order_number", "order_numbers"), order=None).values("pk"),
        AdoptedNumber.objects.filter(*named).values("receipt_id"),
    )
    first, *others = (part.order_by() for part in parts)
    rows = Receipt.objects.filter(pk__in=first.union(*others), kind=ReceiptKind.PAYMENT.value)
    return rows.annotate(
        adopted_number=F("adopted__trade_number"), told_by=F("message__kind")
    ).order_by("pk")


def _write_money(book: Book, now: datetime) -> None:
    _write_receipts(book, now)
    _write_second_sights(book, now)
    Allocation.objects.bulk_create(
        Allocation(
            receipt_id=receipt.receipt_id,
            charge_id=line.charge_id,
            line_id=line.line_id,
            kind=AllocationKind.ALLOCATE,
            amount_fen=line.amount_fen,
            posted_at=now,
        )
        for receipt, line in book.allocations
    )
    Surplus.objects.bulk_create(
        Surplus(
            receipt_id=kept.receipt.receipt_id,
            charge_id=kept.charge_id,
            reason=kept.reason,
            amount_fen=kept.amount_fen,
            opened_at=now,
        )
        for kept in book.surpluses
    )


def _write_receipts(book: Book, now: datetime) -> None:
    fresh = [(entry, entry.arrival) for entry in book.receipts if entry.arrival is not None]
    rows = Receipt.objects.bulk_create(
        Receipt(
            channel=entry.channel,
            kind=ReceiptKind.PAYMENT,
            trade_number=entry.trade_number,
            order_id=entry.order_id,
            order_number=entry.order_number,
            amount_fen=entry.amount_fen,
            paid_at=arrival.paid_at,
            recorded_at=now,
            message_id=arrival.message_id,
        )
        for entry, arrival in fresh
    )
    for (entry, _arrival), row in zip(fresh, rows, strict=True):
        entry.receipt_id = row.pk


def _write_second_sights(book: Book, now: datetime) -> None:
    """Trade numbers told later, and money told differently than before."""
    AdoptedNumber.objects.bulk_create(
        AdoptedNumber(
            receipt_id=entry.receipt_id,
            channel=entry.channel,
            trade_number=arrival.trade_number,
            adopted_at=now,
        )
        for entry, arrival in book.adoptions
    )
    conflicts = [
        Conflict(
            receipt_id=entry.receipt_id,
            message_id=arrival.message_id,
            order_number=arrival.order_number,
            amount_fen=arrival.amount_fen,
            trade_number=arrival.trade_number,
            paid_at=arrival.paid_at,
            seen_at=now,
        )
        for entry, arrival in book.conflicts
    ]
    Conflict.objects.bulk_create(conflicts, ignore_conflicts=True)


def _write_states(book: Book, now: datetime) -> None:
    """One statement per target state: RELEASED before PAID, because the index of holds is checked
    row by row; orders before lines, because a line takes its time of payment from its order.
    """
    lines, orders = book.moved_lines, book.moved_orders
    if book.superseded:
        Order.objects.filter(pk__in=book.superseded).update(superseded=True, next_check_at=now)
    if closed := _ids(orders, OrderState.CLOSED):
        _close(closed, now)
    if paid := _ids(orders, OrderState.PAID):
        _pay_orders(paid, now)
    if released := _ids(lines, LineState.RELEASED):
        # A newer order gave way: nobody waits for it, so there is no cool-down.
        OrderLine.objects.filter(pk__in=released).update(
            state=LineState.RELEASED, released_at=now, payable_again_at=now, announced_at=now
        )
    if paid := _ids(lines, LineState.PAID):
        own = Order.objects.filter(pk=OuterRef("order_id")).order_by().values("paid_at")
        OrderLine.objects.filter(pk__in=paid).update(state=LineState.PAID, paid_at=Subquery(own))


def _close(order_ids: list[int], now: datetime) -> None:
    Order.objects.filter(pk__in=order_ids).update(
        state=OrderState.CLOSED, closed_at=now, checked_at=now, check_count=0, next_check_at=now
    )


def _pay_orders(order_ids: list[int], now: datetime) -> None:
    paid = Receipt.objects.filter(
        order_id=OuterRef("pk"), amount_fen=OuterRef("amount_fen"), kind=ReceiptKind.PAYMENT
    )
    Order.objects.filter(pk__in=order_ids).update(
        state=OrderState.PAID,
        paid_at=Subquery(paid.order_by("pk").values("paid_at")[:1]),
        checked_at=now,
        next_check_at=None,
    )


def _ids(moved: dict[int, LineState] | dict[int, OrderState], state: str) -> list[int]:
    return [pk for pk, target in moved.items() if target == state]
