"""Spreadsheets in and out: everything is text inside, nothing is guessed.

Read: xlsx, xls, xlsb, ods (calamine) and csv in UTF-8 or GB18030, told apart by content. Write:
xlsx, every cell text, so that numbers keep their zeros and no cell becomes a formula.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain, islice

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from python_calamine import CalamineError, CalamineWorkbook

from portal.lib import kinds, origin
from portal.lib.columns import LOOKED_AT, widths
from portal.lib.errors import DomainError

MAX_BYTES = 30 * 1024 * 1024
MAX_UNPACKED = 600 * 1024 * 1024  # against zip bombs
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")
_EXACT = 10**15  # a double holds every integer below; Excel itself cuts at 15 digits

Row = list[str]
Cell = int | float | str | bool | date | datetime | time | timedelta
Writable = str | int | Decimal | date | None


def read_sheet(data: bytes) -> list[Row]:
    """The first sheet's rows as text; empty ones stay, so that the n-th row is row n.

    Raises ``DomainError("sheet.…")`` for a file that is too large or cannot be read.
    """
    if len(data) > MAX_BYTES:
        raise DomainError("sheet.too_large", "文件超过 30 MB。", advice="分成几个文件再导入。")
    if what := kinds.no_table(io.BytesIO(data)):
        raise not_a_table(what)
    return _from_workbook(data) if data.startswith((_ZIP, _OLE)) else _from_csv(data)


def _from_workbook(data: bytes) -> list[Row]:
    if data.startswith(_ZIP):
        _refuse_bomb(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        cells = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise unreadable() from error
    return [[cell_text(cell) for cell in row] for row in cells]


def _refuse_bomb(data: bytes) -> None:
    try:
        unpacked = sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(data)).infolist())
    except zipfile.BadZipFile as error:
        raise unreadable() from error
    if unpacked > MAX_UNPACKED:
        raise DomainError("sheet.too_large", "文件展开后太大。", advice="分成几个文件再导入。")


def _from_csv(data: bytes) -> list[Row]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as error:
            raise unreadable() from error
    if "\x00" in text:
        raise unreadable()
    return [[_bare(cell) for cell in row] for row in csv.reader(io.StringIO(text))]


def not_a_table(what: str) -> DomainError:
    """The refusal of a photo or a letter; ``what`` as ``kinds.no_table`` says it."""
    return DomainError(
        "sheet.not_a_table",
        f"这是{what}，不是表格文件。",
        advice="请传 xlsx、xls、xlsb 或 csv；只有照片或扫描件的，请对方发来表格。",
        status=400,
    )


def unreadable() -> DomainError:
    """The refusal of a file that is no spreadsheet."""
    return DomainError(
        "sheet.unreadable",
        "这个文件打不开。",
        advice="请用 xlsx、xls、xlsb 或 csv（UTF-8 或 GB18030）。",
        status=400,
    )


def cell_text(cell: Cell) -> str:
    """A cell as text: ``2024.0`` is 2024, a day is ISO.

    A whole number too long for Excel to have kept stays in exponent form (``1.23E+18``), so that
    whoever wants an identifier refuses it.
    """
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        if cell.is_integer():
            return str(int(cell)) if abs(cell) < _EXACT else f"{cell:.14E}"
        return repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    return _bare(str(cell))


def _bare(text: str) -> str:
    """Without blanks around it and without the apostrophe that kept it from being a formula."""
    text = text.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_STARTS) else text


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula; ``read_sheet`` undoes it."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def sign(book: Workbook) -> None:
    """Who takes it and when, at the foot of every printed page and in the file's properties."""
    if mark := origin.signature():
        book.properties.creator = book.properties.description = mark
        for sheet in book.worksheets:
            foot = HeaderFooterItem()
            foot.center.text = mark.replace("&", "&&")
            sheet.HeaderFooter.oddFooter = foot


def add_sheet(
    book: Workbook, title: str, header: Sequence[str], rows: Iterable[Sequence[Writable]]
) -> int:
    """A sheet of a write-only workbook under a header that stays in sight; how many rows it has."""
    sheet = book.create_sheet(title)
    left = (["" if cell is None else str(cell) for cell in row] for row in rows)
    first = [list(header), *islice(left, LOOKED_AT)]
    sheet.freeze_panes = "A2"
    for at, width in enumerate(widths(first), 1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    number = -1
    for number, row in enumerate(chain(first, left)):  # noqa: B007 -- how many there were
        sheet.append([neutral(cell) for cell in row])
    return number


def write_sheet(header: Sequence[str], rows: Iterable[Sequence[Writable]]) -> bytes:
    """An xlsx workbook with one sheet, written row by row."""
    book = Workbook(write_only=True)
    origin.wrote(add_sheet(book, "数据", header, rows))
    sign(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
