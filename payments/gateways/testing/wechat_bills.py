"""WeChat Pay's bills as files, column by column as its document lists them."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from payments.gateways.expiry import bill_is_due
from payments.gateways.testing.ledger import Ledger, Order, Refund, Switches

LOCAL = ZoneInfo("Asia/Shanghai")


def _names(header: str) -> list[str]:
    return header.split(",")


ALL = _names(
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,"
    "货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,"
    "商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
SUCCESS = _names(
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,"
    "货币种类,应结订单金额,代金券金额,商品名称,商户数据包,手续费,费率,订单金额,费率备注"
)
REFUND = [*ALL[:14], "退款申请时间", "退款成功时间", *ALL[14:]]
COLUMNS = {"ALL": ALL, "SUCCESS": SUCCESS, "REFUND": REFUND}
SUMS = _names(
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
SUCCESS_SUMS = ["总交易单数", "应结订单总金额", "手续费总金额", "订单总金额"]

Cells = dict[str, str]


def exists(day: date, now: datetime, switches: Switches) -> bool:
    """Made in the morning after, unless its switch says otherwise."""
    due = bill_is_due(day, now)
    return switches.statement == "ready" or (switches.statement == "schedule" and due)


def render(ledger: Ledger, day: date, kind: str, *, mchid: str, appid: str) -> str | None:
    """The file of a day, or None when there was nothing."""
    common = {
        "公众账号ID": appid,
        "商户号": mchid,
        "特约商户号": "0",
        "货币种类": "CNY",
        "费率": "0.60%",
    }
    paid = [each for each in ledger.orders.values() if each.paid_at and _on(each.paid_at, day)]
    back = [each for each in ledger.refunds.values() if _on(each.asked_at, day)]
    rows = [common | _payment(order) for order in paid] if kind != "REFUND" else []
    rows += [common | _refund(refund) for refund in back] if kind != "SUCCESS" else []
    return text(kind, rows) if rows else None


def text(kind: str, rows: list[Cells]) -> str:
    """A file of such rows: byte order mark, CRLF, a backtick before every value, sums."""
    columns = COLUMNS[kind]
    sums = SUCCESS_SUMS if kind == "SUCCESS" else SUMS
    lines = [",".join(columns), *(_line(row, columns) for row in rows)]
    lines += [",".join(sums), _line(_totals(rows), sums)]
    return "\ufeff" + "\r\n".join(lines) + "\r\n"


def _line(row: Cells, columns: list[str]) -> str:
    return ",".join(f"`{row.get(column, '')}" for column in columns)


def _totals(rows: list[Cells]) -> Cells:
    def total(column: str) -> str:
        return str(sum((Decimal(row.get(column) or 0) for row in rows), Decimal("0.00")))

    return {
        "总交易单数": str(len(rows)),
        "应结订单总金额": total("应结订单金额"),
        "退款总金额": total("退款金额"),
        "充值券退款总金额": "0.00",
        "手续费总金额": total("手续费"),
        "订单总金额": total("订单金额"),
        "申请退款总金额": total("申请退款金额"),
    }


def _payment(order: Order) -> Cells:
    assert order.paid_at is not None  # noqa: S101 -- only paid ones come here
    return {
        "交易时间": _moment(order.paid_at),
        "微信订单号": order.trade_number,
        "商户订单号": order.number,
        "交易类型": "NATIVE",
        "交易状态": "SUCCESS",
        "应结订单金额": yuan(order.paid_fen),
        "代金券金额": "0.00",
        "微信退款单号": "0",
        "商户退款单号": "0",
        "退款金额": "0.00",
        "充值券退款金额": "0.00",
        "商品名称": order.title,
        "手续费": "0.01000",
        "订单金额": yuan(order.paid_fen),
        "申请退款金额": "0.00",
    }


def _refund(refund: Refund) -> Cells:
    return {
        "交易时间": _moment(refund.asked_at),
        "微信订单号": refund.trade_number,
        "商户订单号": refund.number,
        "交易类型": "NATIVE",
        "交易状态": "REFUND",
        "应结订单金额": "0.00",
        "代金券金额": "0.00",
        "退款申请时间": _moment(refund.asked_at),
        "退款成功时间": _moment(refund.due_at),
        "微信退款单号": refund.refund_trade_number,
        "商户退款单号": refund.refund_number,
        "退款金额": yuan(refund.amount_fen),
        "充值券退款金额": "0.00",
        "退款类型": "ORIGINAL",
        "退款状态": "SUCCESS",
        "手续费": "-0.01000",
        "订单金额": yuan(refund.total_fen),
        "申请退款金额": yuan(refund.amount_fen),
    }


def yuan(fen: int) -> str:
    """``1100.00``."""
    return f"{fen // 100}.{fen % 100:02d}"


def _on(moment: datetime, day: date) -> bool:
    return moment.astimezone(LOCAL).date() == day


def _moment(moment: datetime) -> str:
    return moment.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M:%S")
