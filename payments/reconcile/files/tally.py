"""Counting what was read, next to what the file states about itself."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial

from payments.reconcile.files.clean import CleanRows
from payments.reconcile.files.row import Fault, FileRow, RowKind, Stated, Summary


class Tally:
    """The running sums of one table. ``columns`` are added up for totals of a channel."""

    def __init__(self) -> None:
        self.counts: Counter[RowKind] = Counter()
        self.fen: Counter[RowKind] = Counter()
        self.faults = 0
        self.faults_fen = 0
        self.unsure = 0  # faulty rows whose amount nobody knows
        self.column_fen: Counter[tuple[int, RowKind]] = Counter()
        self.unsure_columns: set[int] = set()
        self.stated: list[Stated] = []
        self._ahead: list[Callable[[], None]] = []  # told before the first row
        self._is_over = False
        self._first: date | None = None
        self._last: date | None = None
        self._subtotal_from = (0, 0)  # fen and unsure rows at the last subtotal

    def add(self, row: FileRow) -> None:
        """One certain row."""
        self.counts[row.kind] += 1
        self.fen[row.kind] += row.amount_fen
        if row.moved_at is not None:
            self._see(row.moved_at.date())

    def add_clean(self, rows: CleanRows) -> None:
        """Certain rows of one block, payments every one."""
        self.counts[RowKind.PAYMENT] += len(rows)
        self.fen[RowKind.PAYMENT] += sum(rows.fens)
        for day in rows.days or ():
            self._see(day)

    def _see(self, day: date) -> None:
        self._first = day if self._first is None else min(day, self._first)
        self._last = day if self._last is None else max(day, self._last)

    def refuse(self, fault: Fault) -> None:
        """One faulty row."""
        self.faults += 1
        if fault.amount_fen is None:
            self.unsure += 1
        else:
            self.faults_fen += fault.amount_fen

    @property
    def rows(self) -> int:
        """All rows so far, certain or not."""
        return self.counts.total() + self.faults

    def state_count(self, place: int, label: str, stated: int) -> None:
        """The file says how many rows; a channel may mean its payments only."""
        if not self.rows and not self._is_over:
            self._ahead.append(partial(self.state_count, place, label, stated))
            return
        possible = {self.rows, self.counts[RowKind.PAYMENT] + self.faults}
        self._state(place, label, stated, self.rows, agrees=stated in possible, is_count=True)

    def state_kind_count(self, place: int, label: str, stated: int, kind: RowKind) -> None:
        """The file says how many rows of a kind; of a faulty row the kind is unknown."""
        counted = self.counts[kind]
        agrees = None if self.faults else stated == counted
        self._state(place, label, stated, counted, agrees=agrees, is_count=True)

    def state_sum(self, place: int, label: str, stated: int, *, part: bool) -> None:
        """The file says what came in (or that less what went back); ``part``: since the last."""
        if not self.rows and not self._is_over:
            self._ahead.append(partial(self.state_sum, place, label, stated, part=False))
            return
        paid, back = self.fen[RowKind.PAYMENT] + self.faults_fen, self.fen[RowKind.REFUND]
        before, unsure = self._subtotal_from if part else (0, 0)
        possible = {paid - before, paid - back - before, paid + back - before}
        agrees = None if self.unsure > unsure else stated in possible
        self._state(place, label, stated, paid - before, agrees=agrees)
        if part:
            self._subtotal_from = (paid, self.unsure)

    def state_column(
        self, place: int, label: str, stated: int, column: int, kinds: Iterable[RowKind]
    ) -> None:
        """A channel says what one of its columns comes to."""
        counted = sum(self.column_fen[column, kind] for kind in kinds)
        agrees = None if column in self.unsure_columns else stated == counted
        self._state(place, label, stated, counted, agrees=agrees)

    def _state(
        self,
        place: int,
        label: str,
        stated: int,
        counted: int,
        *,
        agrees: bool | None,
        is_count: bool = False,
    ) -> None:
        self.stated.append(Stated(place, label, is_count, stated, counted, agrees))

    def summary(self) -> Summary:
        """What it came to; totals that stand above the rows are compared only now."""
        self._is_over = True
        for tell in self._ahead:
            tell()
        self._ahead = []
        return Summary(
            rows=self.rows,
            payments=self.counts[RowKind.PAYMENT],
            refunds=self.counts[RowKind.REFUND],
            faults=self.faults,
            payments_fen=self.fen[RowKind.PAYMENT],
            refunds_fen=self.fen[RowKind.REFUND],
            faults_fen=self.faults_fen,
            stated=tuple(self.stated),
            first_day=self._first,
            last_day=self._last,
        )
