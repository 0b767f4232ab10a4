"""What a channel knows of orders and refunds, whatever protocol it speaks."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


class No(Exception):
    """Not possible; ``why`` is one word, each protocol has its own code for it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Switches:
    """How a channel misbehaves; as the cashier's, where they have the same name. Seconds, fen."""

    slow: float = 0.0
    down: str = ""  # 503, closed, half, html, json, truncated, forged, stranger, unsigned
    error: str = ""  # answer with this code of the channel's own …
    error_at: str = ""  # … where the path or method has this in it; everywhere when empty
    spoil: str = ""  # of a bill: hash, plain (not packed), elsewhere (another host)
    unpaid_for: float = 0.0
    settle_at: str = ""
    paid_fen: int = 0
    refund_after: float = 0.0
    refund_fail: bool = False
    statement: str = "schedule"

    def fails(self, what: str) -> bool:
        """Whether the switched-on error hits a request."""
        return bool(self.error) and self.error_at in what


@dataclass
class Refund:
    """Money going back. ``outcome`` holds once ``due_at`` has come."""

    number: str
    refund_number: str
    trade_number: str
    refund_trade_number: str
    amount_fen: int
    total_fen: int
    reason: str
    asked_at: datetime
    due_at: datetime
    outcome: str

    def state(self, now: datetime) -> str:
        """``accepted``, ``arrived`` or ``failed``."""
        return self.outcome if now >= self.due_at else "accepted"


@dataclass
class Order:
    """One order: ``offered`` (nobody has opened it), ``unpaid``, ``paid`` or ``closed``."""

    number: str
    amount_fen: int
    title: str
    expires_at: datetime
    notify_url: str
    state: str = "unpaid"
    trade_number: str = ""
    paid_fen: int = 0
    paid_at: datetime | None = None
    known_at: datetime | None = None
    deliveries: list[bool] = field(default_factory=list)  # understood or not


class Ledger:
    """Orders by number and refunds by refund number, with the rules all channels share."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.refunds: dict[str, Refund] = {}
        self._serial = 0

    def open(self, order: Order) -> Order:
        """Take an order over once; the same again is the order that is there."""
        known = self.orders.setdefault(order.number, order)
        if (known.amount_fen, known.title) != (order.amount_fen, order.title):
            raise No("differs")
        if known.state in {"closed", "paid"}:
            raise No(known.state)
        return known

    def pay(self, number: str, switches: Switches, *, late: bool = False) -> Order:
        """The money comes."""
        order, now = self.get(number), datetime.now(UTC)
        if order.state == "paid":
            return order
        if order.state == "closed" or (now > order.expires_at and not late):
            raise No("closed")
        booked = datetime.fromisoformat(switches.settle_at) if switches.settle_at else now
        order.state, order.known_at = "paid", now
        order.paid_at = booked.replace(microsecond=0)
        order.paid_fen = switches.paid_fen or order.amount_fen
        order.trade_number = order.trade_number or self.next_number("42")
        return order

    def close(self, number: str) -> Order:
        """Make it unpayable."""
        order = self.get(number)
        if order.state in {"closed", "paid"}:
            raise No(order.state)
        order.state = "closed"
        return order

    def get(self, number: str) -> Order:
        """The order, if anybody has opened it."""
        order = self.orders.get(number)
        if order is None or order.state == "offered":
            raise No("not_there")
        return order

    def visible(self, number: str, switches: Switches) -> tuple[Order, str]:
        """The order and its state as a query tells it."""
        order = self.get(number)
        lag = timedelta(seconds=switches.unpaid_for)
        hidden = order.known_at is not None and datetime.now(UTC) < order.known_at + lag
        return order, "unpaid" if hidden else order.state

    def refund(self, wanted: Refund, switches: Switches) -> Refund:
        """Take a refund on, once by its number."""
        known = self.refunds.get(wanted.refund_number)
        if known is not None:
            if (known.number, known.amount_fen) != (wanted.number, wanted.amount_fen):
                raise No("refund_differs")
            return known
        order = self.get(wanted.number)
        if order.state != "paid" or wanted.trade_number not in {"", order.trade_number}:
            raise No("not_paid")
        if wanted.amount_fen > order.paid_fen - self.gone(order.number):
            raise No("too_much")
        wanted.refund_trade_number = self.next_number("50")
        wanted.due_at = wanted.asked_at + timedelta(seconds=switches.refund_after)
        wanted.outcome = "failed" if switches.refund_fail else "arrived"
        self.refunds[wanted.refund_number] = wanted
        return wanted

    def gone(self, number: str) -> int:
        """Fen of an order that went back, or are going to."""
        return sum(
            refund.amount_fen
            for refund in self.refunds.values()
            if refund.number == number and refund.outcome == "arrived"
        )

    def next_number(self, prefix: str) -> str:
        """A number of the channel's own, 28 digits."""
        self._serial += 1
        return f"{prefix}{self._serial:026d}"
