"""The daily file: which payments it lists and when it exists."""

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from payments.cashier.orders import METHODS
from payments.cashier.store import Store, stamp
from payments.cashier.switches import Switches
from payments.gateways.finance_statement import LOCAL, StatementEntry

READY_AT = time(10)  # of the next day


def paid_on(store: Store, day: date) -> Iterator[StatementEntry]:
    """The payments booked on that local day, in the order of booking."""
    start = datetime.combine(day, time(), LOCAL)
    rows = store.reading().execute(
        "SELECT * FROM orders WHERE paid_at >= ? AND paid_at < ? ORDER BY paid_at, id",
        [stamp(start), stamp(datetime.combine(day + timedelta(days=1), time(), LOCAL))],
    )
    return (_entry(row) for row in rows)


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
