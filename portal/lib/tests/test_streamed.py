"""The streamed workbook is one that spreadsheets read."""

import io

import openpyxl
import pytest

from portal.lib import streamed
from portal.lib.sheets import read_sheet, write_sheet
from portal.lib.streamed import ROWS_AT_ONCE, stream_sheet

HEADER = ["学号", "姓名"]


def whole(rows: list[list[str]]) -> bytes:
    return b"".join(stream_sheet(HEADER, rows))


def test_what_goes_in_comes_out() -> None:
    rows = [["007", "陈<雨>&桐"], ["0020230101", ""]]
    assert read_sheet(whole(rows)) == [HEADER, *rows]


def test_openpyxl_reads_it_too() -> None:
    book = openpyxl.load_workbook(io.BytesIO(whole([["1", " 两 头 "]])))
    assert list(book.active.values) == [("学号", "姓名"), ("1", " 两 头 ")]  # type: ignore[union-attr]


def test_columns_are_as_wide_as_they_are_read_and_the_header_stays() -> None:
    long = ["ZZJF202111011456296677", "毕业设计（论文）"]
    for data in (whole([long]), write_sheet(HEADER, [long])):
        sheet = openpyxl.load_workbook(io.BytesIO(data))["数据"]
        wide = [sheet.column_dimensions[name].width for name in "AB"]
        assert (wide, sheet.freeze_panes) == ([24, 18], "A2")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_cell_becomes_a_formula(text: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(whole([["1", text]])))
    cell = book.active["B2"]  # type: ignore[index]
    assert (cell.data_type, str(cell.value)[0]) == ("s", "'")


def test_characters_xml_cannot_say_are_left_out() -> None:
    assert read_sheet(whole([["1", "a\x00b\x0bc"]]))[1] == ["1", "abc"]


def test_it_is_sent_in_pieces() -> None:
    pieces = list(stream_sheet(HEADER, ([str(number), "x"] for number in range(5 * ROWS_AT_ONCE))))
    assert len([piece for piece in pieces if piece]) > 1
    assert len(read_sheet(b"".join(pieces))) == 5 * ROWS_AT_ONCE + 1


def test_a_full_sheet_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streamed, "ROWS_OF_A_SHEET", 2)
    for rows, names in ((0, ["a&b"]), (2, ["a&b"]), (5, ["a&b", "a&b2", "a&b3"])):
        lines = [[str(number), "x"] for number in range(rows)]
        data = b"".join(stream_sheet(HEADER, iter(lines), "a&b"))
        book = openpyxl.load_workbook(io.BytesIO(data))
        assert book.sheetnames == names
        told = [line for sheet in book for line in list(sheet.values)[1:]]
        assert told == [tuple(line) for line in lines]
