"""A large xlsx sheet as a stream: memory does not grow with its rows.

The cells of a chunk of XML are found by one pattern, which knows how Excel and other programs
write them. A chunk in which it does not account for every cell goes to a real XML parser.
"""

import re
import zipfile
from collections.abc import Generator, Iterable, Iterator
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

from payments.reconcile.files import archives, big_book, big_shape, refusals
from payments.reconcile.files.big_book import BigBook
from payments.reconcile.files.big_shape import Converter, Shape
from payments.reconcile.files.cells import Cell
from payments.reconcile.files.row import FileRefused
from payments.reconcile.files.tables import Block, Placed, Row, Table, in_blocks

_CELL = re.compile(
    r'<c r="([A-Z]{1,3})(\d{1,7})"(?: s="(\d{1,5})")?(?: t="([a-zA-Z]{1,9})")?(?:/>|>'
    r"(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?"
    r'(?:<v>([^<]*)</v>|<v/>|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?</c>)'
)
_ROOT = re.compile(r"<worksheet\b[^>]*>")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ERA, _ERA_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 -- cells have no zone
_FARTHEST = 2_958_465  # the last day Excel knows, in 9999

# Column, row, style, type, value, inline text: all as written.
_Found = tuple[str, str, str, str, str, str]


def tables(packed: zipfile.ZipFile) -> Generator[Table, None, None]:
    """The visible sheets, one after the other."""
    with archives.refusing():
        book = big_book.opened(packed)
    for name, part in book.sheets:
        if part in packed.namelist():
            yield Table(_Sheet(book, packed, part).blocks(), sheet=name)


class _Sheet:
    def __init__(self, book: BigBook, packed: zipfile.ZipFile, part: str) -> None:
        self._book = book
        self._packed = packed
        self._part = part
        self._root = ""
        self._wide = 0
        self._shape: Shape | None = None

    def blocks(self) -> Iterator[Block]:
        """Rows by their numbers, padded to the widest so far; raises ``FileRefused``."""
        try:
            with archives.refusing():
                for part in big_book.chunks(self._packed, self._part, "</row>"):
                    alike = self._alike(part)
                    yield from (alike,) if alike else in_blocks(self._placed(self._found(part)))
        except FileRefused:
            raise
        except (ET.ParseError, ValueError, IndexError, ArithmeticError) as error:
            raise refusals.unreadable() from error
        if "</worksheet>" not in part:
            raise refusals.unreadable()

    def _alike(self, part: str) -> Block | None:
        """All rows of a chunk when they have one shape, otherwise None."""
        rows = self._shape.rows(part) if self._shape else None
        if rows is None:
            self._shape = big_shape.of_last_row(part)
            rows = self._shape.rows(part) if self._shape else None
        if not rows or self._shape is None:
            return None
        return big_shape.block(rows, self._converters(self._shape), self._wide)

    def _converters(self, shape: Shape) -> dict[int, Converter]:
        places = [_COLUMNS.get(column, _TOO_FAR) for column, _, _ in shape.cells]
        if max(places) >= self._wide:
            self._widened(max(places))
        kinds = [self._converter(style, kind) for _, style, kind in shape.cells]
        return dict(zip(places, kinds, strict=True))

    def _converter(self, style: str, kind: str) -> Converter:
        number = self._number
        if kind == "s":
            return self._book.strings.texts
        if kind in ("str", "inlineStr"):
            return lambda values: [big_book.plain(one) for one in values]
        if style and int(style) in self._book.dates:
            return lambda values: [number(style, one) for one in values]
        return lambda values: [float(one) if one else "" for one in values]

    def _found(self, part: str) -> Iterable[_Found]:
        if not self._root:
            self._root = (_ROOT.search(part) or [""])[0]
        found: list[_Found] = _CELL.findall(part)
        if len(found) == len(re.findall(r"<(?:\w+:)?c[ >/]", part)):
            return found
        return self._parsed(part)

    def _parsed(self, part: str) -> Iterator[_Found]:
        """The slow way: whatever XML allows."""
        rows = part[part.find("<row") : part.rfind("</row>") + len("</row>")]
        whole = f"{self._root}<sheetData>{rows}</sheetData></worksheet>"
        for row in ET.fromstring(whole).iter(f"{_MAIN}row"):  # noqa: S314 -- no entities inside
            for cell in row.iter(f"{_MAIN}c"):
                yield _taken(cell)

    def _placed(self, found: Iterable[_Found]) -> Iterator[Placed]:
        row: Row = []
        here = ""
        for column, place, style, kind, value, inline in found:
            if place != here:
                if here:
                    yield int(here), row
                here, row = place, [""] * self._wide
            at = _COLUMNS.get(column, _TOO_FAR)
            if at >= self._wide:
                row.extend([""] * (self._widened(at) - len(row)))
            if kind == "s":
                row[at] = self._string(value)
            elif kind in ("", "n"):
                row[at] = self._number(style, value)
            else:
                row[at] = value == "1" if kind == "b" else big_book.plain(inline or value)
        if here:
            yield int(here), row

    def _widened(self, at: int) -> int:
        if at == _TOO_FAR:
            raise refusals.too_many_columns()
        self._wide = at + 1
        return self._wide

    def _string(self, value: str) -> str:
        if not value.isdigit():
            raise refusals.unreadable()
        [text] = self._book.strings.texts([value])
        return text

    def _number(self, style: str, value: str) -> Cell:
        if not value:
            return ""
        number = float(value)
        if style and int(style) in self._book.dates and 0 <= number < _FARTHEST:
            return self._moment(number)
        return number

    def _moment(self, number: float) -> str:
        """Days since 1900, as every spreadsheet program counts them."""
        era = _ERA_1904 if self._book.from_1904 else _ERA
        moment = era + timedelta(milliseconds=round(number * 86_400_000))
        if number < 1:
            return str(moment.time())
        return str(moment.date()) if number.is_integer() else str(moment)


def _letters(at: int) -> str:
    return (chr(64 + at // 26) if at >= 26 else "") + chr(65 + at % 26)


_TOO_FAR = refusals.MAX_COLUMNS
_COLUMNS = {_letters(at): at for at in range(refusals.MAX_COLUMNS)}


def _taken(cell: ET.Element) -> _Found:
    """A cell by its own words; one without a place is nowhere."""
    place = _REFERENCE.fullmatch(cell.get("r", ""))
    if place is None:
        raise refusals.unreadable()
    runs = cell.findall(f"{_MAIN}is/{_MAIN}t") + cell.findall(f"{_MAIN}is/{_MAIN}r/{_MAIN}t")
    value = cell.findtext(f"{_MAIN}v", "")
    inline = "".join(run.text or "" for run in runs)
    return place[1], place[2], cell.get("s", ""), cell.get("t", ""), value, inline
