"""What becomes of money that arrived: a pure decision over frozen facts.

Every branch either pays a line or opens a surplus; no branch drops money.
"""

from dataclasses import dataclass
from enum import StrEnum

from payments.states import ChargeState, LineState, OrderState, SurplusReason


class Verdict(StrEnum):
    """What one line gets."""

    PAY = "pay"  # the order held the charge: the ordinary case
    PAY_LATE = "pay_late"  # released, still owed, held by nobody else
    TAKE_OVER = "take_over"  # released, held by a newer order, which gives way
    SURPLUS = "surplus"  # for finance, with a reason


@dataclass(frozen=True)
class LineFacts:
    """One line as locked. ``rival`` is the state of another line that holds its charge.

    ``charge_fen`` is what the charge costs now; it may change while nothing holds it.
    """

    line_id: int
    charge_id: int
    amount_fen: int
    state: LineState
    charge_fen: int
    charge_state: ChargeState
    rival: LineState | None
    rival_line_id: int | None = None


@dataclass(frozen=True)
class OrderFacts:
    """One order as locked, with its lines in position order."""

    state: OrderState
    amount_fen: int
    lines: tuple[LineFacts, ...]


@dataclass(frozen=True)
class LineDecision:
    """What one line gets; ``reason`` only with SURPLUS."""

    line: LineFacts
    verdict: Verdict
    reason: SurplusReason | None = None


@dataclass(frozen=True)
class Decision:
    """``whole_surplus`` is set when the sum as such does not fit: then no line is touched."""

    lines: tuple[LineDecision, ...] = ()
    whole_surplus: SurplusReason | None = None


def decide(order: OrderFacts | None, amount_fen: int) -> Decision:
    """Decide what a new payment of ``amount_fen`` for ``order`` (None: unknown number) does.

    The caller has made sure that this trade has not been received before.
    """
    if order is None:
        return Decision(whole_surplus=SurplusReason.UNKNOWN_ORDER)
    if amount_fen != order.amount_fen:
        return Decision(whole_surplus=SurplusReason.AMOUNT_DIFFERS)
    return Decision(lines=tuple(_decide_line(line) for line in order.lines))


def _decide_line(line: LineFacts) -> LineDecision:
    reason = _refusal(line)
    if reason is not None:
        return LineDecision(line, Verdict.SURPLUS, reason)
    if line.state is LineState.HELD:
        return LineDecision(line, Verdict.PAY)
    if line.rival is LineState.HELD:
        return LineDecision(line, Verdict.TAKE_OVER)
    return LineDecision(line, Verdict.PAY_LATE)


def _refusal(line: LineFacts) -> SurplusReason | None:
    """Why the charge cannot take the money, None when it can."""
    if line.state in (LineState.PAID, LineState.REFUNDED) or line.rival is LineState.PAID:
        return SurplusReason.ALREADY_PAID
    if line.charge_state is ChargeState.WAIVED:
        return SurplusReason.WAIVED
    if line.charge_state is ChargeState.VOID:
        return SurplusReason.VOID
    if line.charge_fen != line.amount_fen:
        return SurplusReason.AMOUNT_DIFFERS
    return None
