"""What a channel tells of money, held to what can be kept and compared.

Every adapter passes its numbers, amounts and times through here, so that nothing a channel says
can fail later, in the middle of settling. Everything raises ``ValueError``.
"""

from datetime import UTC, datetime

from payments.gateways.base import (
    PaymentAnswer,
    PaymentState,
    RefundAnswer,
    StatementLine,
    StatementRefund,
    StatementRow,
)

LONGEST = 64  # characters of an order's or a trade's number
LARGEST = 2**31 - 1  # fen
YEARS = range(2000, 2101)


def identifier(value: str) -> str:
    """A number without the blanks around it: with them it would be another payment."""
    text = value.strip()
    if not (text and len(text) <= LONGEST and text.isprintable()):
        raise ValueError(f"number {text[:LONGEST]!a}")
    return text


def amount(fen: int) -> int:
    """Fen, more than nothing."""
    if not 0 < fen <= LARGEST:
        raise ValueError("amount")
    return fen


def moment(value: datetime) -> datetime:
    """An aware time of this century."""
    if value.year not in YEARS or value.astimezone(UTC).year not in YEARS:
        raise ValueError(f"time {value.isoformat()}")
    return value


def payment(answer: PaymentAnswer) -> PaymentAnswer:
    """An answer about an order; the facts of a payment only where there is one."""
    number = identifier(answer.number)
    if answer.state is not PaymentState.PAID or answer.paid_at is None:
        return PaymentAnswer(number, answer.state, answer.raw)
    return PaymentAnswer(
        number,
        answer.state,
        answer.raw,
        identifier(answer.trade_number),
        amount(answer.amount_fen),
        moment(answer.paid_at),
    )


def refund(answer: RefundAnswer) -> RefundAnswer:
    """An answer about a refund, which may leave out its amount and time."""
    return RefundAnswer(
        identifier(answer.number),
        identifier(answer.refund_number),
        answer.state,
        answer.raw,
        amount(answer.amount_fen) if answer.amount_fen else 0,
        answer.refund_trade_number,
        moment(answer.arrived_at) if answer.arrived_at else None,
    )


def row(told: StatementRow) -> StatementRow:
    """A line of a daily file. A payment may stand there without its trade number."""
    return StatementRow(
        identifier(told.number),
        _optional(told.trade_number),
        amount(told.amount_fen),
        moment(told.paid_at),
        told.raw,
    )


def line(told: StatementLine) -> StatementLine:
    """Either kind."""
    return refund_row(told) if isinstance(told, StatementRefund) else row(told)


def refund_row(told: StatementRefund) -> StatementRefund:
    """A refund of a daily file. What was done by hand may lack any number but the order's."""
    return StatementRefund(
        number=identifier(told.number),
        trade_number=_optional(told.trade_number),
        refund_number=_optional(told.refund_number),
        refund_trade_number=_optional(told.refund_trade_number),
        amount_fen=amount(told.amount_fen),
        moved_at=moment(told.moved_at),
        raw=told.raw,
        has_arrived=told.has_arrived,
    )


def _optional(value: str) -> str:
    return identifier(value) if value.strip() else ""
