"""Every kind of file finance sends, recognised by its content."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import pytest
from openpyxl import Workbook

from payments.reconcile.files import heads
from payments.reconcile.files.reading import Reading
from payments.reconcile.files.row import FileFormat
from payments.reconcile.files.rules import Rules
from payments.reconcile.files.tables import Block, Table
from payments.reconcile.tests import binary_excel, old_excel
from payments.reconcile.tests.files_made import (
    HEADER,
    KINDS,
    SHANGHAI,
    TODAY,
    Desk,
    Row,
    as_csv,
    as_html,
    as_text,
    as_xlsx,
    as_zip,
    order,
    row,
    statement,
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_statement_is_the_same_in_every_kind_of_file(desk: Desk, kind: str) -> None:
    table, rows = desk.clean(KINDS[kind](statement()))
    assert (table.format, table.channel) == (FileFormat.COLLEGE, None)
    assert [one[1:5] for one in rows] == [
        ("payment", order(at), 35_000, datetime(2025, 11, 3, 12, tzinfo=SHANGHAI))
        for at in (1, 2, 3)
    ]  # fmt: skip
    assert [one.place for one in rows] == [2, 3, 4]
    assert table.summary.payments_fen == 105_000


@pytest.mark.parametrize("name", ["a.xls", "a.csv", "a.pdf", "流水", "a"])
def test_a_name_means_nothing(desk: Desk, name: str) -> None:
    for body in (as_xlsx(statement()), as_csv(statement())):
        [(_, rows)] = desk.readings(body, name)
        assert len(rows) == 3


def test_a_row_holds_everything_a_clerk_compares(desk: Desk) -> None:
    [found] = desk.rows(as_csv(statement(row(7))))
    assert (found.payer_name, found.payer_number, found.title) == (
        "张三",
        "2022000007",
        "重修缴费 2 门",
    )
    assert found.raw == tuple(map(str, row(7)))


@pytest.mark.parametrize("kind", ["xlsx", "xls", "xlsb"])
def test_numbers_of_a_sheet_are_read_as_a_person_sees_them(desk: Desk, kind: str) -> None:
    [found] = desk.rows(KINDS[kind](statement(row(1, 实缴金额=1100.5, 学号=2022000001.0))))
    assert (found.amount_fen, found.payer_number) == (110_050, "2022000001")
    assert found.raw[5] == "1100.5"


def test_days_and_times_of_a_sheet_are_read(desk: Desk) -> None:
    cells: list[list[object]] = [
        ["订单号", "金额", "缴费时间"],
        [order(1), 350, datetime(2025, 11, 3, 9, 5, 59)],  # noqa: DTZ001 -- a cell has no zone
        [order(2), 350, DAY_CELL],
    ]
    first, second = desk.rows(as_xlsx(cells))
    assert first.moved_at == datetime(2025, 11, 3, 9, 5, 59, tzinfo=SHANGHAI)
    assert second.moved_at == datetime(2025, 11, 3, tzinfo=SHANGHAI)


DAY_CELL = datetime(2025, 11, 3)  # noqa: DTZ001


def test_a_day_without_a_time_says_so(desk: Desk) -> None:
    [timed, daily] = desk.rows(as_csv(statement(row(1), row(2, 缴费时间="2025/11/3"))))
    assert (timed.moved_on_day, daily.moved_on_day) == (False, True)


def test_hidden_sheets_and_sheets_of_notes_are_left_out(desk: Desk) -> None:
    def hide(book: Workbook) -> None:
        book.worksheets[2].sheet_state = "hidden"

    notes = [["说明", ""], ["本表由财务处导出", ""]]
    body = as_xlsx(notes, statement(), statement(row(9)), arrange=hide)
    [(table, rows)] = desk.readings(body)
    assert (table.sheet, len(rows)) == ("Sheet1", 3)


WRITERS: dict[str, Callable[[Sequence[Row], Sequence[Row]], bytes]] = {
    "xlsx": as_xlsx,
    "xls": lambda one, two: old_excel.workbook({"一": one, "二": two}),
    "xlsb": lambda one, two: binary_excel.workbook({"一": one, "二": two}),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_every_sheet_with_a_known_header_is_read(desk: Desk, kind: str) -> None:
    found = desk.readings(WRITERS[kind](statement(row(1)), statement(row(2))))
    assert [[one.order_number for one in rows] for _, rows in found] == [[order(1)], [order(2)]]


def test_a_zip_gives_one_table_for_each_file_with_names_in_gbk(desk: Desk) -> None:
    body = as_zip({
        "十一月/微信.csv": as_csv(statement(row(1))),
        "十一月/支付宝.csv": as_text(statement(row(2), row(3)), "gb18030"),
        "__MACOSX/._微信.csv": b"\0\5\x16\7",
    })  # fmt: skip
    found = desk.readings(body)
    assert [(table.member, len(rows)) for table, rows in found] == [
        ("十一月/微信.csv", 1),
        ("十一月/支付宝.csv", 2),
    ]


@pytest.mark.parametrize("made", [as_html, as_csv])
def test_a_zip_leaves_out_no_table_that_calls_itself_a_workbook(
    desk: Desk, made: Callable[[Sequence[Row]], bytes]
) -> None:
    """A page or a text under the name of a workbook, as many platforms export them."""
    body = as_zip({"a.csv": as_csv(statement()), "b.xls": made(statement(row(7)))})
    first, second = desk.readings(body)
    assert (first[0].member, second[0].member) == ("a.csv", "b.xls")
    assert len(second[1]) == 1


def test_a_zip_of_workbooks_and_texts_gives_every_sheet_of_each(desk: Desk) -> None:
    notes: list[list[str | float]] = [["说明"], ["请核对"]]
    body = as_zip({
        "一.xlsx": as_xlsx(statement(row(1)), statement(row(2))),
        "二.csv": as_csv(statement(row(3))),
        "三.xls": KINDS["xls"](statement(row(4))),
        "四.xlsb": KINDS["xlsb"](statement(row(5))),
        "五.xlsx": as_xlsx(notes, statement(row(6))),
        "说明.docx": b"PK\x03\x04",
    })  # fmt: skip
    found = desk.readings(body)
    assert [(table.member, [one.order_number for one in rows]) for table, rows in found] == [
        ("一.xlsx", [order(1)]),
        ("一.xlsx", [order(2)]),
        ("二.csv", [order(3)]),
        ("三.xls", [order(4)]),
        ("四.xlsb", [order(5)]),
        ("五.xlsx", [order(6)]),
    ]


@pytest.mark.parametrize("kind", ["xls", "xlsb"])
def test_a_nul_in_a_cell_of_an_old_workbook_is_left_out(desk: Desk, kind: str) -> None:
    """PostgreSQL takes none."""
    [found] = desk.rows(KINDS[kind](statement(row(1, 姓名="张\0三"))))
    assert (found.payer_name, found.raw[3]) == ("张三", "张三")


def test_quoted_cells_may_hold_separators_and_line_ends(desk: Desk) -> None:
    rows = desk.rows(as_csv(statement(row(1, 姓名='王"小",明'), row(2, 姓名="甲\n乙"), row(3))))
    assert [one.payer_name for one in rows] == ['王"小",明', "甲\n乙", "张三"]
    assert [one.place for one in rows] == [2, 3, 5]


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
def test_lines_may_end_as_they_like(desk: Desk, ends: str) -> None:
    text = as_csv(statement()).decode().replace("\r\n", ends)
    assert len(desk.rows(text.encode())) == 3


def test_merged_cells_of_an_html_table_keep_their_columns(desk: Desk) -> None:
    page = as_html(statement()).decode("gb18030")
    title = '<tr><td colspan="8">二〇二五年十一月缴费明细</td></tr>'
    spanned = page.replace("<table border=1>", f"<table border=1>{title}").replace(
        "<td x:str>张三</td>", '<td rowspan="3">张三</td>', 1
    )
    spanned = spanned.replace("<td x:str>张三</td>", "")
    rows = desk.rows(spanned.encode("gb18030"))
    assert [(one.place, one.amount_fen, one.payer_name) for one in rows] == [
        (3, 35_000, "张三"), (4, 35_000, ""), (5, 35_000, ""),
    ]  # fmt: skip


def test_rows_come_before_the_file_is_read_to_its_end() -> None:
    asked = []

    def blocks() -> Iterator[Block]:
        for at in range(3):
            asked.append(at)
            yield Block([at + 2], [list(row(at))])

    table = Table(blocks())
    head = heads.find(Block([1], [list(HEADER)]), {})
    assert head is not None
    reading = Reading(table, Block([1], [list(HEADER)]), head, Rules(TODAY))
    assert next(iter(reading)).order_number == order(0)
    assert asked == [0]
    with pytest.raises(RuntimeError):
        _ = reading.summary
