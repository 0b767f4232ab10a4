"""WeChat Pay's bills, column by column, and every way in which a file is not whole."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from payments.gateways import wechat_bill
from payments.gateways.base import StatementRefund, StatementRow
from payments.gateways.bill import BillError, BillKind, statement
from payments.gateways.testing import wechat_bills

SHANGHAI = ZoneInfo("Asia/Shanghai")
MCHID = "1900000109"
Cells = dict[str, str]


def payment(**change: str) -> Cells:
    """A payment of 1,100 yuan; amounts the sums do not know are left out."""
    return {
        "交易时间": "2025-03-14 23:59:58",
        "公众账号ID": "wxd678efh567hg6787",
        "商户号": MCHID,
        "微信订单号": "4200002345202503141234567890",
        "商户订单号": "ZZJF20250314140000000001",
        "交易类型": "NATIVE",
        "交易状态": "SUCCESS",
        "货币种类": "CNY",
        "应结订单金额": "1093.40",
        "退款金额": "0.00",
        "手续费": "6.60000",
        "订单金额": "1100.00",
        "申请退款金额": "0.00",
        **change,
    }


def refund(**change: str) -> Cells:
    """The refund of 400 yuan of it."""
    own = {
        "交易状态": "REFUND",
        "应结订单金额": "0.00",
        "微信退款单号": "50000002345202503150000000001",
        "商户退款单号": "TK20250315000001",
        "退款金额": "399.00",
        "申请退款金额": "400.00",
        "手续费": "-2.40000",
    }
    return {**payment(), **own, **change}


def bill(*rows: Cells, kind: str = "ALL") -> str:
    """A whole file."""
    return wechat_bills.text(kind, list(rows))


@pytest.mark.parametrize(
    ("kind", "column"),
    [(kind, column) for kind, columns in wechat_bills.COLUMNS.items() for column in columns],
    ids=[f"{kind} {name}" for kind, names in wechat_bills.COLUMNS.items() for name in names],
)
def test_every_column_is_kept_with_its_row(kind: str, column: str) -> None:
    row = refund() if kind == "REFUND" else payment()
    value = row.get(column, f"值：{column}")
    [parsed] = wechat_bill.parse(bill({**row, column: value}, kind=kind))
    assert json.loads(parsed.raw)[column] == value
    assert list(json.loads(parsed.raw)) == wechat_bills.COLUMNS[kind]


def test_the_types_have_as_many_columns_as_their_document() -> None:
    assert {kind: len(names) for kind, names in wechat_bills.COLUMNS.items()} == {
        "ALL": 27,
        "SUCCESS": 20,
        "REFUND": 29,
    }


@pytest.mark.parametrize("kind", ["ALL", "SUCCESS"])
def test_a_payment_counts_with_what_was_ordered(kind: str) -> None:
    [row] = wechat_bill.parse(bill(payment(), kind=kind))
    assert (row.kind, row.number, row.trade_number, row.amount_fen) == (
        BillKind.PAYMENT, "ZZJF20250314140000000001", "4200002345202503141234567890", 110_000,
    )  # fmt: skip
    assert row.moved_at == datetime(2025, 3, 14, 23, 59, 58, tzinfo=SHANGHAI)
    assert (row.refund_number, row.refund_trade_number) == ("", "")


@pytest.mark.parametrize("kind", ["ALL", "REFUND"])
def test_a_refund_counts_with_what_was_asked_back(kind: str) -> None:
    [row] = wechat_bill.parse(bill(refund(), kind=kind))
    assert (row.kind, row.amount_fen, row.refund_number, row.refund_trade_number) == (
        BillKind.REFUND, 40_000, "TK20250315000001", "50000002345202503150000000001",
    )  # fmt: skip


def test_a_refund_of_a_statement_was_asked_for_and_has_not_arrived() -> None:
    paid, gone = statement(wechat_bill.parse(bill(payment(), refund())), refunds_arrived=False)
    assert (type(paid), paid.amount_fen) == (StatementRow, 110_000)
    assert isinstance(gone, StatementRefund)
    assert (gone.refund_number, gone.amount_fen, gone.has_arrived) == (
        "TK20250315000001", 40_000, False,
    )  # fmt: skip


def test_columns_may_change_their_order_and_be_joined_by_new_ones() -> None:
    text = bill(payment())
    header, line, *sums = text.removeprefix("\ufeff").split("\r\n")
    names, values = header.split(","), line.removeprefix("`").split(",`")
    turned = ",".join([*names[::-1], "新的一列"])
    cells = "".join(f"`{value}," for value in values[::-1]) + "`新值"
    [row] = wechat_bill.parse("\n".join([turned, cells, *sums]))
    assert replace(row, raw="") == replace(wechat_bill.parse(text)[0], raw="")
    assert json.loads(row.raw)["新的一列"] == "新值"


def test_old_merchants_have_the_total_only() -> None:
    text = bill(payment(应结订单金额="1100.00", 订单金额=""), kind="SUCCESS")
    old = text.replace("应结订单金额", "总金额").replace(",订单金额,", ",企业红包金额,")
    [row] = wechat_bill.parse(old)
    assert (row.amount_fen, json.loads(row.raw)["总金额"]) == (110_000, "1100.00")


@pytest.mark.parametrize(
    "change",
    [lambda t: t, lambda t: t.removeprefix("\ufeff"), lambda t: t.replace("\r\n", "\n")],
    ids=["as it comes", "no byte order mark", "LF"],
)
def test_marks_and_line_ends_do_not_matter(change: Callable[[str], str]) -> None:
    assert len(wechat_bill.parse(change(bill(payment(), refund())))) == 2


@pytest.mark.parametrize("title", ["重修, 缴费", "重修`缴费", "a\\r \\nb", '"引号"', "\u2028"])
def test_a_title_may_hold_commas_backticks_and_odd_line_ends(title: str) -> None:
    [row] = wechat_bill.parse(bill(payment(商品名称=title)))
    assert json.loads(row.raw)["商品名称"] == title.strip()


def test_a_day_without_trades_is_an_empty_bill() -> None:
    assert wechat_bill.parse(wechat_bill.EMPTY) == ()
    assert wechat_bill.parse(bill()) == ()


REFUSED = {
    "nothing": ("", "no column 交易时间"),
    "html": ("<html><body>404</body></html>", "no column 交易时间"),
    "no order number": (bill(payment()).replace("商户订单号", "订单", 1), "no column 商户订单号"),
    "no sums": (bill(payment()).partition("总交易单数")[0], "no sums"),
    "sums without values": (bill(payment()).partition("\r\n`1,`")[0], "no sums"),
    "a row less than announced": (bill(payment(), payment()).replace("`2,", "`3,"), "总交易单数"),
    "sum of refunds": (bill(refund()).replace("`400.00\r\n", "`401.00\r\n"), "申请退款总金额"),
    "sum to be settled": (bill(payment()).replace("`1,`1093.40", "`1,`1093.41"), "应结订单总金额"),
    "a value too many": (bill(payment(商品名称="a,`b")), "line 2: 28 values for 27 columns"),
    "no backtick": (bill(payment()).replace("\r\n`2025", "\r\n2025"), "line 2"),
    "number from Excel": (bill(payment(商户订单号="1.23E+18")), "line 2: 商户订单号: '1.23E"),
    "trade from Excel": (bill(payment(微信订单号="4.2E+27")), "line 2: 微信订单号"),
    "no number": (bill(payment(商户订单号="")), "line 2: 商户订单号: ''"),
    "amount": (bill(payment()).replace("`1100.00", "`1.100,00", 1), "line 2: 订单金额"),
    "parts of a fen": (bill(payment(订单金额="1.005")), "line 2: 订单金额"),
    "time": (bill(payment(交易时间="2025/3/14 9:00")), "line 2: 交易时间: '2025/3/14 9:00'"),
    "state": (bill(payment(交易状态="PAID")), "line 2: 交易状态: 'PAID'"),
    "another merchant": (bill(payment(商户号="1900000110")), "line 2: 商户号: '1900000110'"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=list(REFUSED))
def test_a_file_that_is_not_whole_is_refused_by_line_and_column(text: str, reason: str) -> None:
    with pytest.raises(BillError, match=reason):
        wechat_bill.parse(text, mchid=MCHID)
