"""Orders as the platform keeps them, and how to find one."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from payments.cashier.store import Store
from payments.gateways.base import PaymentAnswer, PaymentState

METHODS = {"wechat": "微信支付", "alipay": "支付宝", "unionpay": "云闪付"}


@dataclass(frozen=True)
class Order:
    """One order as it stands; amounts in fen, times aware."""

    number: str
    token: str
    scan_token: str
    amount_fen: int
    title: str
    items: tuple[tuple[str, int], ...]
    payer_number: str
    payer_name: str
    invoice_title: str
    invoice_email: str
    opened_at: datetime
    expires_at: datetime
    return_url: str
    method: str
    state: str
    refused: bool
    trade_number: str
    paid_at: datetime | None
    paid_fen: int
    known_at: datetime | None

    @property
    def method_name(self) -> str:
        """The chosen way to pay in Chinese; empty before one is chosen."""
        return METHODS.get(self.method, "")

    def standing(self, now: datetime) -> str:
        """``paid``, ``closed``, ``expired``, ``refused`` or ``unpaid``: which page to show."""
        if self.state != "unpaid":
            return self.state
        if now > self.expires_at:
            return "expired"
        return "refused" if self.refused else "unpaid"

    def answer(self, now: datetime) -> PaymentAnswer:
        """What the merchant is told; an expired order cannot be paid, so it reads CLOSED."""
        if self.state == "paid":
            return PaymentAnswer(
                self.number, PaymentState.PAID, "", self.trade_number, self.paid_fen, self.paid_at
            )
        closed = self.standing(now) in {"closed", "expired"}
        return PaymentAnswer(
            self.number, PaymentState.CLOSED if closed else PaymentState.UNPAID, ""
        )


def by_number(store: Store, number: str) -> Order | None:
    """The order of that number."""
    return find(store.reading(), "number", number)


def by_token(store: Store, token: str) -> Order | None:
    """The order whose pages carry this token."""
    return find(store.reading(), "token", token)


def by_scan_token(store: Store, token: str) -> Order | None:
    """The order whose QR code carries this token."""
    return find(store.reading(), "scan_token", token)


def latest(store: Store, limit: int = 20) -> list[Order]:
    """The newest orders first."""
    rows = store.reading().execute("SELECT * FROM orders ORDER BY id DESC LIMIT ?", [limit])
    return [_order(row) for row in rows]


def find(db: sqlite3.Connection, column: str, value: str) -> Order | None:
    """The order whose ``column`` (a name from this program, never from outside) is ``value``."""
    row = db.execute(f"SELECT * FROM orders WHERE {column} = ?", [value]).fetchone()  # noqa: S608 -- own names
    return None if row is None else _order(row)


def get(db: sqlite3.Connection, number: str) -> Order:
    """The order of that number; raises ``LookupError``."""
    order = find(db, "number", number)
    if order is None:
        raise LookupError(number)
    return order


def _order(row: sqlite3.Row) -> Order:
    return Order(
        number=row["number"],
        token=row["token"],
        scan_token=row["scan_token"],
        amount_fen=row["amount_fen"],
        title=row["title"],
        items=tuple((name, fen) for name, fen in json.loads(row["items"])),
        payer_number=row["payer_number"],
        payer_name=row["payer_name"],
        invoice_title=row["invoice_title"],
        invoice_email=row["invoice_email"],
        opened_at=datetime.fromisoformat(row["opened_at"]),
        expires_at=datetime.fromisoformat(row["expires_at"]),
        return_url=row["return_url"],
        method=row["method"],
        state=row["state"],
        refused=row["refused_at"] is not None,
        trade_number=row["trade_number"] or "",
        paid_at=_moment(row["paid_at"]),
        paid_fen=row["paid_fen"],
        known_at=_moment(row["known_at"]),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
