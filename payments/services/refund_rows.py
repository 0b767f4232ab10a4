"""The refunds that a channel's own file lists, held against those two people decided here.

What agrees carries its refund on; what does not is kept as a case for finance and posts nothing.
Telling a row again changes nothing. A file that was fetched and one that was uploaded come here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from payments import origins
from payments.gateways.base import StatementRefund
from payments.models import GatewayMessage, Receipt, Resolution, StrayRefund
from payments.services import messages, refunds, steps
from payments.states import (
    MessageKind,
    ReceiptKind,
    ResolutionMethod,
    ResolutionState,
    StrayReason,
)


class RefundNews(StrEnum):
    """What a row was."""

    ARRIVED = "arrived"  # our refund is done, by this row
    TAKEN_ON = "taken_on"  # the channel has it; what became of it is asked next
    REPEAT = "repeat"  # known before
    STRAY = "stray"  # belongs to no decided refund, or contradicts it: a case for finance


@dataclass(frozen=True)
class RefundOutcome:
    """What became of a row; ``reason`` only with STRAY."""

    row: StatementRefund
    news: RefundNews
    reason: StrayReason | None = None


Note = Callable[[int, RefundOutcome], None]


def note_rows(
    channel: str,
    rows: Sequence[StatementRefund],
    now: datetime,
    then: Note | None = None,
) -> list[RefundOutcome]:
    """Store and digest the refunds of a file, in their order; one transaction for each, in which
    ``then`` writes down what became of the row at a place: told again, it is known before.

    Call it outside any transaction, after the file's payments are settled. The rows have been
    through ``facts.refund_row``.
    """
    kind = MessageKind.STATEMENT
    stored = messages.record_all(
        messages.compose(channel, kind, row.number, row.raw, now) for row in rows
    )
    ours = _ours(rows)
    outcomes = []
    for place, (row, message) in enumerate(zip(rows, stored, strict=True)):
        with transaction.atomic(durable=True):
            one = _note(channel, row, ours.get(row.refund_number), message, now)
            if then is not None:
                then(place, one)
        outcomes.append(one)
    return outcomes


def _ours(rows: Sequence[StatementRefund]) -> Mapping[str, int]:
    """Refund number -> resolution; of several the newest, which is the one in force."""
    numbers = {row.refund_number for row in rows} - {""}
    found = Resolution.objects.filter(refund_number__in=numbers).order_by("pk")
    return dict(found.values_list("refund_number", "pk"))


def _note(
    channel: str,
    row: StatementRefund,
    resolution_id: int | None,
    message: GatewayMessage,
    now: datetime,
) -> RefundOutcome:
    reason = StrayReason.UNKNOWN
    if resolution_id is not None:
        ours = steps.lock(resolution_id)
        differs = _contradiction(channel, row, ours)
        if differs is None:
            return RefundOutcome(row, _carry_on(row, ours, message, now))
        reason = differs
    return _stray(channel, row, reason, message, now)


def _contradiction(channel: str, row: StatementRefund, ours: Resolution) -> StrayReason | None:
    payment = origins.of(ours.surplus)
    if (payment.channel, payment.order_number) != (channel, row.number):
        return StrayReason.PAYMENT_DIFFERS
    if row.amount_fen != ours.surplus.amount_fen:
        return StrayReason.AMOUNT_DIFFERS
    if ours.method != ResolutionMethod.GATEWAY:
        done = ours.state == ResolutionState.ARRIVED
        return StrayReason.OTHER_WAY if done else StrayReason.NOT_DECIDED
    # A channel that lists what it was asked for goes on listing what failed afterwards.
    listed_only = ours.state == ResolutionState.FAILED and not row.has_arrived
    known = ours.state in (*refunds.UNDER_WAY, ResolutionState.ARRIVED) or listed_only
    return None if known else StrayReason.NOT_DECIDED


def _carry_on(
    row: StatementRefund, ours: Resolution, message: GatewayMessage, now: datetime
) -> RefundNews:
    if ours.state not in refunds.UNDER_WAY:
        return RefundNews.REPEAT
    if row.has_arrived:
        steps.arrive(ours, None, row.moved_at, now, message=message)
        return RefundNews.ARRIVED
    if ours.state == ResolutionState.ACCEPTED:
        refunds.ask_soon(ours.refund_number, now)
        return RefundNews.REPEAT
    ours.accepted_at, ours.check_count, ours.next_check_at = now, 0, now
    ours.asked_at = ours.asked_at or now  # from here on nobody takes it back
    fields = ("accepted_at", "check_count", "next_check_at", "asked_at")
    steps.move_on(ours, ResolutionState.ACCEPTED, None, now, "渠道对账单", fields=fields)
    return RefundNews.TAKEN_ON


def _stray(
    channel: str,
    row: StatementRefund,
    reason: StrayReason,
    message: GatewayMessage,
    now: datetime,
) -> RefundOutcome:
    """Keep the case once; the same refund told again, by whatever reason, is known."""
    case, is_new = StrayRefund.objects.get_or_create(
        channel=channel,
        key=_key(row),
        amount_fen=row.amount_fen,
        defaults={
            "order_number": row.number,
            "trade_number": row.trade_number,
            "receipt": _payment(channel, row),
            "reason": reason,
            "moved_at": row.moved_at,
            "message": message,
            "seen_at": now,
        },
    )
    if is_new:
        return RefundOutcome(row, RefundNews.STRAY, reason)
    return RefundOutcome(row, RefundNews.REPEAT, StrayReason(case.reason))


def _key(row: StatementRefund) -> str:
    """What tells this refund from others; one without any number by its payment and its time."""
    at = row.moved_at.isoformat()
    return row.refund_number or row.refund_trade_number or f"{row.trade_number or row.number}@{at}"


def _payment(channel: str, row: StatementRefund) -> Receipt | None:
    """The payment it was taken from, as far as it is known here."""
    payments = Receipt.objects.filter(channel=channel, kind=ReceiptKind.PAYMENT)
    named = payments.filter(trade_number=row.trade_number) if row.trade_number else payments.none()
    return named.first() or payments.filter(order_number=row.number).order_by("pk").first()
