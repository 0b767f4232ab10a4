"""The finance platform's daily file: CSV in UTF-8 with a byte order mark and CRLF.

Amounts are in yuan, times local (Asia/Shanghai), and a last row 合计 gives the number of rows and
their sum. A day without payments is a file with 合计 0; a day whose file does not exist yet is a
refusal (``finance_wire.NOT_READY``), so the two cannot be taken for each other.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from payments.gateways.base import StatementRow
from payments.gateways.finance_wire import WireError
from portal.lib import money

LOCAL = ZoneInfo("Asia/Shanghai")
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
TOTAL = "合计"
COLUMNS = (
    "订单号", "交易流水号", "学号", "姓名", "收费项目", "金额（元）", "支付方式", "交易时间",
)  # fmt: skip


@dataclass(frozen=True)
class StatementEntry:
    """One payment as the platform writes it into its daily file; amount in fen."""

    number: str
    trade_number: str
    payer_number: str
    payer_name: str
    title: str
    amount_fen: int
    method: str
    paid_at: datetime


def dump(entries: Iterable[StatementEntry]) -> bytes:
    """The daily file, closed by its 合计 row."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    count = total = 0
    for entry in entries:
        writer.writerow(_line(entry))
        count, total = count + 1, total + entry.amount_fen
    writer.writerow([TOTAL, count, "", "", "", _plain_yuan(total), "", ""])
    return out.getvalue().encode("utf-8-sig")


def load(body: bytes) -> Iterator[StatementRow]:
    """The payments of a daily file; raises ``WireError`` for a file that is not whole.

    The 合计 row must be the last one and agree with the rows before it: a file cut at the end of
    a line would otherwise pass for a shorter day.
    """
    lines = _lines(body)
    rows = [_row(line) for line in lines[:-1]]
    total = sum(row.amount_fen for row in rows)
    expected = [TOTAL, str(len(rows)), "", "", "", _plain_yuan(total), "", ""]
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
        _plain_yuan(entry.amount_fen), entry.method,
        entry.paid_at.astimezone(LOCAL).strftime(TIME_FORMAT),
    ]  # fmt: skip


def _row(line: Mapping[str, str]) -> StatementRow:
    number, trade, amount, paid_at = (
        line[name] or "" for name in ("订单号", "交易流水号", "金额（元）", "交易时间")
    )
    try:
        fen = money.to_fen(amount)
        when = datetime.strptime(paid_at, TIME_FORMAT).replace(tzinfo=LOCAL)
    except ValueError as error:
        raise WireError("malformed") from error
    return StatementRow(number, trade, fen, when, raw=json.dumps(line, ensure_ascii=False))


def _plain_yuan(fen: int) -> str:
    """``1100.00``: what a spreadsheet reads as a number."""
    return f"{fen // 100}.{fen % 100:02d}"
