"""What happens to an order at the till: handed over, paid, refused, closed. Its rules are here."""

import json
import secrets
import sqlite3
from datetime import datetime, timedelta

from payments.cashier import outbox
from payments.cashier.orders import METHODS, Order, by_number, find, get
from payments.cashier.store import Store, stamp
from payments.cashier.switches import Switches, effective
from payments.gateways.base import PaymentAnswer, PaymentRequest, PaymentState
from payments.gateways.finance_statement import LOCAL


class Refusal(Exception):
    """Not possible with this order; ``code`` for programs, ``message`` for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def create(store: Store, request: PaymentRequest) -> Order:
    """Take an order over; the same number again gives the order that is already there."""
    for address in (request.return_url, request.notify_url):
        if not address.startswith(("http://", "https://")):
            raise Refusal("address", "返回和通知的地址要以 http 开头。")
    with store.writing() as db:
        closed = db.execute("SELECT 1 FROM closed_numbers WHERE number = ?", [request.number])
        if closed.fetchone():
            raise Refusal("closed", "订单已关闭。")
        db.execute(
            "INSERT OR IGNORE INTO orders (number, token, scan_token, amount_fen, title, items,"
            " payer_number, payer_name, invoice_title, opened_at, expires_at, return_url,"
            " notify_url) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            _columns(request),
        )
        order = get(db, request.number)
    if order.amount_fen != request.amount_fen:
        raise Refusal("amount_differs", "同一订单号的金额不同。")
    return order


def choose_method(store: Store, number: str, method: str) -> None:
    """The payer's choice; it also takes back a refusal, so that he may try again."""
    if method not in METHODS:
        raise Refusal("method", "没有这种支付方式。")
    with store.writing() as db:
        db.execute(
            "UPDATE orders SET method = ?, refused_at = NULL WHERE number = ? AND state != 'paid'",
            [method, number],
        )


def change_invoice(store: Store, number: str, title: str, email: str) -> None:
    """Whom the receipt is made out to."""
    with store.writing() as db:
        db.execute(
            "UPDATE orders SET invoice_title = ?, invoice_email = ? WHERE number = ?",
            [title, email, number],
        )


def pay(store: Store, number: str, now: datetime, *, late: bool = False) -> Order:
    """The bank has the money; paying what is paid changes nothing.

    The callback is recorded in the same transaction. A closed or expired order is refused unless
    ``late`` or its switch lets late money through.
    """
    switches = effective(store, number)
    with store.writing() as db:
        order = get(db, number)
        if order.state == "paid":
            return order
        if order.standing(now) in {"closed", "expired"} and not (late or switches.late_pay):
            raise Refusal(order.standing(now), "订单已关闭，不能再支付。")
        _book(db, order, switches, now)
        outbox.add(db, number, now, switches)
        return get(db, number)


def refuse(store: Store, number: str, now: datetime) -> None:
    """The bank says no; the order stays payable."""
    with store.writing() as db:
        db.execute(
            "UPDATE orders SET refused_at = ? WHERE number = ? AND state = 'unpaid'",
            [stamp(now), number],
        )


def close(store: Store, number: str, now: datetime) -> PaymentAnswer:
    """Make an order unpayable, or say that it is paid.

    A number that never arrived is closed too: its creation may still be under way.
    """
    with store.writing() as db:
        db.execute(
            "UPDATE orders SET state = 'closed' WHERE number = ? AND state = 'unpaid'", [number]
        )
        order = find(db, "number", number)
        if order is None:
            db.execute("INSERT OR IGNORE INTO closed_numbers VALUES (?)", [number])
            return PaymentAnswer(number, PaymentState.CLOSED, "")
        return order.answer(now)


def query(store: Store, number: str, now: datetime, switches: Switches) -> PaymentAnswer:
    """What the merchant hears of an order; ``unpaid_for`` makes it old news."""
    order = by_number(store, number)
    if order is None:
        closed = store.reading().execute("SELECT 1 FROM closed_numbers WHERE number = ?", [number])
        known = PaymentState.CLOSED if closed.fetchone() else PaymentState.UNKNOWN
        return PaymentAnswer(number, known, "")
    if order.known_at and now < order.known_at + timedelta(seconds=switches.unpaid_for):
        return PaymentAnswer(number, PaymentState.UNPAID, "")
    return order.answer(now)


def _book(db: sqlite3.Connection, order: Order, switches: Switches, now: datetime) -> None:
    settled = datetime.fromisoformat(switches.settle_at) if switches.settle_at else now
    settled = settled.replace(microsecond=0)  # the statement has whole seconds
    trade = f"FP{settled.astimezone(LOCAL):%Y%m%d%H%M%S}"
    db.execute(
        "UPDATE orders SET state = 'paid', refused_at = NULL, paid_at = ?, known_at = ?,"
        " paid_fen = ?, trade_number = ? || printf('%08d', id) WHERE number = ?",
        [stamp(settled), stamp(now), switches.paid_fen or order.amount_fen, trade, order.number],
    )


def _columns(request: PaymentRequest) -> list[object]:
    return [
        request.number,
        secrets.token_urlsafe(16),
        secrets.token_urlsafe(16),
        request.amount_fen,
        request.title,
        json.dumps(request.items, ensure_ascii=False),
        request.payer_number,
        request.payer_name,
        request.payer_name,
        stamp(request.opened_at),
        stamp(request.expires_at),
        request.return_url,
        request.notify_url,
    ]
