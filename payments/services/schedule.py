"""When an order is asked about next (``Order.next_check_at``): back-off, and never past the
moment at which the answer matters.
"""

from datetime import datetime

from django.conf import settings

from payments.models import Order
from payments.standing import Waits
from payments.states import OrderState


def first_check(opened_at: datetime, waits: Waits) -> datetime:
    """The first question about a new order."""
    return min(opened_at + settings.ORDER_CHECK_BACKOFF[0], opened_at + waits.release_after)


def next_check(order: Order, now: datetime, waits: Waits, *, held: bool) -> datetime | None:
    """The question after the answer just heard, None when nobody needs to know any more.

    ``order.check_count`` counts the answers before it. ``held``: the order still holds a charge,
    so it is asked about until it is decided. A closed order is watched two days for late money.
    """
    if order.state == OrderState.PAID:
        return None
    milestones = [order.opened_at + waits.release_after, order.opened_at + waits.watch]
    if not held and now >= (order.closed_at or order.opened_at) + waits.watch:
        return None
    steps = settings.ORDER_CHECK_BACKOFF
    usual = now + steps[min(order.check_count + 1, len(steps) - 1)]
    return min([usual, *(moment for moment in milestones if held and moment > now)])
