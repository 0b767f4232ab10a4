"""Asking a gateway what became of orders, and doing what the answers say."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from payments.book import Arrival
from payments.gateways.base import PaymentAnswer, PaymentState
from payments.models import Charge, GatewayMessage, Order, OrderLine
from payments.services import inquiry, locks, messages, notices
from payments.services.inquiry import Inquiry
from payments.services.settle import settle
from payments.states import LineState, MessageKind, OrderState
from portal.inbox import services as inbox

# Answers after which it is only known when it was asked.
_UNTOLD = (PaymentState.UNPAID, PaymentState.UNKNOWN)


def ask(order: Order, now: datetime) -> PaymentState | None:
    """Ask the gateway (a few seconds at most) and settle or close by its answer, None for silence.

    Call it outside any transaction. No answer changes nothing. ``order`` stays as it was read.
    """
    asked = inquiry.usual(order)
    digest([asked], now)
    return asked.answer


def digest(inquiries: Sequence[Inquiry], now: datetime) -> None:
    """Store what was heard, then settle what is paid and close what is closed."""
    heard = [(asked.order.channel, *words) for asked in inquiries for words in asked.heard]
    if not heard:
        return
    stored = messages.record_all(
        messages.compose(channel, kind, answer.number, answer.raw, now)
        for channel, kind, answer in heard
    )
    arrivals = [
        arrival(channel, kind, answer, message, now)
        for (channel, kind, answer), message in zip(heard, stored, strict=True)
        if answer.state is PaymentState.PAID
    ]
    if arrivals:
        settle(arrivals, now)
    closed = [answer.number for _, _, answer in heard if answer.state is PaymentState.CLOSED]
    if closed:
        mark_closed(closed, now)
    untold = [asked.order for asked in inquiries if asked.answer in _UNTOLD]
    _mark_asked([order.pk for order in untold if order.checked_at != now], now)


def _mark_asked(order_ids: list[int], now: datetime) -> None:
    """Several are locked by id first: one UPDATE takes rows as they lie, against ``settle``."""
    rows = Order.objects.filter(pk__in=order_ids)
    if len(order_ids) < 2:
        if order_ids:
            rows.update(checked_at=now)
        return
    with transaction.atomic():
        locks.orders(Q(pk__in=order_ids))
        rows.update(checked_at=now)


def arrival(
    channel: str, kind: MessageKind, answer: PaymentAnswer, message: GatewayMessage, now: datetime
) -> Arrival:
    """A PAID answer as an arrival."""
    return Arrival(
        channel=channel,
        order_number=answer.number,
        trade_number=answer.trade_number,
        amount_fen=answer.amount_fen,
        paid_at=answer.paid_at or now,
        kind=kind,
        message_id=message.pk,
    )


@transaction.atomic(durable=True)
def mark_closed(numbers: Iterable[str], now: datetime) -> None:
    """The gateway will take no more money for these. Watched for late money from now on.

    An order that gave way to an older payment loses its other lines at once, without cool-down.
    """
    wanted = Q(number__in=list(numbers))
    lines = OrderLine.objects.filter(order__in=Order.objects.filter(wanted))
    locks.charges(Charge.objects.filter(pk__in=[pk for (pk,) in lines.values_list("charge_id")]))
    orders = locks.orders(wanted)
    still_open = [order.pk for order in orders.values() if order.state == OrderState.OPEN]
    Order.objects.filter(pk__in=still_open).update(
        state=OrderState.CLOSED,
        closed_at=now,
        checked_at=now,
        check_count=0,
        next_check_at=now + settings.ORDER_CHECK_BACKOFF[0],
    )
    gave_way = [
        order.pk for order in orders.values() if order.superseded and order.state != OrderState.PAID
    ]
    _free_without_cooling(gave_way, now)


def _free_without_cooling(order_ids: list[int], now: datetime) -> None:
    rows = OrderLine.objects.filter(order_id__in=order_ids, state=LineState.HELD)
    lines = list(rows.select_related("order", "charge").order_by("pk"))
    OrderLine.objects.filter(pk__in=[line.pk for line in lines]).update(
        state=LineState.RELEASED, released_at=now, payable_again_at=now, announced_at=now
    )
    for line in lines:
        line.payable_again_at = now
    inbox.send(notices.released(lines, now), now)
