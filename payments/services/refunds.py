"""Sending surplus money back through its gateway: asked for, then asked about, by lease.

Never HTTP inside a transaction: a short one takes the lease and says ``asked_at``, the gateway is
spoken to outside, a second one writes what it answered. Silence changes nothing and is asked again.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from payments import origins
from payments.gateways.base import (
    Gateway,
    GatewayRefused,
    GatewayUnavailable,
    RefundAnswer,
    RefundRequest,
    RefundState,
)
from payments.gateways.refunding import is_final
from payments.gateways.registry import gateway
from payments.models import GatewayMessage, Resolution
from payments.services import messages, refund_notices, steps
from payments.states import MessageKind, ResolutionMethod, ResolutionState, SurplusReason
from portal.inbox import services as inbox
from portal.lib import trace
from portal.lib.money import yuan

logger = logging.getLogger("money")
UNDER_WAY = (ResolutionState.RELEASED, ResolutionState.ACCEPTED)


@dataclass(frozen=True)
class Errand:
    """One question for a gateway; ``first`` asks for the refund, otherwise what became of it.

    ``repeated``: it was asked for before, perhaps taken on, and the answer was lost.
    """

    resolution_id: int
    channel: str
    request: RefundRequest
    first: bool
    repeated: bool


@dataclass(frozen=True)
class Reply:
    """An answer, a refusal (its code), or neither: silence. Both: the refund was refused, and the
    answer is what the gateway then said of its number.
    """

    errand: Errand
    answer: RefundAnswer | None = None
    refusal: str = ""


def push(now: datetime) -> int:
    """Ask gateways for the refunds that two people have decided; returns how many."""
    return _work(ResolutionState.RELEASED, now)


def check(now: datetime) -> int:
    """Ask what became of the refunds that gateways have taken on; returns how many."""
    return _work(ResolutionState.ACCEPTED, now)


def ask_soon(refund_number: str, now: datetime) -> None:
    """A gateway has news of this refund: what it came to is asked next."""
    rows = Resolution.objects.filter(refund_number=refund_number, state__in=UNDER_WAY)
    rows.filter(next_check_at__isnull=False).update(next_check_at=now)


def _work(state: ResolutionState, now: datetime) -> int:
    done = 0
    while done < settings.JOB_BATCH:
        errands = _lease(state, now)
        if not errands:
            break
        replies = _ask_all(errands)
        for reply in replies:
            _digest(reply, now)
        done += len(errands)
        if not any(reply.answer or reply.refusal for reply in replies):
            break  # the gateway is down, the rest can wait
    return done


@transaction.atomic(durable=True)
def _lease(state: ResolutionState, now: datetime) -> list[Errand]:
    due = Resolution.objects.filter(
        method=ResolutionMethod.GATEWAY, state=state, next_check_at__lte=now
    ).order_by("next_check_at", "pk")
    free = due.select_for_update(no_key=True, skip_locked=True, of=("self",))
    rows = list(free.select_related("surplus__receipt")[: 4 * settings.GATEWAY_CONCURRENCY])
    errands = [_errand(row) for row in rows]
    for row in rows:
        row.next_check_at = now + _pause(row.check_count)
        row.check_count += 1
        row.asked_at = row.asked_at or now
        row.save(update_fields=["next_check_at", "check_count", "asked_at"])
    return errands


def _pause(count: int) -> timedelta:
    pauses: list[timedelta] = settings.ORDER_CHECK_BACKOFF
    return pauses[min(count, len(pauses) - 1)]


def _errand(row: Resolution) -> Errand:
    payment = origins.of(row.surplus)
    request = RefundRequest(
        number=payment.order_number,
        refund_number=row.refund_number,
        trade_number=origins.trade_number(payment),
        amount_fen=row.surplus.amount_fen,
        total_fen=payment.amount_fen,
        # Our own short words: channels cut long ones, and the payer reads them on his bill.
        reason=SurplusReason(row.surplus.reason).label,
    )
    first = row.state == ResolutionState.RELEASED
    return Errand(row.pk, payment.channel, request, first, row.asked_at is not None)


def _ask_all(errands: Sequence[Errand]) -> list[Reply]:
    """A few at a time; the threads touch no database."""
    with ThreadPoolExecutor(settings.GATEWAY_CONCURRENCY, **trace.helping()) as pool:
        return list(pool.map(_ask, errands))


def _ask(errand: Errand) -> Reply:
    channel, request = gateway(errand.channel), errand.request
    try:
        if errand.first:
            return _ask_for(channel, errand)
        return Reply(errand, channel.query_refund(request.number, request.refund_number))
    except GatewayRefused as error:
        return Reply(errand, refusal=error.code)
    except GatewayUnavailable:
        return Reply(errand)


def _ask_for(channel: Gateway, errand: Errand) -> Reply:
    """A refusal says nothing of an earlier try whose answer was lost, so the number is asked."""
    request = errand.request
    try:
        return Reply(errand, channel.refund(request))
    except GatewayRefused as error:
        answer = channel.query_refund(request.number, request.refund_number)
        return Reply(errand, answer, error.code)


def _digest(reply: Reply, now: datetime) -> None:
    if reply.answer is None and not reply.refusal:
        return
    request, raw = reply.errand.request, reply.answer.raw if reply.answer else reply.refusal
    kind, refusal = MessageKind.REFUND, reply.refusal
    channel = reply.errand.channel
    message = messages.record(channel, kind, request.number, raw, now, refusal=refusal)
    _write(reply, message, now)


@transaction.atomic(durable=True)
def _write(reply: Reply, message: GatewayMessage, now: datetime) -> None:
    row = steps.lock(reply.errand.resolution_id)
    answer = reply.answer
    if row.state not in UNDER_WAY or answer is None:  # a refused question changes nothing
        return
    if answer.amount_fen not in (0, row.surplus.amount_fen):
        _alarm(row, answer)
    elif answer.state is RefundState.ARRIVED:
        steps.arrive(row, None, answer.arrived_at or now, now, message=message)
    elif answer.state is RefundState.FAILED:
        _fail(row, "渠道告知没有退成", now)
    elif row.state == ResolutionState.RELEASED:
        _taken_on_or_not(row, reply, now)


def _taken_on_or_not(row: Resolution, reply: Reply, now: datetime) -> None:
    answer, errand = reply.answer, reply.errand
    if answer is not None and answer.state is RefundState.ACCEPTED:
        row.accepted_at, row.check_count = now, 0
        fields = ("accepted_at", "check_count")
        steps.move_on(row, ResolutionState.ACCEPTED, None, now, fields=fields)
    elif reply.refusal and (not errand.repeated or is_final(errand.channel, reply.refusal)):
        _fail(row, f"渠道没有受理：{reply.refusal}", now)


def _fail(row: Resolution, why: str, now: datetime) -> None:
    """The gateway's own word that nothing is under way, so the step can be taken back again."""
    row.failure, row.asked_at, row.next_check_at = why[:200], None, None
    fields = ("failure", "asked_at", "next_check_at")
    steps.move_on(row, ResolutionState.FAILED, None, now, why, fields=fields)
    inbox.send(refund_notices.failed(row), now)


def _alarm(row: Resolution, answer: RefundAnswer) -> None:
    logger.error(
        "refund %s: the gateway says %s, ours is %s; nothing changed",
        row.refund_number,
        yuan(answer.amount_fen),
        yuan(row.surplus.amount_fen),
    )
