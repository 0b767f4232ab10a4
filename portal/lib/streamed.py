"""An xlsx workbook written while it is sent: any number of rows, memory for a few of them.

Only what a plain list needs: text cells under a header, on another sheet where one is full. Every
cell is a string, so that numbers keep their zeros, and formulas are neutralised as in
``portal.lib.sheets``.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from xml.sax.saxutils import quoteattr

from portal.lib.columns import LOOKED_AT, widths
from portal.lib.origin import signature
from portal.lib.sheets import neutral

ROWS_AT_ONCE = 500
ROWS_OF_A_SHEET = 1_048_000  # it ends at 1,048,576
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_ROOT = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>"
)
_TYPES = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
)
_SHEET = "xl/worksheets/sheet{}.xml"
_OPEN = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    "</sheetView></sheetViews><cols>{columns}</cols><sheetData>"
)
_COLUMN = '<col min="{0}" max="{0}" width="{1}" customWidth="1"/>'
_CLOSE = "</sheetData>{footer}</worksheet>"
_FOOTER = "<headerFooter><oddFooter>&amp;C{}</oddFooter></headerFooter>"


class _Outbox:
    """A file nobody can seek in: what was written waits here until it is sent."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def write(self, data: bytes) -> int:
        self.waiting += data
        return len(data)

    def flush(self) -> None:
        """Nothing to do: ``take`` empties it."""

    def take(self) -> bytes:
        """What was written since the last time."""
        data, self.waiting = bytes(self.waiting), bytearray()
        return data


def stream_sheet(
    header: Sequence[str], rows: Iterable[Sequence[str]], title: str = "数据"
) -> Iterator[bytes]:
    """Pieces of the workbook in order; their concatenation is the file.

    Signed by who asks for it now, not by whoever is at work when the pieces are sent.
    """
    mark = _ILLEGAL.sub("", signature()).replace("&", "&&").translate(_ESCAPES)
    return _sent(title, header, rows, _FOOTER.format(mark) if mark else "")


def _sent(
    title: str, header: Sequence[str], rows: Iterable[Sequence[str]], footer: str
) -> Iterator[bytes]:
    out = _Outbox()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:  # type: ignore[call-overload]
        book.writestr("_rels/.rels", _ROOT)
        names: list[str] = []
        for some in _sheets(rows):
            names.append(f"{title}{len(names) + 1 if names else ''}")
            with book.open(_SHEET.format(len(names)), "w", force_zip64=True) as sheet:
                first = list(islice(some, LOOKED_AT))
                sheet.write(_opening([header, *first]).encode())
                for piece in _pieces(header, chain(first, some)):
                    sheet.write(piece)
                    yield out.take()
                sheet.write(_CLOSE.format(footer=footer).encode())
        for name, text in _parts(names):
            book.writestr(name, text)
        yield out.take()
    yield out.take()


def _sheets(rows: Iterable[Sequence[str]]) -> Iterator[Iterator[Sequence[str]]]:
    """The rows of each sheet; the first is there without any."""
    left = iter(rows)
    yield islice(left, ROWS_OF_A_SHEET)
    for row in left:
        yield chain([row], islice(left, ROWS_OF_A_SHEET - 1))


def _parts(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What says which sheets there are: known at the end."""
    numbers = range(1, len(names) + 1)
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in zip(numbers, names, strict=True)
    )
    yield (
        "xl/workbook.xml",
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
    )
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" '
        f'Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>',
    )
    types = "".join(
        f'<Override PartName="/{_SHEET.format(number)}" ContentType="{_TYPE}.worksheet+xml"/>'
        for number in numbers
    )
    yield "[Content_Types].xml", f"{_TYPES}{types}</Types>"


def _opening(lines: Sequence[Sequence[str]]) -> str:
    """What comes before the rows: a header that stays in sight, columns as wide as they need."""
    columns = (_COLUMN.format(at, width) for at, width in enumerate(widths(lines), 1))
    return _OPEN.format(columns="".join(columns))


def _pieces(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    lines = [_line(header)]
    for row in rows:
        lines.append(_line(row))
        if len(lines) >= ROWS_AT_ONCE:
            yield "".join(lines).encode()
            lines = []
    yield "".join(lines).encode()


def _line(row: Sequence[str]) -> str:
    return f"<row>{''.join([_cell(text) for text in row])}</row>"


def _cell(text: str) -> str:
    if not text:
        return "<c/>"
    clean = _ILLEGAL.sub("", neutral(text)).translate(_ESCAPES)
    return f'<c t="inlineStr"><is><t xml:space="preserve">{clean}</t></is></c>'
