"""Spreadsheets: told apart by content, nothing guessed, no formulas."""

import csv
import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest
from openpyxl import Workbook

from portal.lib import sheets
from portal.lib.errors import DomainError
from portal.lib.sheets import Cell, cell_text, read_sheet, write_sheet


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_either_encoding(encoding: str) -> None:
    data = "学号,姓名\r\n0012,张𬭎\r\n".encode(encoding)
    assert read_sheet(data) == [["学号", "姓名"], ["0012", "张𬭎"]]


def test_a_workbook_of_excel_is_read_as_text() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["学号", "学分", "日期", "在用"])
    sheet.append([20220101, 2.5, date(2025, 3, 1), True])
    out = io.BytesIO()
    book.save(out)
    assert read_sheet(out.getvalue())[1] == ["20220101", "2.5", "2025-03-01", "是"]


@pytest.mark.parametrize("text", ["=1+1", "+86", "-", "@x", "'quoted", "''", "plain", "001"])
def test_what_was_written_is_read_back(text: str) -> None:
    assert read_sheet(write_sheet(["列"], [[text]])) == [["列"], [text]]


@pytest.mark.parametrize("text", ["=cmd()", "+1", "-1", "@a"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert sheets.neutral(text) == f"'{text}"


def test_numbers_days_and_nothing_are_written_as_text() -> None:
    rows = read_sheet(write_sheet(["a", "b", "c"], [[Decimal("2.0"), date(2025, 3, 1), None]]))
    assert rows[1] == ["2.0", "2025-03-01", ""]


def test_empty_rows_stay_so_that_rows_keep_their_number() -> None:
    assert read_sheet(b"a\n\nb\n") == [["a"], [], ["b"]]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (2.0, "2"),
        (0.5, "0.5"),
        (20220101.0, "20220101"),
        (1.23e18, "1.23000000000000E+18"),
        (datetime(2025, 3, 1, 9, 30), "2025-03-01 09:30:00"),  # noqa: DTZ001 -- as Excel has it
        (False, "否"),
        (" x ", "x"),
    ],
)
def test_cells_become_text_without_a_guess(cell: Cell, expected: str) -> None:
    assert cell_text(cell) == expected


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04 nonsense", b"\xd0\xcf\x11\xe0 nonsense", b"\x00\x01\x02", b"\xff\xff\xff"]
)
def test_what_is_no_spreadsheet_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(DomainError) as caught:
        read_sheet(data)
    assert (caught.value.code, caught.value.message) == ("sheet.unreadable", "这个文件打不开。")


def test_a_zip_bomb_is_refused_before_it_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_UNPACKED", 1000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "0" * 2000)
    with pytest.raises(DomainError) as caught:
        read_sheet(out.getvalue())
    assert caught.value.code == "sheet.too_large"


def test_a_file_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_BYTES", 3)
    with pytest.raises(DomainError) as caught:
        read_sheet(b"1234")
    assert caught.value.code == "sheet.too_large"


def test_commas_and_line_breaks_inside_a_cell_survive() -> None:
    out = io.StringIO()
    csv.writer(out).writerow(["甲，乙", "一\n二", "a,b"])
    assert read_sheet(out.getvalue().encode()) == [["甲，乙", "一\n二", "a,b"]]
