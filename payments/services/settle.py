"""Money that arrived finds its charges: the one function for a callback and for a whole file.

Load with three statements, decide in memory (``payments.book``), write by one (``postings``), or
a few where the money met what is unusual. Runs no workflow code; workflows read from the charge
what became of it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

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
from payments.models import AdoptedNumber, Charge, Order, OrderLine, Receipt
from payments.phantoms import taken_back
from payments.services import locks, notices, postings
from payments.services.patience import patiently
from payments.states import ChargeState, LineState, MessageKind, OrderState, ReceiptKind
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
    postings.write(book, now)
    titles = {charge.pk: charge.title for charge in charges.values()}
    inbox.send(notices.arrived(outcomes, titles), now)
    return outcomes


def _load(arrivals: Sequence[Arrival], charges: dict[int, Charge]) -> Book:
    lines = locks.lines_and_orders(charges)
    orders = {line.order_id: line.order for line in lines}
    return Book(
        charges={charge.pk: _charge_entry(charge) for charge in charges.values()},
        orders=[_order_entry(order) for order in orders.values()],
        lines=[_line_entry(line) for line in lines],
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


def _line_entry(line: OrderLine) -> LineEntry:
    return LineEntry(line.pk, line.order_id, line.charge_id, line.amount_fen, LineState(line.state))


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
            taken_back=row.taken_back,
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
        adopted_number=F("adopted__trade_number"),
        told_by=F("message__kind"),
        taken_back=taken_back(),
    ).order_by("pk")
