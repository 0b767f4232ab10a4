"""The page a payer waits on asks the gateway too, no more often than it can bear.

``Order.checked_at`` is the lease: whoever moves it forward asks, and every other tab, reload and
process looks at the rows only. A silent gateway is left alone for longer: each question would hold
a worker until its time limit.
"""

from datetime import datetime, timedelta

from payments.models import Order
from payments.services import inquiry
from payments.services.check import ask
from payments.states import MessageKind, OrderState
from portal.lib.errors import NotYours

AGAIN = timedelta(seconds=5)
AFTER_SILENCE = timedelta(seconds=30)
PATIENCE = timedelta(seconds=3)  # an answer that is not here by then does not come
_ANSWERS = (MessageKind.QUERY, MessageKind.CLOSE)

# The order as it was, whether the last question met silence, and whether this one may be asked: of
# two that come at once the second waits for the row and finds it leased.
LEASE = """
WITH own AS (
  SELECT o.*, coalesce(o.checked_at <= %(patience)s AND NOT EXISTS (
           SELECT FROM payments_gatewaymessage m WHERE m.order_number = o.number
             AND m.kind = ANY (%(answers)s) AND m.received_at >= o.checked_at), false) AS is_silent
  FROM payments_order o WHERE o.payer_id = %(payer_id)s AND o.number = %(number)s
), lease AS (
  UPDATE payments_order o SET checked_at = %(now)s FROM own
  WHERE o.id = own.id AND o.state <> %(paid)s AND o.channel = ANY (%(channels)s)
    AND (o.checked_at IS NULL
         OR o.checked_at <= CASE WHEN own.is_silent THEN %(silent)s ELSE %(again)s END)
  RETURNING o.id
)
SELECT own.*, EXISTS (SELECT FROM lease) AS is_leased FROM own
"""


def ask_now_and_then(payer_id: int, number: str, now: datetime) -> bool:
    """Ask what became of an own order unless that was done just now; True while there is no answer.

    One statement and what the answer costs. Call it outside any transaction and read the order
    afterwards: whoever else asked, or was told, may have moved it too. Raises ``NotYours``.
    """
    order = _lease(payer_id, number, now)
    told = vars(order)
    if told["is_leased"]:
        order.checked_at = now
        return ask(order, now) is None
    can_tell = order.channel in inquiry.channels() and order.state != OrderState.PAID
    return bool(told["is_silent"] and can_tell)


def _lease(payer_id: int, number: str, now: datetime) -> Order:
    values = {
        "payer_id": payer_id,
        "number": number,
        "now": now,
        "again": now - AGAIN,
        "silent": now - AFTER_SILENCE,
        "patience": now - PATIENCE,
        "answers": [kind.value for kind in _ANSWERS],
        "channels": inquiry.channels(),
        "paid": OrderState.PAID.value,
    }
    for order in Order.objects.raw(LEASE, values):
        return order
    raise NotYours("没有找到这笔订单。")
