"""The daily file: which payments and refunds it lists and when it exists."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from payments.cashier.orders import METHODS
from payments.cashier.store import Store, stamp
from payments.cashier.switches import Switches
from payments.gateways.finance_statement import LOCAL, StatementEntry

READY_AT = time(10)  # of the next day


def moved_on(store: Store, day: date, now: datetime) -> Iterator[StatementEntry]:
    """What was booked on that local day: payments, then refunds that have arrived."""
    start, end = _midnight(day), _midnight(day + timedelta(days=1))
    paid = store.reading().execute(
        "SELECT * FROM orders WHERE paid_at >= ? AND paid_at < ? ORDER BY paid_at, id",
        [stamp(start), stamp(end)],
    )
    yield from (_entry(row) for row in paid)
    refunded = store.reading().execute(
        "SELECT orders.*, refunds.amount_fen AS refund_fen, refunds.due_at, refunds.refund_number"
        " FROM refunds JOIN orders ON orders.number = refunds.number"
        " WHERE outcome = 'arrived' AND due_at >= ? AND due_at < ? ORDER BY due_at, refunds.id",
        [stamp(start), stamp(min(end, now))],
    )
    yield from (_refund(row) for row in refunded)


def exists(day: date, now: datetime, switches: Switches) -> bool:
    """A day's file is made at ten the next morning, unless its switch says otherwise."""
    due = datetime.combine(day + timedelta(days=1), READY_AT, LOCAL)
    return switches.statement == "ready" or (switches.statement == "schedule" and now >= due)


def _entry(row: sqlite3.Row) -> StatementEntry:
    return StatementEntry(
        number=row["number"],
        trade_number=row["trade_number"],
        payer_number=row["payer_number"],
        payer_name=row["payer_name"],
        title=row["title"],
        amount_fen=row["paid_fen"],
        method=METHODS.get(row["method"], ""),
        paid_at=datetime.fromisoformat(row["paid_at"]),
    )


def _refund(row: sqlite3.Row) -> StatementEntry:
    return replace(
        _entry(row),
        amount_fen=row["refund_fen"],
        paid_at=datetime.fromisoformat(row["due_at"]),
        is_refund=True,
        refund_number=row["refund_number"],
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL)
