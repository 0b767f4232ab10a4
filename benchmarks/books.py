"""The cashier's own books beside the portal's: is every payment there once, and nothing else?"""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2

RECEIPTS = """
SELECT r.trade_number, r.order_number, r.amount_fen,
       coalesce((SELECT sum(CASE kind WHEN 'allocate' THEN amount_fen ELSE -amount_fen END)
                 FROM payments_allocation WHERE receipt_id = r.id), 0)
       + coalesce((SELECT sum(amount_fen) FROM payments_surplus WHERE receipt_id = r.id), 0)
FROM payments_receipt r WHERE r.kind = 'payment'
"""
TWICE = """
SELECT charge_id FROM payments_orderline WHERE state = 'paid'
GROUP BY charge_id HAVING count(*) > 1
"""


@dataclass(frozen=True)
class Trade:
    """One payment. ``placed_fen`` is what the portal gave to charges or keeps as surplus."""

    number: str
    order_number: str
    amount_fen: int
    placed_fen: int


@dataclass(frozen=True)
class Books:
    """``paid``: trade -> (order, fen) at the cashier; ``received``: the receipts of the portal."""

    paid: dict[str, tuple[str, int]]
    received: tuple[Trade, ...]
    charges_paid_twice: tuple[int, ...]

    @classmethod
    def read(cls, store: Path, url: str) -> "Books":
        """Read both sides from their own storage."""
        with closing(sqlite3.connect(store)) as cashier:
            rows = cashier.execute(
                "SELECT trade_number, number, amount_fen FROM orders WHERE state = 'paid'"
            ).fetchall()
        with closing(psycopg2.connect(url)) as link, link.cursor() as cursor:
            cursor.execute(RECEIPTS)
            received = tuple(Trade(*row) for row in cursor.fetchall())
            cursor.execute(TWICE)
            twice = tuple(charge for (charge,) in cursor.fetchall())
        return cls({trade: (number, fen) for trade, number, fen in rows}, received, twice)

    @property
    def lost(self) -> list[str]:
        """Paid at the cashier and not, or not wholly, in the portal."""
        known = {
            trade.number: (trade.order_number, trade.amount_fen)
            for trade in self.received
            if trade.placed_fen == trade.amount_fen
        }
        return sorted(number for number, fact in self.paid.items() if known.get(number) != fact)

    @property
    def doubled(self) -> list[str]:
        """In the portal more than once, more than was paid, or paid by nobody."""
        counted = Counter(trade.number for trade in self.received)
        invented = [trade.number for trade in self.received if trade.number not in self.paid]
        repeated = [number for number, times in counted.items() if times > 1]
        inflated = [t.number for t in self.received if t.placed_fen > t.amount_fen]
        twice = [f"charge {charge}" for charge in self.charges_paid_twice]
        return sorted({*invented, *repeated, *inflated}) + twice

    def problems(self, promised: Collection[str]) -> Iterator[str]:
        """What does not fit; ``promised`` are orders a student was told are paid."""
        yield from (f"lost: {number}" for number in self.lost)
        yield from (f"doubled: {number}" for number in self.doubled)
        orders = {trade.order_number for trade in self.received}
        yield from (f"promised, not paid: {number}" for number in promised if number not in orders)
