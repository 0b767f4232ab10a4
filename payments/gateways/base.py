"""What the portal asks of a payment channel, and the frozen facts that come back.

Every adapter speaks HTTP to somebody else's computer: it may be down, slow, or talk nonsense. All
of that is ``GatewayUnavailable`` and changes no state. Amounts are integer fen, times aware.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


class GatewayUnavailable(Exception):
    """No usable answer within the time limit. Nothing is known, so nothing may change."""


class GatewayRefused(GatewayUnavailable):
    """The gateway understood and said no (``code``): an order of ours it will never take.

    A kind of ``GatewayUnavailable``, because it too proves nothing about money and changes nothing.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotificationRefused(Exception):
    """A notification that does not prove where it comes from, or is too old (answered 4xx)."""


class PaymentState(StrEnum):
    """What a gateway says of an order number."""

    PAID = "paid"
    UNPAID = "unpaid"
    CLOSED = "closed"  # cannot be paid any more
    UNKNOWN = "unknown"  # the gateway has never heard of the number


@dataclass(frozen=True)
class PaymentRequest:
    """An order as it is handed over; the same number may be handed over again."""

    number: str
    amount_fen: int
    title: str  # 重修缴费 3 门
    items: tuple[tuple[str, int], ...]  # course name, fen
    payer_number: str
    payer_name: str
    opened_at: datetime
    expires_at: datetime  # the last moment it may be paid
    return_url: str
    notify_url: str


@dataclass(frozen=True)
class PaymentAnswer:
    """A query's, close's or notification's answer about one order.

    ``trade_number``, ``amount_fen`` and ``paid_at`` are set when ``state`` is PAID. ``raw`` is
    the text as received; it is stored before anything is decided.
    """

    number: str
    state: PaymentState
    raw: str
    trade_number: str = ""
    amount_fen: int = 0
    paid_at: datetime | None = None


@dataclass(frozen=True)
class StatementRow:
    """One line of a channel's daily file."""

    number: str
    trade_number: str
    amount_fen: int
    paid_at: datetime
    raw: str


class StatementNotReady(Exception):
    """The file of that day does not exist yet; ask again later. Not the same as no trades."""


class Gateway(Protocol):
    """One channel. Every method may raise ``GatewayUnavailable``.

    ``can_query`` / ``can_close`` are False for a finance platform that only exchanges files.
    """

    channel: str
    can_query: bool
    can_close: bool

    def create(self, request: PaymentRequest) -> str:
        """Make the order payable and return the address to send the payer to.

        Idempotent by number: repeating it gives an address of the same order.
        """

    def query(self, number: str) -> PaymentAnswer:
        """Ask what became of an order."""

    def close(self, number: str) -> PaymentAnswer:
        """Ask that the order cannot be paid any more.

        Answers CLOSED when it is closed (now or before), PAID when the money was faster.
        """

    def parse_notification(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> PaymentAnswer:
        """Verify a callback over its raw bytes; raises ``NotificationRefused``."""

    def acknowledgement(self) -> tuple[str, str]:
        """Body and content type that tell the channel its callback was understood."""

    def statement_rows(self, day: date) -> Iterator[StatementRow]:
        """The channel's own list of what was paid that day; raises ``StatementNotReady``."""
