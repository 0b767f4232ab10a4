"""What a reconciliation file says, as frozen facts: rows, faults, stated totals, refusals.

The reader knows no Django and no orders of ours. A row is read whole or refused whole: an amount,
number or time that is not certain is a ``Fault``, never a guess. Amounts are integer fen, times
aware (Asia/Shanghai), places count lines or sheet rows from 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


class RowKind(StrEnum):
    """Which way the money went."""

    PAYMENT = "payment"
    REFUND = "refund"


class FileFormat(StrEnum):
    """Whose table it is; ``label`` is what a clerk calls it."""

    COLLEGE = "college"
    FINANCE = "finance"
    WECHAT = "wechat"
    ALIPAY = "alipay"
    MAPPED = "mapped"

    @property
    def label(self) -> str:
        """In Chinese."""
        return _FORMATS[self]

    @property
    def is_bill(self) -> bool:
        """Written by a payment channel, by its own rules."""
        return self in (FileFormat.WECHAT, FileFormat.ALIPAY)


_FORMATS = {
    FileFormat.COLLEGE: "财务处缴费明细",
    FileFormat.FINANCE: "缴费平台日账单",
    FileFormat.WECHAT: "微信支付交易账单",
    FileFormat.ALIPAY: "支付宝业务明细",
    FileFormat.MAPPED: "自定义表头",
}


class Field(StrEnum):
    """What a column may hold; the mapping page offers these (``label``)."""

    ORDER_NUMBER = "order_number"
    AMOUNT = "amount"
    MOVED_AT = "moved_at"
    TRADE_NUMBER = "trade_number"
    PAYER_NAME = "payer_name"
    PAYER_NUMBER = "payer_number"
    TITLE = "title"
    KIND = "kind"
    REFUND_AMOUNT = "refund_amount"
    REFUND_NUMBER = "refund_number"
    REFUND_TRADE_NUMBER = "refund_trade_number"

    @property
    def label(self) -> str:
        """In Chinese."""
        return _FIELDS[self]


_FIELDS = {
    Field.ORDER_NUMBER: "订单号",
    Field.AMOUNT: "金额（元）",
    Field.MOVED_AT: "缴费时间",
    Field.TRADE_NUMBER: "渠道交易号",
    Field.PAYER_NAME: "姓名",
    Field.PAYER_NUMBER: "学号",
    Field.TITLE: "缴费项目",
    Field.KIND: "交易类型或状态",
    Field.REFUND_AMOUNT: "退款金额（元）",
    Field.REFUND_NUMBER: "退款单号",
    Field.REFUND_TRADE_NUMBER: "渠道退款号",
}
REQUIRED = (Field.ORDER_NUMBER, Field.AMOUNT)  # without these a mapping is none


class FileRow(NamedTuple):
    """One movement that is certain. A named tuple, because a file has a million of them.

    ``amount_fen`` is positive for both kinds. ``moved_at`` is None only where the file has no
    such column or an empty cell; ``moved_on_day`` says that the file tells a day without a time
    (the moment is then its midnight). ``refund_number`` is ours, ``refund_trade_number`` the
    channel's. ``raw`` holds the cells as read, in the order of ``Reading.headers``.
    """

    place: int
    kind: RowKind
    order_number: str
    amount_fen: int
    moved_at: datetime | None
    raw: tuple[str, ...]
    trade_number: str = ""
    refund_number: str = ""
    refund_trade_number: str = ""
    payer_name: str = ""
    payer_number: str = ""
    title: str = ""
    moved_on_day: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One cell that is not certain: ``column`` as headed in the file, ``value`` as read."""

    code: str
    column: str
    value: str
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that is refused and never settles, with everything that is wrong with it.

    ``problems`` is never empty. ``order_number`` and ``amount_fen`` are what could still be read
    with certainty ("" and None otherwise): for totals and for "named in the file", not to settle.
    """

    place: int
    problems: tuple[Problem, ...]
    raw: tuple[str, ...]
    order_number: str = ""
    amount_fen: int | None = None

    @property
    def column(self) -> str:
        """Of the first problem, as are the next three."""
        return self.problems[0].column

    @property
    def value(self) -> str:
        return self.problems[0].value

    @property
    def why(self) -> str:
        return self.problems[0].why

    @property
    def remedy(self) -> str:
        return self.problems[0].remedy


@dataclass(frozen=True)
class Stated:
    """A count or sum that the file itself states, next to ours. Fen, or rows for a count.

    ``agrees`` is None when rows without a readable amount make the sum impossible to check.
    """

    place: int
    label: str  # as in the file: 合计, 交易合计, 总交易单数
    is_count: bool
    stated: int
    counted: int
    agrees: bool | None


@dataclass(frozen=True)
class Summary:
    """What was read, known once the rows are exhausted. Sums are of settling rows only."""

    rows: int
    payments: int
    refunds: int
    faults: int
    payments_fen: int
    refunds_fen: int
    faults_fen: int  # of the faulty rows whose amount is certain
    stated: tuple[Stated, ...]
    first_day: date | None
    last_day: date | None

    @property
    def agrees(self) -> bool | None:
        """Whether every stated total agrees; None when none is stated or none can be checked."""
        answers = {one.agrees for one in self.stated}
        if False in answers:
            return False
        return True if True in answers else None


class FileRefused(ValueError):
    """The whole file is refused: ``code``, a Chinese sentence and what to do instead."""

    def __init__(self, code: str, sentence: str, remedy: str) -> None:
        super().__init__(f"{sentence}{remedy}")
        self.code = code
        self.sentence = sentence
        self.remedy = remedy


@dataclass(frozen=True)
class Candidate:
    """A row that may be the header, for the mapping page.

    The answer is remembered under ``fingerprint`` as ``{header: field}`` with these ``headers``
    (unique, numbered where the file repeats one) and given to ``read`` as ``mappings``.
    ``guesses`` are the columns that were recognised; ``samples`` the rows that follow.
    """

    fingerprint: str
    member: str
    sheet: str
    place: int
    headers: tuple[str, ...]
    guesses: Mapping[str, Field]
    samples: tuple[tuple[str, ...], ...]


class UnknownHeaders(FileRefused):
    """No header row was recognised; ``candidates`` (best first) are what a clerk may map."""

    def __init__(self, candidates: tuple[Candidate, ...]) -> None:
        super().__init__(
            "unknown_headers",
            "没有认出这个文件的表头。",
            "请指出哪一列是订单号、哪一列是金额，系统会记住。",
        )
        self.candidates = candidates
