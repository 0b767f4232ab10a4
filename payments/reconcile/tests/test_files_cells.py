"""What is wrong with a row: the cell, the reason and what to do. Nothing is guessed."""

import pytest

from payments.reconcile.files.row import FileRow, RowKind
from payments.reconcile.tests.files_made import (
    HEADER,
    Desk,
    as_csv,
    as_xlsx,
    order,
    row,
    statement,
)


def test_a_fault_names_row_column_value_reason_and_remedy(desk: Desk) -> None:
    fault = desk.fault(row(1), row(2, 实缴金额="3OO.00"))
    assert (fault.place, fault.column, fault.value) == (3, "实缴金额", "3OO.00")
    assert fault.why == "含字母 O，不是数字。"
    assert fault.remedy == "对照原始流水把字母改成数字。"
    assert (fault.order_number, fault.amount_fen) == (order(2), None)
    assert fault.raw[3] == "张三"


def test_a_fault_names_everything_that_is_wrong(desk: Desk) -> None:
    fault = desk.fault(row(1, 缴费单号="", 实缴金额="-1", 缴费时间="2025-02-30"))
    assert [one.code for one in fault.problems] == ["no_number", "negative", "no_such_day"]


def test_rows_around_a_faulty_one_are_read(desk: Desk) -> None:
    found, rows = desk.only(as_csv(statement(row(1), row(2, 实缴金额="x"), row(3))))
    assert [isinstance(one, FileRow) for one in rows] == [True, False, True]
    assert (found.summary.payments, found.summary.faults) == (2, 1)


MANGLED = {
    "1.23E+18": "scientific",
    "2.02511031200000E+19": "scientific",
    "4.2E+27": "scientific",
    "1e+18": "scientific",
    "202511031200000000": "zeroed",
    "20251103120000100000000000": "zeroed",
    "ZZJF 2025": "characters",
    "订单一": "characters",
    "ZZJF2025110³": "characters",
    "ZZJF2025110٣": "characters",
    "": "no_number",
}


@pytest.mark.parametrize("value", MANGLED)
def test_an_order_number_that_lost_something_is_refused(desk: Desk, value: str) -> None:
    fault = desk.fault(row(1, 缴费单号=value))
    assert (fault.column, fault.problems[0].code) == ("缴费单号", MANGLED[value])
    assert fault.amount_fen == 35_000


@pytest.mark.parametrize("value", [2.0251103120000123e19, 1e15, 123456789012345678.0])
def test_a_number_cell_longer_than_excel_keeps_is_refused(desk: Desk, value: float) -> None:
    [fault] = desk.faults(as_xlsx(statement(row(1, 缴费单号=value))))
    assert fault.problems[0].code == "scientific"


def test_zeros_lost_from_the_beginning_show_by_our_prefix(desk: Desk) -> None:
    desk.order_prefix = "0088"
    short, whole = row(1, 缴费单号="8820251103120000"), row(2, 缴费单号="008820251103120000")
    fault = desk.fault(short, whole)
    assert (fault.place, fault.problems[0].code) == (2, "leading_zeros")


@pytest.mark.parametrize(
    ("told", "number"),
    [
        (f"'{order(1)}", order(1)),
        (f'="{order(1)}"', order(1)),
        (f"  {order(1)} ", order(1)),
        ("ＺＺＪＦ２０２５", "ZZJF2025"),
        ("123456789012345", "123456789012345"),
    ],
)
def test_a_number_that_kept_everything_is_read(desk: Desk, told: str, number: str) -> None:
    assert desk.rows(as_csv(statement(row(1, 缴费单号=told))))[0].order_number == number


def test_a_mangled_trade_number_refuses_the_row_too(desk: Desk) -> None:
    rows = [("订单号", "金额", "渠道交易号"), (order(1), "1.00", "4.2E+27")]
    [fault] = desk.faults(as_csv(rows))
    assert (fault.column, fault.value, fault.order_number) == ("渠道交易号", "4.2E+27", order(1))


