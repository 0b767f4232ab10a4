"""Finding the header of a table: titles stand above it, and it may take two rows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from payments.gateways import alipay_bill
from payments.reconcile.files import cells, headers, layouts, refusals
from payments.reconcile.files.layouts import Layout
from payments.reconcile.files.row import Candidate, Field
from payments.reconcile.files.tables import Block, Table

LOOK = 50  # rows: no title is longer
SAMPLES = 5
CANDIDATES = 3
_DIGIT = re.compile(r"\d")
_DAY = re.compile(r"(20\d\d)[-年/.](\d{1,2})[-月/.](\d{1,2})")

Mappings = Mapping[str, Mapping[str, Field]]  # fingerprint → header → field
Texts = list[str]


@dataclass(frozen=True)
class Head:
    """Where the header is: ``until`` rows of the first block are read, ``cells`` as they stand.

    ``account`` is what Alipay's bill says above its header, empty otherwise.
    """

    layout: Layout
    cells: tuple[str, ...]
    place: int
    until: int
    period: tuple[date, date] | None
    account: str


@dataclass(frozen=True)
class _Try:
    """A row that may be the header, joined with the one below where that goes on with it."""

    at: int
    cells: Texts
    until: int


def find(first: Block, mappings: Mappings) -> Head | None:
    """The first row that is a header; raises ``FileRefused`` for a table nobody may use."""
    rows = _texts(first)
    for one in _tries(rows):
        layout = layouts.detect(one.cells, mappings.get(headers.fingerprint(one.cells)))
        if layout is not None:
            above = rows[: one.at]
            place = first.places[one.until - 1]
            return Head(layout, tuple(one.cells), place, one.until, _period(above), _account(above))
    return None


def candidates(table: Table, first: Block) -> tuple[Candidate, ...]:
    """Rows that a clerk may name as the header, the likeliest first."""
    rows = _texts(first)
    likely = [one for one in _tries(rows) if _is_likely(one.cells)]
    likely.sort(key=lambda one: (-len(headers.recognise(one.cells)), -_filled(one.cells), one.at))
    return tuple(_candidate(table, first, rows, one) for one in likely[:CANDIDATES])


def _texts(first: Block) -> list[Texts]:
    rows = [list(map(cells.text, row)) for row in first.rows[: LOOK + SAMPLES]]
    if max(map(len, rows), default=0) > refusals.MAX_COLUMNS:
        raise refusals.too_many_columns()
    return rows


def _tries(rows: list[Texts]) -> list[_Try]:
    tries = []
    for at, row in enumerate(rows[:LOOK]):
        below = rows[at + 1] if at + 1 < len(rows) else []
        # First with what stands below: of 金额 over 应缴 and 实缴, only one column came in.
        if _goes_on(row, below):
            tries.append(_Try(at, _joined(row, below), at + 2))
        tries.append(_Try(at, row, at + 1))
    return [one for one in tries if _filled(one.cells) > 1]


def _goes_on(row: Texts, below: Texts) -> bool:
    """The second row of a header: words only, some of them known, under cells that are merged."""
    if len(row) != len(below) or any(map(_DIGIT.search, below)):
        return False
    return any(_is_known(cell) for cell in row) and any(_is_known(cell) for cell in below)


def _is_known(cell: str) -> bool:
    return bool(headers.recognise([cell]) or headers.kind_columns([cell]))


def _joined(row: Texts, below: Texts) -> Texts:
    return [under or over for over, under in zip(row, below, strict=True)]


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell)


def _is_likely(row: Texts) -> bool:
    """More words than numbers."""
    return _filled(row) > 2 * sum(1 for cell in row if _DIGIT.search(cell))


def _candidate(table: Table, first: Block, rows: list[Texts], one: _Try) -> Candidate:
    shown = headers.unique(one.cells)
    samples = rows[one.until : one.until + SAMPLES]
    return Candidate(
        fingerprint=headers.fingerprint(one.cells),
        member=table.member,
        sheet=table.sheet,
        place=first.places[one.until - 1],
        headers=shown,
        guesses={shown[at]: field for field, at in headers.recognise(one.cells).items()},
        samples=tuple(_fitted(row, len(shown)) for row in samples),
    )


def _fitted(row: Texts, wide: int) -> tuple[str, ...]:
    return tuple(row[:wide]) + ("",) * (wide - len(row))


def _account(above: list[Texts]) -> str:
    marks = (row[0].translate(alipay_bill.HALF_WIDTH) for row in above if row)
    return next((found[1] for mark in marks if (found := alipay_bill.ACCOUNT.match(mark))), "")


def _period(above: list[Texts]) -> tuple[date, date] | None:
    """The days that a title names: two in one row, or none."""
    for row in above:
        days = [_day(*map(int, found)) for found in _DAY.findall(" ".join(row))]
        if len(days) == 2 and days[0] is not None and days[1] is not None:
            return min(days[0], days[1]), max(days[0], days[1])
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
