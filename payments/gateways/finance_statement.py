"""The finance platform's daily file: CSV in UTF-8 with a byte order mark and CRLF.

Amounts are in yuan, times local (Asia/Shanghai). 业务类型 is 收款 or 退款; a refund has a negative
amount, the payment's 订单号 and 交易流水号, the 退款单号 it was asked for under (empty when it was
made by hand at the platform), and stands on the day it arrived. A last row 合计 gives the number
of rows and the sum of their amounts. A day without trades is a file with 合计 0; a day whose file
does not exist yet is a refusal (``finance_wire.NOT_READY``), so the two cannot be taken for each
other.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from payments.gateways.base import StatementLine, StatementRefund, StatementRow
from payments.gateways.finance_wire import WireError
from portal.lib import money

LOCAL = ZoneInfo("Asia/Shanghai")
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
TOTAL = "合计"
COLUMNS = (
    "订单号", "交易流水号", "学号", "姓名", "收费项目", "金额（元）", "支付方式", "交易时间",
    "业务类型", "退款单号",
)  # fmt: skip
PAID, REFUNDED = "收款", "退款"


@dataclass(frozen=True)
class StatementEntry:
    """One movement as the platform writes it into its daily file; amount in fen, positive."""

    number: str
    trade_number: str
    payer_number: str
    payer_name: str
    title: str
    amount_fen: int
    method: str
    paid_at: datetime
    is_refund: bool = False
    refund_number: str = ""


def dump(entries: Iterable[StatementEntry]) -> bytes:
    """The daily file, closed by its 合计 row."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    count = total = 0
    for entry in entries:
        writer.writerow(_line(entry))
        count, total = count + 1, total + _signed(entry)
    writer.writerow([TOTAL, count, "", "", "", _plain_yuan(total), "", "", "", ""])
    return out.getvalue().encode("utf-8-sig")


def load(body: bytes) -> Iterator[StatementLine]:
    """The movements of a daily file; raises ``WireError`` for a file that is not whole.

    The 合计 row must be the last one and agree with the rows before it: a file cut at the end of
    a line would otherwise pass for a shorter day.
    """
    lines = _lines(body)
    rows = [_row(line) for line in lines[:-1]]
    total = sum(
        -row.amount_fen if isinstance(row, StatementRefund) else row.amount_fen for row in rows
    )
    expected = [TOTAL, str(len(rows)), "", "", "", _plain_yuan(total), "", "", "", ""]
    if not lines or list(lines[-1].values()) != expected:
        raise WireError("malformed")
    return iter(rows)


def _lines(body: bytes) -> list[dict[str, str]]:
    try:
        reader = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""))
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise WireError("malformed")
        return list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise WireError("malformed") from error


def _line(entry: StatementEntry) -> list[str]:
    return [
        entry.number, entry.trade_number, entry.payer_number, entry.payer_name, entry.title,
        _plain_yuan(_signed(entry)), entry.method,
        entry.paid_at.astimezone(LOCAL).strftime(TIME_FORMAT),
        REFUNDED if entry.is_refund else PAID, entry.refund_number,
    ]  # fmt: skip


def _signed(entry: StatementEntry) -> int:
    return -entry.amount_fen if entry.is_refund else entry.amount_fen


def _row(line: Mapping[str, str]) -> StatementLine:
    number, trade, amount, at, kind, refund = (
        line[name] or ""
        for name in ("订单号", "交易流水号", "金额（元）", "交易时间", "业务类型", "退款单号")
    )
    raw = json.dumps(line, ensure_ascii=False)
    try:
        fen = money.to_fen(amount.removeprefix("-"))
        when = datetime.strptime(at, TIME_FORMAT).replace(tzinfo=LOCAL)
    except ValueError as error:
        raise WireError("malformed") from error
    if kind != (REFUNDED if amount.startswith("-") else PAID):
        raise WireError("malformed")
    if kind == PAID:
        return StatementRow(number, trade, fen, when, raw)
    return StatementRefund(number, trade, refund, "", fen, when, raw, has_arrived=True)


def _plain_yuan(fen: int) -> str:
    """``-1100.00``: what a spreadsheet reads as a number."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"