def test_a_student_number_is_taken_as_it_stands(desk: Desk) -> None:
    """Rows settle by order number; what disagrees about the payer is somebody else's warning."""
    [found] = desk.rows(as_csv(statement(row(1, 学号="2.02E+09", 姓名=""))))
    assert (found.payer_number, found.payer_name) == ("2.02E+09", "")


AMOUNTS = {
    "100.005": "decimals",
    "100.000": "decimals",
    "NaN": "nan",
    "inf": "nan",
    "一百": "not_a_number",
    "35².00": "not_a_number",
    "٣٥٠": "not_a_number",
    "3OO.00": "letter",
    "1l0": "letter",
    "-350.00": "negative",
    "−350.00": "negative",
    "(350.00)": "negative",
    "￥-350.00": "negative",
    "0": "zero",
    "0.00": "zero",
    "": "no_amount",
    "1.5E+3": "exponent",
    "1.100,00": "not_a_number",
    "1,10": "not_a_number",
    "100 200": "not_a_number",
    "#N/A": "formula",
    "99999999.00": "too_much",
    "1e9": "exponent",
}


@pytest.mark.parametrize("value", AMOUNTS)
def test_an_amount_that_is_not_certain_is_refused(desk: Desk, value: str) -> None:
    fault = desk.fault(row(1, 实缴金额=value))
    assert (fault.column, fault.problems[0].code) == ("实缴金额", AMOUNTS[value])
    assert fault.amount_fen is None


@pytest.mark.parametrize(
    ("told", "fen"),
    [
        ("1,100.00", 110_000), ("１，１００．５０", 110_050), ("¥350", 35_000), ("007.00", 700),
        ("350元", 35_000), ("0.01", 1), ("19.99", 1999), (" 350.00 ", 35_000), ("￥ 350.5", 35_050),
    ],
)  # fmt: skip
def test_an_amount_written_by_people_is_read(desk: Desk, told: str, fen: int) -> None:
    assert desk.rows(as_csv(statement(row(1, 实缴金额=told))))[0].amount_fen == fen


@pytest.mark.parametrize(
    ("cell", "fen"),
    [(350.0, 35_000), (19.99, 1999), (1.15, 115), (0.1 + 0.2, 30), (1_234_567.89, 123_456_789)],
)
def test_a_number_cell_counts_as_excel_shows_it(desk: Desk, cell: float, fen: int) -> None:
    assert desk.rows(as_xlsx(statement(row(1, 实缴金额=cell))))[0].amount_fen == fen


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (100.005, "decimals"), (-1.0, "negative"), (0.0, "zero"), (1e16, "exponent"),
        (True, "not_a_number"),
    ],
)  # fmt: skip
def test_a_number_cell_that_is_no_amount_is_refused(desk: Desk, cell: float, code: str) -> None:
    [fault] = desk.faults(as_xlsx(statement(row(1, 实缴金额=cell))))
    assert fault.problems[0].code == code


TIMES = {
    "2025-11-21": "future",
    "2025-11-21 00:00:00": "future",
    "2099-01-01": "future",
    "1900-01-01": "too_early",
    "2025-02-30 14:20": "no_such_day",
    "2025-11-03 25:00:00": "no_such_day",
    "45964.5": "no_time",
    "11/03/2025": "no_time",
    "25-11-03": "no_time",
    "昨天": "no_time",
    "12:00:00": "no_time",
    "2025-11-٠3": "no_time",
}


@pytest.mark.parametrize("value", TIMES)
def test_a_time_that_is_not_certain_is_refused(desk: Desk, value: str) -> None:
    fault = desk.fault(row(1, 缴费时间=value))
    assert (fault.column, fault.problems[0].code) == ("缴费时间", TIMES[value])


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ("2025-11-20 23:59:59", "2025-11-20T23:59:59+08:00"),
        ("2025/11/3 9:05", "2025-11-03T09:05:00+08:00"),
        ("2025.11.3", "2025-11-03T00:00:00+08:00"),
        ("2025年11月3日 9时5分", "2025-11-03T09:05:00+08:00"),
        ("20251103", "2025-11-03T00:00:00+08:00"),
        ("20251103090507", "2025-11-03T09:05:07+08:00"),
        ("2025-11-03T09:05:07+08:00", "2025-11-03T09:05:07+08:00"),
        ("2025-11-03T01:05:07Z", "2025-11-03T09:05:07+08:00"),
        ("2025-11-03 09:05:06.999600", "2025-11-03T09:05:07+08:00"),
    ],
)
def test_a_time_written_by_people_is_read(desk: Desk, told: str, moment: str) -> None:
    [found] = desk.rows(as_csv(statement(row(1, 缴费时间=told))))
    assert found.moved_at is not None
    assert found.moved_at.isoformat() == moment


