"""The page a payer waits on asks the gateway too, no more often than it can bear.

``Order.checked_at`` is the lease: whoever moves it forward asks, and every other tab, reload and
process looks at the rows only. A silent gateway is left alone for longer: each question would hold
a worker until its time limit.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from payments.gateways.registry import gateway
from payments.models import GatewayMessage, Order
from payments.services.check import check
from payments.states import MessageKind, OrderState

AGAIN = timedelta(seconds=5)
AFTER_SILENCE = timedelta(seconds=30)
PATIENCE = timedelta(seconds=3)  # an answer that is not here by then does not come
_ANSWERS = (MessageKind.QUERY, MessageKind.CLOSE)


def ask_now_and_then(order: Order, now: datetime) -> bool:
    """Ask what became of an order unless that was done just now; True while there is no answer.

    ``order`` is as it is afterwards. Call it outside any transaction.
    """
    if order.state == OrderState.PAID or not gateway(order.channel).can_query:
        return False
    silent = _is_silent(order, now)
    if not _lease(order, now, AFTER_SILENCE if silent else AGAIN):
        order.refresh_from_db()  # whoever asked, or was told, may have moved it since it was read
        return silent and order.state != OrderState.PAID
    order.checked_at = now
    return check(order, now).answer is None


def _lease(order: Order, now: datetime, pause: timedelta) -> bool:
    due = Q(checked_at=None) | Q(checked_at__lte=now - pause)
    return Order.objects.filter(due, pk=order.pk).update(checked_at=now) == 1


def _is_silent(order: Order, now: datetime) -> bool:
    """Nothing was heard since it was last asked, and the question is not under way any more."""
    asked = order.checked_at
    if asked is None or now < asked + PATIENCE:
        return False
    heard = GatewayMessage.objects.filter(
        order_number=order.number, kind__in=_ANSWERS, received_at__gte=asked
    )
    return not heard.exists()
