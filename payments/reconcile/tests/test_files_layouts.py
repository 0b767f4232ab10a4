"""Whose table it is: headers, titles, synonyms, and the question when nobody knows."""

from datetime import date

import pytest
from openpyxl import Workbook

from payments.gateways import wechat_bill
from payments.reconcile.files.row import (
    Candidate,
    Field,
    FileFormat,
    FileRefused,
    RowKind,
    UnknownHeaders,
)
from payments.reconcile.tests.files_made import (
    DAY,
    HEADER,
    Desk,
    Row,
    alipay,
    alipay_cells,
    as_csv,
    as_xlsx,
    as_zip,
    entry,
    finance,
    order,
    row,
    statement,
    wechat,
    wechat_cells,
)


def table(header: Row, *cells: Row) -> bytes:
    """A file with that header."""
    return as_csv([header, *cells])


@pytest.mark.parametrize(
    "word", ["订单号", "商户订单号", "缴费单号", "订单编号", " 订 单 号 ", "*订单号", "订单号："]
)
def test_an_order_number_has_many_names(desk: Desk, word: str) -> None:
    [found] = desk.rows(table((word, "金额"), (order(1), "1.00")))
    assert found.order_number == order(1)


@pytest.mark.parametrize(
    "word",
    [
        "金额",
        "实缴金额",
        "缴费金额",
        "金额（元）",
        "金额(元)",
        "实收金额(元)",
        "交易金额",
        "金额（单位：元）",
    ],
)
def test_an_amount_has_many_names(desk: Desk, word: str) -> None:
    [found] = desk.rows(table(("订单号", word), (order(1), "1.00")))
    assert found.amount_fen == 100


@pytest.mark.parametrize("word", ["实缴金额（分）", "金额/分", "金额(分)"])
def test_an_amount_in_fen_is_one(desk: Desk, word: str) -> None:
    [whole, broken] = desk.only(table(("订单号", word), (order(1), "35000"), (order(2), "350.00")))[
        1
    ]
    assert (whole.amount_fen, broken.amount_fen) == (35_000, None)


def test_what_came_in_counts_and_not_what_was_due(desk: Desk) -> None:
    header = ("订单号", "应缴金额", "金额", "实缴金额")
    [found] = desk.rows(table(header, (order(1), "9.00", "8.00", "7.00")))
    assert found.amount_fen == 700


def test_columns_may_change_their_order_and_be_joined_by_others(desk: Desk) -> None:
    turned = [[*reversed(one), "备注"] for one in statement(row(1))]
    [found] = desk.rows(as_csv(turned))
    assert (found.order_number, found.amount_fen, found.payer_name) == (order(1), 35_000, "张三")


def test_titles_stand_above_the_header(desk: Desk) -> None:
    def merge(book: Workbook) -> None:
        book.worksheets[0].merge_cells("A1:H1")

    rows: list[Row] = [["重修费缴费明细"], ["日期：2025-11-01 至 2025-11-03"], [], *statement()]
    found, rows_read = desk.only(as_xlsx(rows, arrange=merge))
    assert (found.header_place, found.period) == (4, (date(2025, 11, 1), DAY))
    assert [one.place for one in rows_read] == [5, 6, 7]


def test_a_header_may_take_two_rows(desk: Desk) -> None:
    """金额 over 应缴 and 实缴: the first of the two is not what came in."""
    rows: list[Row] = [
        ["订单号", "姓名", "金额", ""],
        ["", "", "应缴金额", "实缴金额"],
        [order(1), "张三", "900.00", "350.00"],
    ]
    found, [one] = desk.only(as_xlsx(rows))
    assert (one.amount_fen, found.header_place) == (35_000, 2)
    assert found.headers == ("订单号", "姓名", "应缴金额", "实缴金额")


def test_headers_are_told_apart_when_they_repeat(desk: Desk) -> None:
    found, _ = desk.only(
        table(("订单号", "金额", "备注", "备注", ""), (order(1), "1.00", "", "", ""))
    )
    assert found.headers == ("订单号", "金额", "备注", "备注 (2)", "第 5 列")
    assert found.columns == {Field.ORDER_NUMBER: "订单号", Field.AMOUNT: "金额"}


