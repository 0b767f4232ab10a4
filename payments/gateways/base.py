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
class RefundRequest:
    """Money to send back. The refund number is ours, one for ever per case: repeating it is safe.

    ``trade_number`` and ``total_fen`` are those of the payment it comes from.
    """

    number: str
    refund_number: str
    trade_number: str
    amount_fen: int
    total_fen: int
    reason: str


class RefundState(StrEnum):
    """What a gateway says of a refund number."""

    ACCEPTED = "accepted"  # under way; the payer has nothing yet
    ARRIVED = "arrived"
    FAILED = "failed"  # it will not arrive by itself; the money is still ours
    UNKNOWN = "unknown"  # the gateway has never heard of the number: it may be asked for again


@dataclass(frozen=True)
class RefundAnswer:
    """What is known of one refund. ``amount_fen`` is 0 and ``refund_trade_number`` empty when the
    gateway does not tell them; ``arrived_at`` is None then, and whenever nothing arrived.
    """

    number: str
    refund_number: str
    state: RefundState
    raw: str
    amount_fen: int = 0
    refund_trade_number: str = ""
    arrived_at: datetime | None = None


Notification = PaymentAnswer | RefundAnswer


@dataclass(frozen=True)
class StatementRow:
    """One payment in a channel's daily file."""

    number: str
    trade_number: str
    amount_fen: int
    paid_at: datetime
    raw: str


@dataclass(frozen=True)
class StatementRefund:
    """One refund in a channel's daily file.

    ``refund_number`` is ours, or what the channel's own console gave it; ``trade_number`` that of
    the payment. ``has_arrived`` is False where the channel lists what it was asked for, so that
    what became of it must still be asked.
    """

    number: str
    trade_number: str
    refund_number: str
    refund_trade_number: str
    amount_fen: int
    moved_at: datetime
    raw: str
    has_arrived: bool


StatementLine = StatementRow | StatementRefund


class StatementNotReady(Exception):
    """The file of that day does not exist yet; ask again later. Not the same as no trades."""


class Gateway(Protocol):
    """One channel. Every method may raise ``GatewayUnavailable``.

    ``can_query`` / ``can_close`` / ``can_refund`` are False for a finance platform that only
    exchanges files; its refunds are paid out by hand. ``pays_by_code``: what ``create`` returns is
    the text of a QR code, which the portal draws on a page of its own, not an address to go to.
    """

    channel: str
    can_query: bool
    can_close: bool
    can_refund: bool
    pays_by_code: bool

    def create(self, request: PaymentRequest) -> str:
        """Make the order payable and return the address to send the payer to.

        Idempotent by number: repeating it gives an address (or code) of the same order.
        """

    def query(self, number: str) -> PaymentAnswer:
        """Ask what became of an order."""

    def close(self, number: str, expires_at: datetime) -> PaymentAnswer:
        """Ask that the order cannot be paid any more.

        Answers CLOSED when it is closed (now or before), PAID when the money was faster, UNKNOWN
        when the gateway has never heard of it and it could still be opened and paid: until
        ``expires_at`` (that of its ``PaymentRequest``) and a margin have passed.
        """

    def refund(self, request: RefundRequest) -> RefundAnswer:
        """Ask that money goes back. Taken is not arrived: ask ``query_refund`` what became of it.

        Idempotent by refund number: repeating it never sends money twice. Raises
        ``GatewayRefused`` when nothing was taken on (more than is left, another amount under the
        same number); after ``GatewayUnavailable`` the same request may simply be repeated.
        """

    def query_refund(self, number: str, refund_number: str) -> RefundAnswer:
        """Ask what became of a refund of the order ``number``."""

    def parse_notification(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Notification:
        """Verify a callback over its raw bytes; raises ``NotificationRefused``.

        News of a refund says which one; what it came to is asked with ``query_refund``.
        """

    def acknowledgement(self) -> tuple[str, str]:
        """Body and content type that tell the channel its callback was understood."""

    def statement(self, day: date) -> bytes:
        """The channel's own file of that day, whole and as it came; a file without rows for a day
        without money. Raises ``StatementNotReady``.
        """

    def statement_rows(self, day: date) -> Iterator[StatementLine]:
        """The channel's own list of what came and went that day; raises ``StatementNotReady``."""
