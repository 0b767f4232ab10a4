"""What the daily files of WeChat Pay and Alipay have in common: rows of money that moved.

The parsers know no Django and no packages of the channels, so that a file somebody uploads is read
exactly like one that was fetched.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from payments.gateways.base import StatementLine, StatementRefund, StatementRow
from portal.lib import money

LOCAL = ZoneInfo("Asia/Shanghai")
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
IDENTIFIER = re.compile(r"[0-9A-Za-z_\-|*]{1,64}")  # 1.23E+18 is what Excel makes of one


class BillError(ValueError):
    """The file is not whole, or not what it should be; the message names line and column."""


class BillKind(StrEnum):
    """Which way the money went."""

    PAYMENT = "payment"
    REFUND = "refund"


@dataclass(frozen=True)
class BillRow:
    """One movement: amounts in fen and positive, times aware, ``raw`` the line as JSON.

    ``refund_number`` is ours, ``refund_trade_number`` the channel's; both empty for a payment.
    """

    kind: BillKind
    number: str
    trade_number: str
    amount_fen: int
    moved_at: datetime
    raw: str
    refund_number: str = ""
    refund_trade_number: str = ""


def statement(rows: Iterable[BillRow], *, refunds_arrived: bool) -> Iterator[StatementLine]:
    """The movements as a statement tells them. ``refunds_arrived``: the channel lists refunds when
    they are done, not when they are asked for.
    """
    for row in rows:
        if row.kind is BillKind.PAYMENT:
            yield StatementRow(row.number, row.trade_number, row.amount_fen, row.moved_at, row.raw)
        else:
            yield StatementRefund(
                number=row.number,
                trade_number=row.trade_number,
                refund_number=row.refund_number,
                refund_trade_number=row.refund_trade_number,
                amount_fen=row.amount_fen,
                moved_at=row.moved_at,
                raw=row.raw,
                has_arrived=refunds_arrived,
            )


class Line:
    """The cells of one line by column name; everything that is wrong names the cell."""

    def __init__(self, place: int, cells: dict[str, str]) -> None:
        """``place`` is the line number in the file, from 1."""
        self.place = place
        self.cells = cells

    def text(self, *names: str) -> str:
        """The first of these columns that the file has, or empty."""
        return next((self.cells[name] for name in names if name in self.cells), "")

    def identifier(self, name: str) -> str:
        """A number that may be compared; raises ``BillError`` for a mangled one."""
        value = self.text(name)
        if not IDENTIFIER.fullmatch(value):
            raise self.wrong(name, value)
        return value

    def fen(self, *names: str) -> int:
        """An amount in yuan; the channels disagree about the sign of refunds, so none is kept."""
        value = self.text(*names)
        try:
            return money.to_fen(value.removeprefix("-"))
        except ValueError as error:
            raise self.wrong(names[0], value) from error

    def moment(self, name: str) -> datetime:
        """A local time."""
        value = self.text(name)
        try:
            return datetime.strptime(value, TIME_FORMAT).replace(tzinfo=LOCAL)
        except ValueError as error:
            raise self.wrong(name, value) from error

    def wrong(self, name: str, value: str) -> BillError:
        """What to raise about one cell."""
        return BillError(f"line {self.place}: {name}: {value!r}")
