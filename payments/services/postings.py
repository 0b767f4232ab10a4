"""What a book says, written down in its transaction.

The ordinary way of money, from the receipt to the paid line, is one statement, whatever the number
of payments. PostgreSQL checks the index of holds row by row, so a line that gives way is released
before, in a statement of its own.
"""

from datetime import datetime
from typing import Any

from django.db import connection

from payments.book import Book, ReceiptEntry
from payments.models import AdoptedNumber, Conflict, Order, OrderLine
from payments.phantoms import SIGNED
from payments.states import AllocationKind, LineState, OrderState, ReceiptKind

# A receipt is known to its postings by its place in the book: the database gives the id.
ORDINARY = """
WITH told AS (
  SELECT * FROM unnest(%(channels)s::text[], %(trade_numbers)s::text[], %(order_ids)s::bigint[],
                       %(order_numbers)s::text[], %(received)s::bigint[],
                       %(paid_at)s::timestamptz[], %(message_ids)s::bigint[]) WITH ORDINALITY
    AS t (channel, trade_number, order_id, order_number, amount_fen, paid_at, message_id, place)
), receipt AS (
  INSERT INTO payments_receipt (channel, kind, trade_number, order_id, order_number, amount_fen,
                                paid_at, recorded_at, message_id)
  SELECT channel, %(payment)s, trade_number, order_id, order_number, amount_fen, paid_at,
         %(now)s::timestamptz, message_id FROM told ORDER BY place
  RETURNING id, channel, trade_number
), named AS (
  SELECT receipt.id, told.place FROM receipt JOIN told USING (channel, trade_number)
), allocation AS (
  INSERT INTO payments_allocation (receipt_id, charge_id, line_id, kind, amount_fen, posted_at)
  SELECT named.id, charge_id, line_id, %(allocate)s, amount_fen, %(now)s::timestamptz
  FROM unnest(%(given_by)s::bigint[], %(given_to)s::bigint[], %(lines)s::bigint[],
              %(given)s::bigint[])
    AS t (place, charge_id, line_id, amount_fen) JOIN named USING (place) ORDER BY line_id
), surplus AS (
  INSERT INTO payments_surplus (receipt_id, charge_id, reason, amount_fen, opened_at)
  SELECT named.id, charge_id, reason, amount_fen, %(now)s::timestamptz
  FROM unnest(%(kept_of)s::bigint[], %(kept_for)s::bigint[], %(reasons)s::text[],
              %(kept)s::bigint[]) WITH ORDINALITY
    AS t (place, charge_id, reason, amount_fen, number) JOIN named USING (place) ORDER BY number
), paid AS (
  SELECT * FROM unnest(%(orders)s::bigint[], %(orders_paid_at)s::timestamptz[])
    AS t (order_id, paid_at)
), orders AS (
  UPDATE payments_order SET state = %(order_paid)s, paid_at = paid.paid_at,
         checked_at = %(now)s::timestamptz, next_check_at = NULL
  FROM paid WHERE id = paid.order_id
), lines AS (
  UPDATE payments_orderline SET state = %(line_paid)s,
         paid_at = coalesce(paid.paid_at, payments_order.paid_at)
  FROM payments_order LEFT JOIN paid ON paid.order_id = payments_order.id
  WHERE payments_order.id = payments_orderline.order_id
    AND payments_orderline.id = ANY (%(paid_lines)s::bigint[])
)
SELECT place, id FROM named
"""


def write(book: Book, now: datetime) -> None:
    """Everything that was entered; gives new receipts their ids. Nothing new costs nothing."""
    _give_way(book, now)
    fresh = [entry for entry in book.receipts if entry.arrival is not None]
    if fresh:
        _write_ordinary(book, fresh, now)
    _write_second_sights(book, now)


def _give_way(book: Book, now: datetime) -> None:
    """A newer order gave way: nobody waits for it, so there is no cool-down."""
    if book.superseded:
        Order.objects.filter(pk__in=book.superseded).update(superseded=True, next_check_at=now)
    if closed := [pk for pk, to in book.moved_orders.items() if to is OrderState.CLOSED]:
        Order.objects.filter(pk__in=closed).update(
            state=OrderState.CLOSED, closed_at=now, checked_at=now, check_count=0, next_check_at=now
        )
    if released := [pk for pk, to in book.moved_lines.items() if to is LineState.RELEASED]:
        OrderLine.objects.filter(pk__in=released).update(
            state=LineState.RELEASED, released_at=now, payable_again_at=now, announced_at=now
        )


def _write_ordinary(book: Book, fresh: list[ReceiptEntry], now: datetime) -> None:
    places = {id(entry): place for place, entry in enumerate(fresh, start=1)}
    values: dict[str, Any] = {
        "now": now,
        "payment": ReceiptKind.PAYMENT.value,
        "allocate": AllocationKind.ALLOCATE.value,
        "order_paid": OrderState.PAID.value,
        "line_paid": LineState.PAID.value,
        "orders": list(book.paid_at),
        "orders_paid_at": list(book.paid_at.values()),
        "paid_lines": [pk for pk, to in book.moved_lines.items() if to is LineState.PAID],
    }
    with connection.cursor() as cursor:
        cursor.execute(
            ORDINARY,
            values | _told(fresh) | _allocations(book, places) | _surpluses(book, places),
        )
        for place, receipt_id in cursor.fetchall():
            fresh[place - 1].receipt_id = receipt_id


def _told(fresh: list[ReceiptEntry]) -> dict[str, Any]:
    arrivals = [entry.arrival for entry in fresh if entry.arrival is not None]
    return {
        "channels": [entry.channel for entry in fresh],
        "trade_numbers": [entry.trade_number for entry in fresh],
        "order_ids": [entry.order_id for entry in fresh],
        "order_numbers": [entry.order_number for entry in fresh],
        "received": [entry.amount_fen for entry in fresh],
        "paid_at": [arrival.paid_at for arrival in arrivals],
        "message_ids": [arrival.message_id for arrival in arrivals],
    }


def _allocations(book: Book, places: dict[int, int]) -> dict[str, Any]:
    return {
        "given_by": [places[id(receipt)] for receipt, _ in book.allocations],
        "given_to": [line.charge_id for _, line in book.allocations],
        "lines": [line.line_id for _, line in book.allocations],
        "given": [line.amount_fen for _, line in book.allocations],
    }


def _surpluses(book: Book, places: dict[int, int]) -> dict[str, Any]:
    return {
        "kept_of": [places[id(one.receipt)] for one in book.surpluses],
        "kept_for": [one.charge_id for one in book.surpluses],
        "reasons": [one.reason.value for one in book.surpluses],
        "kept": [one.amount_fen for one in book.surpluses],
    }


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
            is_signed=entry.taken_back and arrival.kind in SIGNED,
        )
        for entry, arrival in book.conflicts
    ]
    Conflict.objects.bulk_create(conflicts, ignore_conflicts=True)
