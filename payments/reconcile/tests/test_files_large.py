"""Large workbooks are streamed, and say the same as the native parser."""

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from payments.reconcile.files import sources
from payments.reconcile.files.cells import text
from payments.reconcile.files.row import FileRefused
from payments.reconcile.files.testing import large
from payments.reconcile.tests.files_made import Desk, as_xlsx, order, row, statement
from payments.reconcile.tests.test_files_refused import replaced

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def _streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LARGE", 0)


def typed() -> bytes:
    """Cells of every type, with gaps, a merged title and a second sheet that is hidden."""
    rich = CellRichText("重修", TextBlock(InlineFont(b=True), "缴费"))
    rows: list[list[object]] = [
        ["明细 <2025> & 其他"],
        [],
        ["订单号", "金额", "缴费时间", "备注", "项目", "到账"],
        [order(1), 350.5, datetime(2025, 11, 3, 9, 5, 59), True, rich, date(2025, 11, 3)],  # noqa: DTZ001
        [order(2), 1100, datetime(2025, 11, 3), None, " 空格 ", time(9, 5)],  # noqa: DTZ001
        [order(3), "1,100.00", "2025-11-03 12:00:00", "x&y", "=1+1", -1.5],
    ]

    def arrange(book: Workbook) -> None:
        sheet = book.worksheets[0]
        sheet.merge_cells("A1:F1")
        sheet["H9"] = "远"
        sheet["C4"].number_format = 'yyyy"年"m"月"d"日" h:mm'
        book.create_sheet("藏").sheet_state = "hidden"

    return as_xlsx(rows, arrange=arrange)


def shared(body: bytes, folder: Path) -> bytes:
    """The same rows as Excel writes them: shared strings."""
    path = folder / "large.xlsx"
    large.write_xlsx(path, statement(row(1), row(2, 姓名="<王>&"), row(3, 实缴金额=19.99)))
    return path.read_bytes()


BOOKS: dict[str, Callable[[bytes, Path], bytes]] = {
    "types": lambda _, __: typed(),
    "shared strings": shared,
    "cells without a known shape": lambda body, _: replaced(
        body, SHEET, b'<c r="D3"', b'<c  cm="1" r="D3"'
    ),
    "1904": lambda _, __: replaced(
        typed(), "xl/workbook.xml", b"<workbookPr/>", b'<workbookPr date1904="1" />'
    ),
}


def cells(folder: Path, body: bytes) -> list[list[tuple[int, tuple[str, ...]]]]:
    """Every non-empty row of every table, as text."""
    path = folder / "book"
    path.write_bytes(body)
    return [
        [
            (place, tuple(map(text, found)))
            for block in table.blocks
            for place, found in zip(block.places, block.rows, strict=True)
            if any(found)
        ]
        for table in sources.tables(path)
    ]


@pytest.mark.parametrize("book", BOOKS)
def test_a_streamed_book_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, book: str
) -> None:
    body = BOOKS[book](as_xlsx(statement()), tmp_path)
    native = cells(tmp_path, body)
    monkeypatch.setattr(sources, "LARGE", 0)
    streamed = cells(tmp_path, body)
    assert same(streamed) == same(native)


def trimmed(found: tuple[str, ...]) -> tuple[str, ...]:
    """Without empty cells at the end."""
    last = max((at for at, cell in enumerate(found, start=1) if cell), default=0)
    return found[:last]


CELLS = st.one_of(
    st.none(),
    st.sampled_from(["a", "<&>", " x ", "350.00", order(1)]),
    st.integers(-5, 10**6),
    st.integers(1, 10**6).map(lambda fen: fen / 100),
    st.booleans(),
    st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=0)
    ),
)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    usual=st.lists(CELLS, min_size=2, max_size=5),
    others=st.lists(st.tuples(st.integers(0, 11), st.lists(CELLS, max_size=6)), max_size=3),
)
def test_rows_of_one_shape_say_the_same(
    tmp_path: Path, usual: list[object], others: list[tuple[int, list[object]]]
) -> None:
    """Twelve rows alike but for a few: with gaps, other types, more columns or none."""
    rows = [usual] * 12
    for at, other in others:
        rows[at] = other
    body = as_xlsx([["#", *one] for one in rows])  # the native way leaves out empty first columns
    native = cells(tmp_path, body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "LARGE", 0)
        assert same(cells(tmp_path, body)) == same(native)


def same(
    tables: list[list[tuple[int, tuple[str, ...]]]],
) -> list[list[tuple[int, tuple[str, ...]]]]:
    """Rows without the empty cells at their end, tables without any rows left out."""
    shown = [[(at, trimmed(found)) for at, found in one] for one in tables]
    return [one for one in shown if one]


BROKEN = {
    "cut": lambda body: replaced(body, SHEET, b"</worksheet>", b""),
    "tag": lambda body: replaced(body, SHEET, b'<c r="D3"', b'<c <r="D3"'),
    "string": lambda body: replaced(body, SHEET, b't="inlineStr"', b't="s"'),
    "wide": lambda body: replaced(body, SHEET, b'r="D3"', b'r="XFD3"'),
}


@pytest.mark.usefixtures("_streamed")
@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_large_book_is_refused(desk: Desk, what: str) -> None:
    with pytest.raises(FileRefused):
        desk.readings(BROKEN[what](as_xlsx(statement())))


@pytest.mark.usefixtures("_streamed")
def test_a_large_statement_is_read_like_any_other(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "made.xlsx"
    large.write_xlsx(path, large.rows((order(at), 35_000 + at) for at in range(3000)))
    rows = desk.rows(path.read_bytes())
    assert [one.amount_fen for one in rows] == [35_000 + at for at in range(3000)]
    assert (rows[0].order_number, rows[0].place) == (order(0), 2)
