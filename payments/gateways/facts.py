"""What a channel tells of money, held to what can be kept and compared.

Every adapter passes its numbers, amounts and times through here, so that nothing a channel says
can fail later, in the middle of settling. Everything raises ``ValueError``.
"""

from datetime import UTC, datetime

from payments.gateways.base import PaymentAnswer, PaymentState, RefundAnswer, StatementRow

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
    trade = told.trade_number.strip()
    return StatementRow(
        identifier(told.number),
        identifier(trade) if trade else "",
        amount(told.amount_fen),
        moment(told.paid_at),
        told.raw,
    )
