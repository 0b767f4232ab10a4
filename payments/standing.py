"""Where one charge stands right now: the same pure rule for opening an order and for the pages.

The waits are those of the retake manual, part three; boundaries are inclusive: at exactly
20 minutes a line may be released, at exactly 30 minutes after that the course may be paid again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from payments.states import HOLDING, ChargeState, LineState, OrderState


class Standing(StrEnum):
    """One word per charge; the pages and ``open_order`` read nothing else."""

    VOID = "void"
    WAIVED = "waived"
    PAID = "paid"
    HELD = "held"  # an open order waits for the payer; until = when it may be released
    CONFIRMING = "confirming"  # told or suspected paid; until = known at the latest
    COOLING = "cooling"  # released; until = payable again
    NOT_OPEN = "not_open"  # until = payment opens
    REFUSED = "refused"  # the workflow says why
    OVER = "over"  # payment closed; until = when it closed
    WATCHED = "watched"  # payable, but first: did you pay the earlier order?
    PAYABLE = "payable"  # until = payment closes


@dataclass(frozen=True)
class Waits:
    """The waits in force; ``watch`` is how long late money is looked for, ``finance`` how long a
    case of theirs normally takes.
    """

    release_after: timedelta
    repay_after: timedelta
    watch: timedelta
    finance: timedelta = timedelta(days=7)


@dataclass(frozen=True)
class PayWindow:
    """When a charge may be paid, as its workflow says; ``refusal`` a sentence when it may not."""

    opens_at: datetime
    closes_at: datetime
    refusal: str = ""


@dataclass(frozen=True)
class LineHistory:
    """One line of a charge with what matters of its order."""

    line_id: int
    order_number: str
    order_state: OrderState
    opened_at: datetime
    claimed_at: datetime | None
    closed_at: datetime | None
    state: LineState
    released_at: datetime | None
    payable_again_at: datetime | None
    paid_at: datetime | None = None
    superseded: bool = False  # its order gave way to another payment and is being closed
    reconciled_at: datetime | None = None  # since when no statement is waited for any more


@dataclass(frozen=True)
class Position:
    """A standing, the time that matters for it, and the line it is about."""

    standing: Standing
    until: datetime | None = None
    line: LineHistory | None = None
    sentence: str = ""
    is_checking: bool = False  # CONFIRMING, but nobody said 我已付款: it is being released

    @property
    def is_giving_way(self) -> bool:
        """Its order is being closed because another payment paid one of its courses."""
        return self.is_checking and self.line is not None and self.line.superseded

    @property
    def is_closed(self) -> bool:
        """Its order takes no money any more; the course is released when its time is over."""
        closed = self.line is not None and self.line.order_state is OrderState.CLOSED
        return self.is_checking and closed


def position(
    charge: ChargeState,
    lines: tuple[LineHistory, ...],
    window: PayWindow,
    now: datetime,
    waits: Waits,
) -> Position:
    """Tell where a charge stands at ``now``; ``lines`` are all its lines, oldest first."""
    settled = _settled(charge, lines)
    if settled is not None:
        return settled
    held = next((line for line in lines if line.state is LineState.HELD), None)
    if held is not None:
        return _held(held, now, waits)
    last = lines[-1] if lines else None
    if last is not None and last.payable_again_at is not None and now < last.payable_again_at:
        return Position(Standing.COOLING, last.payable_again_at, last)
    return _payable(last, lines, window, now, waits)


def deadline(lines: tuple[LineHistory, ...], window: PayWindow, waits: Waits) -> datetime:
    """When payment really ends: the portal's own waits never cost a seat.

    A line that was held or cooling when payment closed keeps its charge payable until the
    cool-down ends plus one release wait; lines opened after closing extend nothing.
    """
    graces = [
        line.payable_again_at + waits.release_after
        for line in lines
        if line.opened_at <= window.closes_at
        and line.payable_again_at is not None
        and line.payable_again_at > window.closes_at
    ]
    return max(graces, default=window.closes_at)


def was_in_time(where: Position, paid_at: datetime) -> bool:
    """Payment is over now, and was not when the money was paid."""
    return where.standing is Standing.OVER and where.until is not None and paid_at <= where.until


def hold_of(lines: tuple[LineHistory, ...]) -> LineHistory | None:
    """The line that holds the charge (HELD or PAID); the database allows one."""
    return next((line for line in lines if line.state in HOLDING), None)


def release_due(line: LineHistory, waits: Waits) -> datetime:
    """The first moment at which a held line may be released."""
    return line.opened_at + waits.release_after


def claim_ends(line: LineHistory, waits: Waits) -> datetime:
    """Until when 我已付款 keeps a line from being released, and when it is known at the latest.

    Counted from the order, not from the claim: saying it again does not prolong it.
    """
    return line.opened_at + waits.watch


def is_claimed(line: LineHistory, now: datetime, waits: Waits) -> bool:
    """我已付款 stands: neither the gateway nor two days have decided."""
    return (
        line.claimed_at is not None
        and line.order_state is OrderState.OPEN
        and now < claim_ends(line, waits)
    )


def may_claim(line: LineHistory) -> bool:
    """我已付款 would change something: nobody has said it, and the gateway has not closed."""
    return (
        line.state is LineState.HELD
        and line.order_state is OrderState.OPEN
        and not line.superseded
        and line.claimed_at is None
    )


def may_release(line: LineHistory, now: datetime, waits: Waits) -> bool:
    """The line may be released at ``now``, should the gateway say that nothing was paid."""
    return (
        line.state is LineState.HELD
        and now >= release_due(line, waits)
        and not is_claimed(line, now, waits)
    )


def is_watched(line: LineHistory, now: datetime, waits: Waits) -> bool:
    """Late money may still come for this released line."""
    since = line.closed_at or line.released_at
    return (
        line.state is LineState.RELEASED
        and line.order_state is not OrderState.PAID
        and since is not None
        and now < since + waits.watch
    )


def _settled(charge: ChargeState, lines: tuple[LineHistory, ...]) -> Position | None:
    if charge is ChargeState.VOID:
        return Position(Standing.VOID)
    if charge is ChargeState.WAIVED:
        return Position(Standing.WAIVED)
    paid = next((line for line in lines if line.state is LineState.PAID), None)
    return Position(Standing.PAID, line=paid) if paid is not None else None


def _held(line: LineHistory, now: datetime, waits: Waits) -> Position:
    if is_claimed(line, now, waits):
        return Position(Standing.CONFIRMING, claim_ends(line, waits), line)
    due = release_due(line, waits)
    if now < due and line.order_state is OrderState.OPEN and not line.superseded:
        return Position(Standing.HELD, due, line)
    # Nobody may pay it any more, and the job has not been round: it asks the gateway first.
    return Position(Standing.CONFIRMING, claim_ends(line, waits), line, is_checking=True)


def _payable(
    last: LineHistory | None,
    lines: tuple[LineHistory, ...],
    window: PayWindow,
    now: datetime,
    waits: Waits,
) -> Position:
    if window.refusal:
        return Position(Standing.REFUSED, sentence=window.refusal)
    if now < window.opens_at:
        return Position(Standing.NOT_OPEN, window.opens_at)
    ends = deadline(lines, window, waits)
    if now > ends:
        return Position(Standing.OVER, ends)
    if last is not None and is_watched(last, now, waits):
        return Position(Standing.WATCHED, ends, last)
    return Position(Standing.PAYABLE, ends, last)
