"""A block of clean rows, checked column by column with one pattern each.

Nine rows of ten are written by programs. Joined, a column of them is proved clean by one regular
expression, which takes a tenth of the time of looking at every cell. Whatever is not clean in the
plainest way sends its block to ``checking``, which decides; this module refuses nothing.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from payments.reconcile.files import cells
from payments.reconcile.files.cells import Cell, Doubt
from payments.reconcile.files.clean import CleanRows
from payments.reconcile.files.layouts import Layout
from payments.reconcile.files.row import Field, RowKind
from payments.reconcile.files.rules import Rules
from payments.reconcile.files.tables import Block, Column

_NUMBERS = re.compile(r"(?:[0-9A-Za-z_\-|*]{8,64}\n)*")
_OPTIONAL = re.compile(r"(?:(?:[0-9A-Za-z_\-|*]{8,64})?\n)*")
_ZEROED = re.compile(r"^[1-9]\d{14}0{3,}$", re.MULTILINE | re.ASCII)
_TWO_DECIMALS = re.compile(r"(?:\d{1,7}\.\d\d\n)*", re.ASCII)
_PLAIN = re.compile(r"(?:\d{1,7}(?:\.\d{1,2})?\n)*", re.ASCII)
_TIMES = re.compile(r"(?:20\d\d-\d\d-\d\d[ T](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\n)*", re.ASCII)
_DAYS = re.compile(r"(?:20\d\d-\d\d-\d\d\n)*", re.ASCII)
_QUOTED = re.compile(r"[`'\"]")
_REMEMBERED = 50_000  # times: every minute of a month
ZONE = "+08:00"  # Shanghai, since long before 2000
_NONE_BACK = {"", "0", "0.0", "0.00"}


class NotClean(Exception):
    """The block must be looked at row by row."""


class Swift:
    """Reads blocks of one table; ``read`` gives None for a block that is not clean."""

    def __init__(self, layout: Layout, rules: Rules) -> None:
        self._layout = layout
        self._rules = rules
        self._known: dict[str, tuple[str, bool]] = {}

    def read(self, block: Block) -> CleanRows | None:
        """All rows of a block, payments every one, or None."""
        try:
            return self._rows(block)
        except NotClean:
            return None

    def _rows(self, block: Block) -> CleanRows:
        columns = block.columns(len(self._layout.headers))
        if columns is None:
            raise NotClean
        self._check_kinds(columns)
        moments, on_days = self._moments(columns)
        titles = self._words(columns, Field.TITLE)
        self._check_items(titles)
        return CleanRows(
            places=block.places,
            order_numbers=self._orders(self._column(columns, Field.ORDER_NUMBER)),
            trade_numbers=self._trades(columns),
            fens=self._amounts(self._column(columns, Field.AMOUNT)),
            moments=moments,
            on_days=on_days,
            names=self._words(columns, Field.PAYER_NAME),
            numbers=self._words(columns, Field.PAYER_NUMBER),
            titles=titles,
            raws=list(zip(*map(as_seen, columns), strict=True)),
        )

    def _column(self, columns: Sequence[Column], field: Field) -> Column:
        return columns[self._layout.columns[field]]

    def _check_kinds(self, columns: Sequence[Column]) -> None:
        """Payments only: a refund's columns differ."""
        for at in self._layout.kinds:
            for word in set(columns[at]):
                if not isinstance(word, str) or self._layout.words.get(word) is not RowKind.PAYMENT:
                    raise NotClean
        back = self._layout.columns.get(Field.REFUND_AMOUNT)
        if (
            back is not None
            and not self._layout.format.is_bill
            and not set(columns[back]) <= _NONE_BACK
        ):
            raise NotClean

    def _orders(self, column: Column) -> list[str]:
        orders = _proved(column, _NUMBERS)
        prefix = self._rules.order_prefix
        if prefix.startswith("0") and not all(one.startswith(prefix) for one in orders):
            raise NotClean
        return orders

    def _trades(self, columns: Sequence[Column]) -> Sequence[str]:
        at = self._layout.columns.get(Field.TRADE_NUMBER)
        return _none(columns) if at is None else _proved(columns[at], _OPTIONAL)

    def _amounts(self, column: Column) -> list[int]:
        if self._layout.in_fen:
            raise NotClean
        fens = fen_of(column)
        if min(fens) <= 0:
            raise NotClean
        return fens

    def _moments(self, columns: Sequence[Column]) -> tuple[Sequence[str], Sequence[bool]]:
        at = self._layout.columns.get(Field.MOVED_AT)
        if at is None:
            return _none(columns), [False] * len(columns[0])
        joined = _joined(columns[at])
        on_day = _DAYS.fullmatch(joined) is not None
        if not on_day and not _TIMES.fullmatch(joined):
            told = list(map(self._moment, columns[at]))
            return [moment for moment, _ in told], [on_day for _, on_day in told]
        zone = f" 00:00:00{ZONE}\n" if on_day else f"{ZONE}\n"
        moments = joined.replace("\n", zone).splitlines()
        for day in {moment[:10] for moment in moments}:
            self._check_day(day)
        return moments, [on_day] * len(moments)

    def _check_day(self, day: str) -> None:
        try:
            told = date.fromisoformat(day)
        except ValueError as error:
            raise NotClean from error
        if told > self._rules.today:
            raise NotClean

    def _moment(self, cell: Cell) -> tuple[str, bool]:
        """Other ways to write a time; most stand in a file more than once."""
        value = cells.text(cell)
        known = self._known.get(value)
        if known is None:
            known = self._careful(value)
            if len(self._known) < _REMEMBERED:
                self._known[value] = known
        return known

    def _careful(self, value: str) -> tuple[str, bool]:
        if not value:
            return "", False
        try:
            moment, on_day = cells.moment(value, self._rules.today)
        except Doubt as doubt:
            raise NotClean from doubt
        return moment.isoformat(), on_day

    def _words(self, columns: Sequence[Column], field: Field) -> Sequence[str]:
        at = self._layout.columns.get(field)
        return _none(columns) if at is None else _words(columns[at])

    def _check_items(self, titles: Iterable[str]) -> None:
        if self._layout.checks_item and not all(map(self._rules.is_ours, set(titles))):
            raise NotClean


