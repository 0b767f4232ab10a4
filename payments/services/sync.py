"""The jobs that ask: open orders until they are decided, closed ones for late money."""

from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from payments.models import Order, OrderLine
from payments.services import inquiry
from payments.services.sweep import sweep
from payments.states import LineState, OrderState


def releasable(now: datetime) -> Q:
    """Open orders with a line that may be released: due, and not said to be paid."""
    held = OrderLine.objects.filter(order=OuterRef("pk"), state=LineState.HELD)
    unclaimed = Q(claimed_at=None) | Q(opened_at__lte=now - settings.ORDER_WATCH)
    return (
        Q(state=OrderState.OPEN, opened_at__lte=now - settings.ORDER_RELEASE_AFTER)
        & unclaimed
        & Q(Exists(held))
        & Q(channel__in=inquiry.channels(can_close=True))
    )


def sync_open(now: datetime) -> int:
    """Ask about open orders with back-off; those due for release belong to ``release_due``."""
    rows = Order.objects.filter(state=OrderState.OPEN, channel__in=inquiry.channels())
    return sweep(rows.exclude(releasable(now)), inquiry.usual, now)


def watch_closed(now: datetime) -> int:
    """Ask about closed orders for two days: money may come late."""
    rows = Order.objects.filter(state=OrderState.CLOSED, channel__in=inquiry.channels())
    return sweep(rows, inquiry.query, now)


def close_due(now: datetime) -> int:
    """Ask about orders due for release and close the unpaid ones at their gateway."""
    return sweep(Order.objects.filter(releasable(now)), inquiry.query_and_close, now)