def test_two_columns_with_the_same_claim_are_asked_about(desk: Desk) -> None:
    with pytest.raises(UnknownHeaders):
        desk.only(table(("订单号", "金额", "金额"), (order(1), "1.00", "2.00")))


def test_the_header_repeated_on_every_page_is_no_row(desk: Desk) -> None:
    assert len(desk.rows(as_csv([*statement(), HEADER, row(4)]))) == 4


def test_blank_rows_and_notes_are_no_rows(desk: Desk) -> None:
    notes: list[Row] = [[""] * 8, ["制表人：王老师", *[""] * 7], ["", "", "", "复核：", *[""] * 4]]
    assert len(desk.rows(as_csv([*statement(), *notes]))) == 3


# The finance platform


def test_the_platforms_daily_file(desk: Desk) -> None:
    found, rows = desk.clean(finance(entry(1), entry(2, is_refund=True, refund_number="TK2")))
    assert (found.format, found.channel) == (FileFormat.FINANCE, "finance")
    assert [(one.kind, one.amount_fen, one.refund_number) for one in rows] == [
        (RowKind.PAYMENT, 35_000, ""),
        (RowKind.REFUND, 35_000, "TK2"),
    ]
    assert [(one.stated, one.agrees) for one in found.summary.stated] == [(2, True), (0, True)]


def test_a_day_without_payments_is_a_file_without_rows(desk: Desk) -> None:
    found, rows = desk.only(finance())
    assert (rows, found.summary.rows, found.summary.agrees) == ([], 0, True)


# WeChat Pay


@pytest.mark.parametrize("kind", ["ALL", "SUCCESS"])
def test_a_bill_of_wechat(desk: Desk, kind: str) -> None:
    found, rows = desk.clean(wechat(kind))
    assert (found.format, found.channel) == (FileFormat.WECHAT, "wechat")
    assert [(one.order_number, one.amount_fen, one.title) for one in rows] == [
        (order(1), 35_000, "重修缴费, 2 门"),
        (order(2), 35_000, "重修缴费, 2 门"),
    ]
    assert rows[0].trade_number == "4200001234202511031234500001"
    assert found.summary.agrees is True


@pytest.mark.parametrize("kind", ["ALL", "REFUND"])
def test_a_refund_of_wechat_is_what_was_asked_back(desk: Desk, kind: str) -> None:
    found, [one] = desk.clean(wechat(kind, wechat_cells(1, back=True)))
    assert (one.kind, one.amount_fen) == (RowKind.REFUND, 10_000)
    assert (one.refund_number, one.refund_trade_number) == ("TK1", "50300001")
    assert found.summary.agrees is True


def test_a_bill_of_wechat_saved_again_by_excel(desk: Desk) -> None:
    lines = wechat().decode("utf-8-sig").split("\r\n")[:-1]
    cells = [line.removeprefix("`").split(",`" if line[0] == "`" else ",") for line in lines]
    body = as_xlsx(
        [[f"`{cell}" for cell in one] if at % 3 else one for at, one in enumerate(cells)]
    )
    found, rows = desk.only(body)
    assert (found.format, len(rows), found.summary.agrees) == (FileFormat.WECHAT, 2, True)


def test_the_bill_of_a_day_without_trades(desk: Desk) -> None:
    found, rows = desk.only(wechat_bill.EMPTY.encode())
    assert (found.format, rows) == (FileFormat.WECHAT, [])


def test_a_state_nobody_knows_is_no_payment(desk: Desk) -> None:
    [fault] = desk.faults(wechat("ALL", wechat_cells(1) | {"交易状态": "USERPAYING"}))
    assert (fault.column, fault.value) == ("交易状态", "USERPAYING")


# Alipay


def test_a_bill_of_alipay_in_its_zip(desk: Desk) -> None:
    found, rows = desk.clean(alipay())
    assert (found.format, found.channel, found.period) == (FileFormat.ALIPAY, "alipay", (DAY, DAY))
    assert found.member == "2088_20251103_业务明细.csv"
    assert [(one.kind, one.order_number, one.amount_fen) for one in rows] == [
        (RowKind.PAYMENT, order(1), 35_000),
        (RowKind.PAYMENT, order(2), 35_000),
        (RowKind.REFUND, order(1), 10_000),
    ]
    assert rows[2].refund_number == "TK1"
    assert [one.agrees for one in found.summary.stated] == [True] * 4


