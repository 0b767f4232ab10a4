"""Whether a number may stand in a file twice. Nearly never one does: then nobody else looks."""

from collections.abc import Iterable

from payments.reconcile.files.clean import CleanRows, Rows
from payments.reconcile.files.row import FileRow

REMEMBERED = 120_000  # hashes of each, some 10 MB; for larger files the database looks


class Repeats:
    """Hears every row of a file. ``possible`` is False only when certainly none repeats another."""

    def __init__(self) -> None:
        self.possible = False
        self._orders: set[int] = set()
        self._trades: set[int] = set()

    def add(self, rows: Rows) -> None:
        """Remember the numbers of these rows."""
        if self.possible:
            return
        if isinstance(rows, CleanRows):
            orders, trades = rows.order_numbers, rows.trade_numbers
        else:
            certain = [row for row in rows if isinstance(row, FileRow)]
            orders = [row.order_number for row in certain]
            trades = [row.trade_number for row in certain]
        if _repeat(self._orders, orders) or _repeat(self._trades, list(filter(None, trades))):
            self.possible = True
            self._orders, self._trades = set(), set()


def _repeat(known: set[int], numbers: Iterable[str]) -> bool:
    hashes = list(map(hash, numbers))
    before = len(known)
    known.update(hashes)
    return len(known) < before + len(hashes) or len(known) > REMEMBERED
