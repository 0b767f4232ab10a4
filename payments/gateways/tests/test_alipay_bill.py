"""Alipay's 业务明细, column by column, and every way in which a file is not whole."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from payments.gateways import alipay_bill
from payments.gateways.base import StatementRefund, StatementRow
from payments.gateways.bill import BillError, BillKind, statement
from payments.gateways.testing import alipay_bills

SHANGHAI = ZoneInfo("Asia/Shanghai")
SELLER, ACCOUNT, DAY = "2088101117955611", "20881011179556110156", date(2025, 3, 14)
Cells = dict[str, str]


def payment(**change: str) -> Cells:
    """A payment of 1,100 yuan."""
    return {
        "支付宝交易号": "2025031422001450281436194501\t",
        "商户订单号": "ZZJF20250314140000000001\t",
        "业务类型": "交易",
        "完成时间": "2025-03-14 23:59:58",
        "订单金额（元）": "1100.00",
        "商家实收（元）": "1100.00",
        **change,
    }


def refund(sign: str = "-", **change: str) -> Cells:
    """The refund of 400 yuan of it; samples disagree about the sign."""
    return payment(
        **{
            "业务类型": "退款",
            "订单金额（元）": f"{sign}400.00",
            "商家实收（元）": f"{sign}400.00",
            "退款批次号/请求号": "TK20250315000001\t",
            **change,
        }
    )


def bill(*rows: Cells) -> str:
    """A whole detail file."""
    return alipay_bills.text(list(rows), DAY, ACCOUNT)


@pytest.mark.parametrize("column", alipay_bills.COLUMNS)
def test_every_column_is_kept_with_its_row(column: str) -> None:
    value = payment().get(column, f"值{column}").strip()
    [row] = alipay_bill.parse(bill({**payment(), column: value}))
    half_width = column.replace("（", "(").replace("）", ")")
    assert json.loads(row.raw)[half_width] == value
    assert len(json.loads(row.raw)) == len(alipay_bills.COLUMNS) == 25


def test_a_payment_counts_with_what_was_ordered() -> None:
    [row] = alipay_bill.parse(bill(payment(**{"商家实收（元）": "1090.00"})), seller_id=SELLER)
    assert (row.kind, row.number, row.trade_number, row.amount_fen) == (
        BillKind.PAYMENT, "ZZJF20250314140000000001", "2025031422001450281436194501", 110_000,
    )  # fmt: skip
    assert row.moved_at == datetime(2025, 3, 14, 23, 59, 58, tzinfo=SHANGHAI)


@pytest.mark.parametrize("sign", ["-", ""], ids=["negative", "positive"])
def test_a_refund_is_known_by_its_kind_not_by_its_sign(sign: str) -> None:
    rows = alipay_bill.parse(bill(payment(), refund(sign)))
    assert (rows[1].kind, rows[1].amount_fen, rows[1].refund_number) == (
        BillKind.REFUND, 40_000, "TK20250315000001",
    )  # fmt: skip
    paid, gone = statement(rows, refunds_arrived=True)
    assert (type(paid), type(gone)) == (StatementRow, StatementRefund)
    assert (paid.amount_fen, gone.amount_fen) == (110_000, 40_000)


VARIANTS: dict[str, Callable[[str], str]] = {
    "as it comes": lambda text: text,
    "LF": lambda text: text.replace("\r\n", "\n"),
    "byte order mark": lambda text: "\ufeff" + text,
    "half-width brackets": lambda text: text.replace("（", "(").replace("）", ")"),
    "half-width colons": lambda text: text.replace("：", ":"),
    "no tabs": lambda text: text.replace("\t", ""),
    "a column more": lambda text: text.replace(",备注\r\n", ",备注,新列\r\n").replace(
        ",,,\r\n#", ",,,,\r\n#"
    ),
}


@pytest.mark.parametrize("change", VARIANTS.values(), ids=list(VARIANTS))
def test_the_same_rows_in_other_clothes(change: Callable[[str], str]) -> None:
    [row] = alipay_bill.parse(change(bill(payment())), seller_id=SELLER)
    assert (row.number, row.amount_fen) == ("ZZJF20250314140000000001", 110_000)


def test_thousands_and_quotes() -> None:
    quoted = payment(**{"订单金额（元）": '"1,100.00"', "商品名称": '"重修, 缴费"'})
    text = bill(payment()).replace("1100.00,1100.00", '"1,100.00",1100.00')
    [row] = alipay_bill.parse(text.replace(",交易,,", f",交易,{quoted['商品名称']},"))
    assert (row.amount_fen, json.loads(row.raw)["商品名称"]) == (110_000, "重修, 缴费")


def test_an_empty_day_has_a_header_and_no_rows() -> None:
    assert alipay_bill.parse(bill(), seller_id=SELLER) == ()


REFUSED = {
    "nothing": ("", "account"),
    "html": ("<html>", "account"),
    "cut": (bill(payment()).rpartition("#----")[0], "业务明细列表结束"),
    "another account": (bill(payment()).replace(ACCOUNT, "20880000000000000156"), "account"),
    "no account": (bill(payment()).replace("#账号", "#帐户"), "account"),
    "no order number": (bill(payment()).replace("商户订单号", "订单"), "no column 商户订单号"),
    "no amount": (bill(payment()).replace("订单金额（元）", "金额"), r"no column 订单金额\(元\)"),
    "a row less than announced": (bill(payment()).replace("合计：1笔", "合计：2笔"), "announced"),
    "sum": (bill(payment()).replace("实收共1100.00", "实收共1100.01"), "sum of 交易"),
    "sum of refunds": (bill(refund()).replace("退款共-400.00", "退款共-400.01"), "sum of 退款"),
    "no sum": (bill(payment()).replace("#交易合计", "#合计"), "no sum of 交易"),
    "number from Excel": (bill(payment(商户订单号="1.23E+18")), "line 6: 商户订单号: '1.23E"),
    "kind": (bill(payment(业务类型="转账")), "line 6: 业务类型: '转账'"),
    "time": (bill(payment(完成时间="2025-03-14")), "line 6: 完成时间"),
    "parts of a fen": (bill(payment(**{"订单金额（元）": "1.005"})), r"line 6: 订单金额\(元\)"),
    "a value too many": (bill(payment(商品名称="a,b")), "line 6: 26 values for 25 columns"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=list(REFUSED))
def test_a_file_that_is_not_whole_is_refused_by_line_and_column(text: str, reason: str) -> None:
    with pytest.raises(BillError, match=reason):
        alipay_bill.parse(text, seller_id=SELLER)


# the zip


def test_names_in_gbk_and_the_file_of_sums_are_understood() -> None:
    packed = alipay_bills.pack(bill(payment()), DAY, ACCOUNT)
    with zipfile.ZipFile(io.BytesIO(packed)) as plain:
        assert "业务明细" not in "".join(plain.namelist())  # mojibake, read as cp437
    assert alipay_bill.unpack(packed) == bill(payment())


def zipped(**members: bytes) -> bytes:
    """A zip with these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in members.items():
            packed.writestr(f"{name}.csv", content)
    return out.getvalue()


NO_ZIPS = {
    "nothing": (b"", "not a zip"),
    "html": (b"<html>", "not a zip"),
    "cut": (alipay_bills.pack(bill(payment()), DAY, ACCOUNT)[:-30], "not a zip"),
    "empty": (zipped(), "0 detail files"),
    "sums only": (zipped(汇总=b""), "0 detail files"),
    "two details": (zipped(a=b"", b=b""), "2 detail files"),
    "not GBK": (zipped(a=b"\xff\xff"), "not GBK"),
}


@pytest.mark.parametrize(("body", "reason"), NO_ZIPS.values(), ids=list(NO_ZIPS))
def test_a_zip_that_is_not_one_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(BillError, match=reason):
        alipay_bill.unpack(body)


def test_a_zip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alipay_bill, "LARGEST", 1000)
    with pytest.raises(BillError):
        alipay_bill.unpack(zipped(a=b"0" * 1001))
