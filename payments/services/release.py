"""Giving a charge back: 释放, by the student line by line, by the job for everybody.

The manual's order (part three): ask first, release one course at a time, no sooner than 20
minutes after 缴费. A gateway closes whole orders only, so the first release closes the order and
the others find it closed.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from django.conf import settings
from django.db import transaction

from payments import refusals, selectors, standing, waits
from payments.gateways.base import PaymentState
from payments.gateways.registry import gateway
from payments.gateways.transport import together
from payments.models import Charge, Order, OrderLine
from payments.services import inquiry, locks, notices
from payments.services.check import digest
from payments.services.sync import close_due
from payments.standing import LineHistory
from payments.states import LineState, MessageKind, OrderState
from portal.inbox import services as inbox
from portal.lib.errors import DomainError, NotYours


def release_line(
    *, line_id: int, payer_id: int, now: datetime, never_paid: bool = False
) -> OrderLine:
    """Release one held line after 20 minutes; the gateway is asked first.

    ``never_paid`` (我没有付款) is needed only where the gateway cannot be asked. Call it outside
    any transaction. Raises ``NotYours`` and ``DomainError``: ``line.not_held``, ``line.too_early``,
    ``line.claimed``, ``order.paid`` (the money was there), ``gateway.silent``, ``order.unasked``,
    ``order.not_closed``.
    """
    line = (
        OrderLine.objects.filter(pk=line_id, order__payer_id=payer_id)
        .select_related("order", "charge")
        .first()
    )
    if line is None:
        raise NotYours("没有找到这门课的订单。")
    _refuse(line, selectors.history(line), now)
    if line.order.state == OrderState.OPEN:
        _ask_first(line.order, now, never_paid=never_paid)
    return _release_own(line.pk, line.charge_id, now)


def release_due(now: datetime, limit: int) -> int:
    """Release every line that is due, at most ``limit``, one transaction for each order, so that
    its cool-downs do not stagger and its payer gets one message. Returns how many were released.
    """
    close_due(now)
    due = OrderLine.objects.filter(
        state=LineState.HELD,
        order__state=OrderState.CLOSED,
        order__opened_at__lte=now - settings.ORDER_RELEASE_AFTER,
    ).order_by("order_id", "pk")
    found = due.values_list("order_id", "charge_id", "pk")[:limit]
    orders = groupby(found, key=itemgetter(0))
    held = [[(charge, line) for _, charge, line in lines] for _, lines in orders]
    return sum(_release_if_free(lines, now) for lines in held)


def _refuse(line: OrderLine, history: LineHistory, now: datetime) -> None:
    if not standing.may_release(history, now, waits.in_force()):
        raise refusals.not_releasable(line.charge.title, history, now, waits.in_force())


def _ask_first(order: Order, now: datetime, *, never_paid: bool) -> None:
    if not gateway(order.channel).can_query:
        if never_paid:
            return
        raise DomainError(
            "order.unasked",
            f"订单 {order.number} 的渠道不能查询是否付款。",
            advice="没有付过，选「我没有付款」再释放。",
        )
    with together(settings.GATEWAY_TIMEOUT):  # a page waits for both answers
        asked = inquiry.query_and_close(order)
    digest([asked], now)
    if asked.answer is PaymentState.PAID:
        raise refusals.paid(order.number)
    if asked.answer is None:
        raise refusals.silent(order.number, "没有释放")
    if asked.heard[-1][0] is MessageKind.CLOSE and asked.answer is PaymentState.UNKNOWN:
        raise refusals.not_closed(order.number)


@transaction.atomic(durable=True)
def _release_own(line_id: int, charge_id: int, now: datetime) -> OrderLine:
    locks.charges(Charge.objects.filter(pk=charge_id))
    line = locks.line(line_id)
    if line.state == LineState.RELEASED:  # it gave way to an older payment while we asked
        return line
    _refuse(line, selectors.history(line), now)
    if not _is_closed(line.order):
        raise refusals.silent(line.order.number, "没有释放")
    _release(line, now)
    inbox.send(notices.released([line], now), now)
    return line


@transaction.atomic(durable=True)
def _release_if_free(held: Sequence[tuple[int, int]], now: datetime) -> int:
    """Release lines of one order, (charge, line) each; one that somebody works on comes again."""
    free = [line for charge, line in sorted(held) if locks.charge_if_free(charge) is not None]
    found = [locks.line(line) for line in sorted(free)]
    lines = [
        line
        for line in found
        if line.state == LineState.HELD and line.order.state == OrderState.CLOSED
    ]
    for line in lines:
        _release(line, now)
    inbox.send(notices.released(lines, now), now)
    return len(lines)


def _is_closed(order: Order) -> bool:
    """Nobody can pay it any more, as far as its gateway can tell."""
    return order.state == OrderState.CLOSED or not gateway(order.channel).can_close


def _release(line: OrderLine, now: datetime) -> None:
    """``line.order.superseded``: nobody waits for it, so there is no cool-down."""
    line.state = LineState.RELEASED
    line.released_at = now
    line.payable_again_at = now if line.order.superseded else now + settings.ORDER_REPAY_AFTER
    line.save(update_fields=["state", "released_at", "payable_again_at"])
