"""A table read row by row, its clean blocks the swift way, with its sums at the end."""

from collections.abc import Iterable, Iterator, Sequence

from payments.reconcile.files import checking, refusals, swift
from payments.reconcile.files.cells import Cell
from payments.reconcile.files.clean import Rows
from payments.reconcile.files.frames import Frame
from payments.reconcile.files.heads import Head
from payments.reconcile.files.layouts import Layout
from payments.reconcile.files.row import (
    Fault,
    FileFormat,
    FileRow,
    RowKind,
    Summary,
)
from payments.reconcile.files.rules import Rules
from payments.reconcile.files.swift import NotClean, Swift
from payments.reconcile.files.tables import Block, Table
from payments.reconcile.files.tally import Tally

_ENDS = {
    FileFormat.FINANCE: "合计",
    FileFormat.WECHAT: "总交易单数",
    FileFormat.ALIPAY: "业务明细列表结束",
}
FEW = 8  # rows not worth another try


class Reading:
    """One table of a file: a sheet, or a member of a zip.

    Iterate once: ``FileRow | Fault`` in file order, streamed, or the same in ``blocks``; either may
    still raise ``FileRefused`` (a file cut in the middle), so nothing may be committed before the
    end.
    ``summary`` exists only after that. ``headers`` are unique; ``columns`` maps fields to them.
    ``channel`` is finance, wechat or alipay when the file says so, otherwise None. ``period`` is
    what the file states about its days.
    """

    def __init__(self, table: Table, first: Block, head: Head, rules: Rules) -> None:
        self.format = head.layout.format
        self.channel = head.layout.channel
        self.member = table.member
        self.sheet = table.sheet
        self.headers = head.layout.headers
        self.header_place = head.place
        self.columns = {one: self.headers[at] for one, at in head.layout.columns.items()}
        self.period = head.period
        self._table = table
        self._first = Block(first.places[head.until :], first.rows[head.until :])
        self._layout: Layout = head.layout
        self._rules = rules
        self._tally = Tally()
        self._frame = Frame(head.layout, head.cells, self._tally)
        self._swift = Swift(head.layout, rules)
        self._summary: Summary | None = None
        self._seen = 0
        self._merchant = rules.merchants.get(head.layout.channel or "", "")
        # Alipay writes our number and four digits more.
        if head.account and not head.account.startswith(self._merchant):
            raise refusals.other_merchant(head.account, self._merchant)

    def __iter__(self) -> Iterator[FileRow | Fault]:
        for rows in self.blocks():
            yield from rows

    def blocks(self) -> Iterator[Rows]:
        """The rows as many at a time as were looked at together."""
        for block in self._blocks():
            yield from self._read(block)
        if self._layout.format in _ENDS and not self._frame.is_closed:
            raise refusals.truncated(_ENDS[self._layout.format])
        self._summary = self._tally.summary()

    def _read(self, block: Block) -> Iterator[Rows]:
        rows = self._swift.read(block)
        if rows is not None:
            self._refuse_strangers(rows.raws)
            self._tally.add_clean(rows)
            self._add_columns(block)
            yield rows
        elif len(block) > FEW:
            # One faulty row must not make five hundred slow.
            for part in block.parts(len(block) // 8 + 1):
                yield from self._read(part)
        else:
            yield list(self._slowly(block))

    def _refuse_strangers(self, raws: Iterable[Sequence[str]]) -> None:
        at = self._layout.merchant
        if at is None or not self._merchant:
            return
        others = {raw[at].strip("` ") for raw in raws} - {self._merchant}
        if others:
            raise refusals.other_merchant(min(others), self._merchant)

    @property
    def summary(self) -> Summary:
        """Raises ``RuntimeError`` before the rows are exhausted."""
        if self._summary is None:
            raise RuntimeError("the rows are not exhausted")
        return self._summary

    def _blocks(self) -> Iterator[Block]:
        if len(self._first):
            yield self._first
        for block in self._table.blocks:
            self._seen += len(block)
            if self._seen > refusals.MAX_ROWS:
                raise refusals.too_many_rows()
            yield block

    def _slowly(self, block: Block) -> Iterator[FileRow | Fault]:
        for place, row in zip(block.places, block.rows, strict=True):
            if self._frame.takes(place, row):
                continue
            yield self._one(place, row)

    def _one(self, place: int, row: list[Cell]) -> FileRow | Fault:
        wide = len(self._layout.headers)
        fitted = _fitted(row, wide, exact=self._table.exact)
        if fitted is None:
            found: FileRow | Fault = checking.misfit(place, row, self._layout)
        else:
            found = checking.check(place, fitted, self._layout, self._rules)
        if isinstance(found, Fault):
            self._tally.refuse(found)
            self._tally.unsure_columns.update(self._layout.sums)
        else:
            self._refuse_strangers([found.raw])
            self._tally.add(found)
            self._add_column_cells(found.kind, fitted or row)
        return found

    def _add_columns(self, block: Block) -> None:
        for at in self._layout.sums:
            try:
                fens = swift.fen_of(block.column(at))
            except NotClean:
                self._tally.unsure_columns.add(at)
            else:
                self._tally.column_fen[at, RowKind.PAYMENT] += sum(fens)

    def _add_column_cells(self, kind: RowKind, row: Sequence[Cell]) -> None:
        for at in self._layout.sums:
            cell = row[at]
            try:
                [fen] = swift.fen_of([cell.strip("`- ") if isinstance(cell, str) else cell])
            except NotClean:
                self._tally.unsure_columns.add(at)
            else:
                self._tally.column_fen[at, kind] += fen


def _fitted(row: list[Cell], wide: int, *, exact: bool) -> list[Cell] | None:
    """The row with one cell for each header; None when a text file's separators do not fit."""
    if len(row) == wide:
        return row
    if len(row) > wide:
        return row[:wide] if not any(row[wide:]) else None
    return None if exact else [*row, *[""] * (wide - len(row))]
