"""Alipay's 业务明细 as a file, column by column as samples show it: GBK, also in its names."""

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from payments.gateways.expiry import bill_is_due
from payments.gateways.testing.ledger import Ledger, Order, Refund, Switches

LOCAL = ZoneInfo("Asia/Shanghai")
FORMAT = "%Y-%m-%d %H:%M:%S"
HEADER = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
    "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,"
    "券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
COLUMNS = HEADER.split(",")
RULE = "-" * 41


def render(
    ledger: Ledger, day: date, now: datetime, switches: Switches, *, account: str
) -> bytes | None:
    """The zip of a day, or None: there were no trades, or it is too early. Nobody can tell."""
    made = switches.statement == "ready" or (
        switches.statement == "schedule" and bill_is_due(day, now)
    )
    paid = [each for each in ledger.orders.values() if each.paid_at and _on(each.paid_at, day)]
    back = [each for each in ledger.refunds.values() if _on(each.asked_at, day)]
    if not made or not (paid or back):
        return None
    rows = [_payment(order) for order in paid] + [
        _refund(refund, ledger.orders[refund.number]) for refund in back
    ]
    return pack(text(rows, day, account), day, account)


def text(rows: list[dict[str, str]], day: date, account: str) -> str:
    """The detail file: its frame, its rows, its sums."""
    sums = {kind: [row for row in rows if row["业务类型"] == kind] for kind in ("交易", "退款")}
    lines = [
        "#支付宝业务明细查询",
        f"#账号：[{account}]",
        f"#起始日期：[{day:%Y年%m月%d日} 00:00:00]   终止日期：[{day:%Y年%m月%d日} 23:59:59]",
        f"#{RULE}业务明细列表{RULE}",
        HEADER,
        *(",".join(row.get(name, "") for name in COLUMNS) for row in rows),
        f"#{RULE}业务明细列表结束{RULE}",
        f"#交易合计：{len(sums['交易'])}笔，商家实收共{_sum(sums['交易'])}元，商家优惠共0.00元",
        f"#退款合计：{len(sums['退款'])}笔，商家实收退款共{_sum(sums['退款'])}元，商家优惠退款共0.00元",
        f"#导出时间：[{day:%Y年%m月%d日} 09:00:00]",
    ]
    return "\r\n".join(lines) + "\r\n"


def pack(detail: str, day: date, account: str) -> bytes:
    """A zip with the detail file and the file of sums, names in GBK without the UTF-8 flag."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in (("业务明细(汇总)", "#…\r\n"), ("业务明细", detail)):
            info = _GbkName(f"{account}_{day:%Y%m%d}_{name}.csv")
            packed.writestr(info, content.encode("gbk"))
    return out.getvalue()


class _GbkName(zipfile.ZipInfo):
    """A member whose name is written as Alipay writes it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 -- zipfile's hook
        return self.filename.encode("gbk"), self.flag_bits


def _payment(order: Order) -> dict[str, str]:
    assert order.paid_at is not None  # noqa: S101 -- only paid ones come here
    return {
        "支付宝交易号": f"{order.trade_number}\t",
        "商户订单号": f"{order.number}\t",
        "业务类型": "交易",
        "商品名称": order.title,
        "创建时间": _moment(order.paid_at),
        "完成时间": _moment(order.paid_at),
        "对方账户": "*小明(138****1234)",
        "订单金额（元）": yuan(order.paid_fen),
        "商家实收（元）": yuan(order.paid_fen),
        "服务费（元）": "-0.01",
    }


def _refund(refund: Refund, order: Order) -> dict[str, str]:
    return {
        "支付宝交易号": f"{order.trade_number}\t",
        "商户订单号": f"{order.number}\t",
        "业务类型": "退款",
        "商品名称": order.title,
        "创建时间": _moment(refund.asked_at),
        "完成时间": _moment(refund.due_at),
        "订单金额（元）": f"-{yuan(refund.amount_fen)}",
        "商家实收（元）": f"-{yuan(refund.amount_fen)}",
        "退款批次号/请求号": f"{refund.refund_number}\t",
    }


def yuan(fen: int) -> str:
    """``1100.00``."""
    return f"{fen // 100}.{fen % 100:02d}"


def fen(text: str) -> int:
    """``1100.00`` -> 110000; only two decimals are a price here."""
    if text[-3] != ".":
        raise ValueError(text)
    return int(Decimal(text) * 100)


def _sum(rows: list[dict[str, str]]) -> Decimal:
    return sum((Decimal(row["商家实收（元）"]) for row in rows), Decimal("0.00"))


def _on(moment: datetime, day: date) -> bool:
    return moment.astimezone(LOCAL).date() == day


def _moment(moment: datetime) -> str:
    return moment.astimezone(LOCAL).strftime(FORMAT)
