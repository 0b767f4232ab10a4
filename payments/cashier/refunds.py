"""Money that goes back to the payer: taken on at once, arriving or failing later."""

import sqlite3
from datetime import datetime, timedelta

from payments.cashier.orders import Order, find
from payments.cashier.store import Store, stamp
from payments.cashier.switches import Switches
from payments.cashier.till import Refusal
from payments.gateways.base import RefundAnswer, RefundRequest, RefundState


def refund(store: Store, request: RefundRequest, now: datetime, switches: Switches) -> RefundAnswer:
    """Take a refund on, once for ever by its number; raises ``Refusal``."""
    with store.writing() as db:
        known = _row(db, request.refund_number)
        if known is not None:
            return _again(known, request, now)
        _check(db, request, now)
        due = stamp(now + timedelta(seconds=switches.refund_after))
        outcome = "failed" if switches.refund_fail else "arrived"
        db.execute(
            "INSERT INTO refunds (refund_number, number, amount_fen, reason, asked_at, due_at,"
            " outcome) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                request.refund_number, request.number, request.amount_fen, request.reason,
                stamp(now), due, outcome,
            ],
        )  # fmt: skip
    return RefundAnswer(
        request.number, request.refund_number, RefundState.ACCEPTED, "", request.amount_fen
    )


def query(store: Store, number: str, refund_number: str, now: datetime) -> RefundAnswer:
    """How a refund stands."""
    row = _row(store.reading(), refund_number)
    if row is None or row["number"] != number:
        return RefundAnswer(number, refund_number, RefundState.UNKNOWN, "")
    return _answer(row, now)


def of_order(store: Store, number: str, now: datetime) -> list[RefundAnswer]:
    """The refunds of an order, oldest first."""
    rows = store.reading().execute("SELECT * FROM refunds WHERE number = ? ORDER BY id", [number])
    return [_answer(row, now) for row in rows]


def _row(db: sqlite3.Connection, refund_number: str) -> sqlite3.Row | None:
    found = db.execute("SELECT * FROM refunds WHERE refund_number = ?", [refund_number])
    row: sqlite3.Row | None = found.fetchone()
    return row


def _again(known: sqlite3.Row, request: RefundRequest, now: datetime) -> RefundAnswer:
    if (known["number"], known["amount_fen"]) != (request.number, request.amount_fen):
        raise Refusal("refund_differs", "同一退款单号的订单或金额不同。")
    return _answer(known, now)


def _check(db: sqlite3.Connection, request: RefundRequest, now: datetime) -> None:
    order = find(db, "number", request.number)
    if order is None:
        raise Refusal("unknown_order", "没有这笔订单。")
    if order.state != "paid":
        raise Refusal("not_paid", "订单还没有支付。")
    if (order.trade_number, order.paid_fen) != (request.trade_number, request.total_fen):
        raise Refusal("trade_differs", "交易流水号或订单金额不符。")
    if request.amount_fen > order.paid_fen - _gone(db, order, now):
        raise Refusal("too_much", "退款超过订单剩余的金额。")


def _gone(db: sqlite3.Connection, order: Order, now: datetime) -> int:
    """Fen on their way back or there; a failed refund gives its amount free again."""
    still = "outcome = 'arrived' OR due_at > ?"
    total = f"SELECT COALESCE(SUM(amount_fen), 0) FROM refunds WHERE number = ? AND ({still})"  # noqa: S608 -- own words
    gone: int = db.execute(total, [order.number, stamp(now)]).fetchone()[0]
    return gone


def _answer(row: sqlite3.Row, now: datetime) -> RefundAnswer:
    due = datetime.fromisoformat(row["due_at"])
    state = RefundState.ACCEPTED if now < due else RefundState(row["outcome"])
    arrived = state is RefundState.ARRIVED
    return RefundAnswer(
        number=row["number"],
        refund_number=row["refund_number"],
        state=state,
        raw="",
        amount_fen=row["amount_fen"],
        refund_trade_number=f"FR{row['id']:012d}" if arrived else "",
        arrived_at=due.replace(microsecond=0) if arrived else None,
    )