@pytest.mark.parametrize("day", ["2025-11-03", "2025/11/3", "20251103"])
def test_day_and_time_may_stand_in_two_columns(desk: Desk, day: str) -> None:
    header = ("订单号", "金额", "交易日期", "交易时间")
    body = as_csv([header, (order(1), "1.00", day, "09:05:07"), (order(2), "1.00", "", "9:05")])
    first, second = desk.only(body)[1]
    assert isinstance(first, FileRow)
    assert str(first.moved_at) == "2025-11-03 09:05:07+08:00"
    assert second.place == 3
    assert not isinstance(second, FileRow)


def test_a_row_may_lack_its_time(desk: Desk) -> None:
    assert desk.rows(as_csv(statement(row(1, 缴费时间=""))))[0].moved_at is None


def test_another_fee_item_is_refused(desk: Desk) -> None:
    desk.fee_items = ("重修",)
    fault = desk.fault(row(1), row(2, 缴费项目="学费"), row(3, 缴费项目=""))
    assert (fault.column, fault.value) == ("缴费项目", "学费")
    assert fault.why == "缴费项目是“学费”，不属于重修。"


def test_fee_items_are_not_checked_unless_asked(desk: Desk) -> None:
    assert len(desk.rows(as_csv(statement(row(1, 缴费项目="学费"))))) == 1


KINDS_TOLD = {
    "缴费": RowKind.PAYMENT,
    "支付成功": RowKind.PAYMENT,
    "success": RowKind.PAYMENT,
    "": RowKind.PAYMENT,
    "退款": RowKind.REFUND,
    "已退费": RowKind.REFUND,
    "失败": None,
    "待支付": None,
    "已关闭": None,
    "撤销": None,
}


@pytest.mark.parametrize("word", KINDS_TOLD)
def test_a_state_says_whether_money_came_or_went(desk: Desk, word: str) -> None:
    body = as_csv([("订单号", "金额", "状态"), (order(1), "350.00", word)])
    [found] = desk.only(body)[1]
    assert (found.kind if isinstance(found, FileRow) else None) == KINDS_TOLD[word]


def test_a_refund_that_says_so_may_have_its_minus(desk: Desk) -> None:
    body = as_csv([("订单号", "金额", "交易类型"), (order(1), "-350.00", "退费")])
    [found] = desk.rows(body)
    assert (found.kind, found.amount_fen) == (RowKind.REFUND, 35_000)


def test_a_row_that_came_and_went_is_asked_about(desk: Desk) -> None:
    header = ("订单号", "金额", "退款金额")
    body = as_csv([header, (order(1), "350.00", "100.00"), (order(2), "350.00", "0.00")])
    assert [one.problems[0].code for one in desk.faults(body)] == ["both_ways"]


@pytest.mark.parametrize("cut", [row(2)[:-1], [*row(2), "多"]], ids=["fewer", "more"])
def test_a_row_with_moved_columns_is_refused(desk: Desk, cut: list[str | float]) -> None:
    fault = desk.fault(row(1), cut)
    assert (fault.place, fault.problems[0].code) == (3, "columns")


def test_separators_behind_the_last_column_move_nothing(desk: Desk) -> None:
    assert len(desk.rows(as_csv(statement([*row(1), "", ""])))) == 1


def test_merged_numbers_are_asked_about(desk: Desk) -> None:
    """One number over two courses: the second row states no order, and none is filled in."""
    body = as_xlsx([HEADER, row(1), row(2, 缴费单号="")])
    [fault] = desk.faults(body)
    assert "合并单元格" in fault.remedy
