"""HTML tables that old systems save with the ending .xls."""

from collections.abc import Generator, Iterator
from html.parser import HTMLParser
from itertools import groupby
from typing import TextIO

from payments.reconcile.files import refusals, texts
from payments.reconcile.files.tables import Row, Table, in_blocks

_CHUNK = 64 * 1024
_LARGEST = 64 * refusals.MB  # characters: the parser looks at an unclosed tag again and again
_STARTS = ("<!doctype html", "<html", "<table", "<meta", "<head", "<body", "<style")


def is_markup(begins: str) -> bool:
    """Whether a text begins like an HTML page."""
    bare = begins.lstrip("\ufeff \r\n\t").lower()
    return bare.startswith(_STARTS) or (bare.startswith("<?xml") and "<html" in bare)


def tables(opener: texts.Opener) -> Generator[Table, None, None]:
    """One table of the page after the other."""
    with texts.open_text(opener) as text:
        for number, rows in groupby(_rows(text), key=lambda row: row[0]):
            placed = ((place, row) for _, place, row in rows)
            yield Table(in_blocks(placed), sheet=f"表 {number}")


def _rows(text: TextIO) -> Iterator[tuple[int, int, Row]]:
    parser = _TableParser()
    left = _LARGEST
    while chunk := text.read(_CHUNK):
        left -= len(chunk)
        if left < 0:
            raise refusals.too_large(f"网页表格超过 {_LARGEST // refusals.MB} MB")
        parser.feed(chunk)
        yield from parser.take()
    parser.close()
    yield from parser.take()
    if parser.is_open:
        raise refusals.truncated("</table>")


class _TableParser(HTMLParser):
    """Collects rows with their table's number and their own, both from 1."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._table = 0
        self._place = 0
        self._done: list[tuple[int, int, Row]] = []
        self._row: Row | None = None
        self._cell: list[str] | None = None
        self._wide = 1
        self._hanging: dict[int, int] = {}  # column → rows that a cell above still covers
        self._depth = 0

    @property
    def is_open(self) -> bool:
        """A table has begun and not ended."""
        return self._depth > 0

    def take(self) -> list[tuple[int, int, Row]]:
        """The rows finished since the last call."""
        done, self._done = self._done, []
        return done

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._begin_table()
        elif tag == "tr":
            self._end_row()
            self._row = []
            self._place += 1
        elif tag in ("td", "th") and self._row is not None:
            self._end_cell()
            self._begin_cell(self._row, dict(attrs))
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "table":
            self._end_row()
            self._depth = max(0, self._depth - 1)

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _begin_table(self) -> None:
        self._end_row()
        self._table += 1
        self._depth += 1
        self._place = 0
        self._hanging = {}

    def _begin_cell(self, row: Row, attributes: dict[str, str | None]) -> None:
        self._skip_covered(row)
        self._wide = _span(attributes.get("colspan"))
        below = _span(attributes.get("rowspan")) - 1
        for at in range(len(row), len(row) + self._wide):
            if below:
                self._hanging[at] = below
        self._cell = []

    def _skip_covered(self, row: Row) -> None:
        while left := self._hanging.get(len(row), 0):
            self._hanging[len(row)] = left - 1
            row.append("")

    def _end_cell(self) -> None:
        if self._cell is not None and self._row is not None:
            self._row.append("".join(self._cell).strip())
            self._row.extend([""] * (self._wide - 1))
            if len(self._row) > refusals.MAX_COLUMNS:
                raise refusals.too_many_columns()
        self._cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None:
            self._skip_covered(self._row)
            self._done.append((self._table, self._place, self._row))
        self._row = None


def _span(told: str | None) -> int:
    """How many cells one covers; a page may say anything."""
    plain = (told or "").strip()
    if not (plain.isascii() and plain.isdigit()) or len(plain) > 4:
        return 1
    return max(1, int(plain))