def fen_of(column: Column) -> list[int]:
    """A column of plain amounts, zero or more; raises ``NotClean``."""
    kinds = set(map(type, column))
    if kinds <= {float, int}:
        joined = "\n".join(map(repr, column)) + "\n"
        numbers: Iterable[float] = column  # type: ignore[assignment]
    else:
        joined = _joined(column)
        if _TWO_DECIMALS.fullmatch(joined):
            return list(map(int, joined.replace(".", "").split()))
        numbers = map(float, joined.split())
    if not _PLAIN.fullmatch(joined):
        raise NotClean
    # Exact: at most nine digits, two of them decimals.
    return [round(number * 100) for number in numbers]


def _joined(column: Column) -> str:
    if set(map(type, column)) != {str}:
        raise NotClean
    joined = "\n".join(column) + "\n"  # type: ignore[arg-type]
    if joined.count("\n") != len(column):
        raise NotClean
    return joined


def _proved(column: Column, pattern: re.Pattern[str]) -> list[str]:
    joined = _joined(column)
    if not pattern.fullmatch(joined) or _ZEROED.search(joined):
        raise NotClean
    return column  # type: ignore[return-value]


def _words(column: Column) -> list[str]:
    if set(map(type, column)) == {str} and not _QUOTED.search("".join(column)):  # type: ignore[arg-type]
        return list(map(str.strip, column))  # type: ignore[arg-type]
    return list(map(cells.text, column))


def _none(columns: Sequence[Column]) -> list[str]:
    """A column the table does not have."""
    return [""] * len(columns[0])


def as_seen(column: Column) -> Sequence[str]:
    """The cells of a column as ``cells.text`` shows them; texts as they are."""
    kinds = set(map(type, column))
    if kinds == {str}:
        return column  # type: ignore[return-value]
    if kinds == {float}:
        joined = "\n".join(map(repr, column)) + "\n"
        if _PLAIN.fullmatch(joined):
            return joined.replace(".0\n", "\n").splitlines()
    return list(map(cells.text, column))