def test_a_refund_of_alipay_may_come_without_its_sign(desk: Desk) -> None:
    plain = alipay_cells(1, back=True) | {"订单金额（元）": "100.00", "商家实收（元）": "100.00"}
    found, [one] = desk.clean(alipay(plain))
    assert (one.kind, one.amount_fen, found.summary.agrees) == (RowKind.REFUND, 10_000, True)


# What is not for reconciling


@pytest.mark.parametrize(
    "header",
    [
        "记账时间,微信支付业务单号,资金流水单号,业务名称,收支类型,收支金额（元）",
        "账务流水号,业务流水号,商户订单号,商品名称,发生时间,收入金额（+元）,金额",
    ],
)
def test_another_bill_of_a_channel_is_refused(desk: Desk, header: str) -> None:
    with pytest.raises(FileRefused) as told:
        desk.only(f"{header}\r\n1,2,3,4,5,6\r\n".encode())
    assert told.value.code == "wrong_bill"


def test_amounts_in_another_unit_are_refused(desk: Desk) -> None:
    for word in ("金额（万元）", "实缴金额(美元)"):
        mapped = {"单号": Field.ORDER_NUMBER, word: Field.AMOUNT}
        desk.mappings = {asked(desk, ("单号", word)).fingerprint: mapped}
        with pytest.raises(FileRefused) as told:
            desk.only(table(("单号", word), (order(1), "1")))
        assert told.value.code == "unit"


# Headers nobody knows

STRANGE = ("流水", "单号", "学生", "钱")


def asked(desk: Desk, header: Row) -> Candidate:
    """What the mapping page is given."""
    with pytest.raises(UnknownHeaders) as told:
        desk.only(table(header, ("1", order(1), "张三", "350.00")[: len(header)]))
    return told.value.candidates[0]


def test_an_unknown_header_comes_with_samples(desk: Desk) -> None:
    one = asked(desk, STRANGE)
    assert (one.headers, one.place) == (STRANGE, 1)
    assert one.samples == (("1", order(1), "张三", "350.00"),)


def test_what_was_recognised_is_suggested(desk: Desk) -> None:
    assert asked(desk, ("订单号", "收的钱")).guesses == {"订单号": Field.ORDER_NUMBER}


def test_the_answer_is_remembered_by_the_header(desk: Desk) -> None:
    answer = {"单号": Field.ORDER_NUMBER, "钱": Field.AMOUNT, "学生": Field.PAYER_NAME}
    desk.mappings = {asked(desk, STRANGE).fingerprint: answer}
    found, [one] = desk.clean(table(STRANGE, ("9", order(9), "李四", "1.50")))
    assert (found.format, one.order_number, one.amount_fen) == (FileFormat.MAPPED, order(9), 150)
    assert one.payer_name == "李四"
    with pytest.raises(UnknownHeaders):
        desk.only(table((*STRANGE, "备注"), ("9", order(9), "李四", "1.50", "")))


def test_an_answer_without_an_amount_is_none(desk: Desk) -> None:
    desk.mappings = {asked(desk, STRANGE).fingerprint: {"单号": Field.ORDER_NUMBER}}
    with pytest.raises(UnknownHeaders):
        desk.only(table(STRANGE, ("9", order(9), "李四", "1.50")))


def test_one_unknown_file_of_a_zip_refuses_the_zip(desk: Desk) -> None:
    body = as_zip(
        {"a.csv": as_csv(statement()), "b.csv": table(STRANGE, ("1", order(1), "a", "2"))}
    )
    with pytest.raises(UnknownHeaders) as told:
        desk.readings(body)
    assert told.value.candidates[0].member == "b.csv"


def test_a_text_without_columns_is_no_table(desk: Desk) -> None:
    with pytest.raises(FileRefused) as told:
        desk.only("王老师：\r\n附件请查收。\r\n".encode())
    assert told.value.code == "no_table"
