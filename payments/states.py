"""States of charges, orders and lines, and the only moves between them.

Ordered tuples: the same tables feed the services and the database triggers.
"""

from portal.lib.labels import Labelled


class ChargeState(Labelled):
    """What somebody owes. Whether it is paid is not here: that is read from its lines."""

    OWED = "owed", "应缴"
    WAIVED = "waived", "免缴"
    VOID = "void", "作废"


CHARGE_MOVES = (
    (ChargeState.OWED, ChargeState.WAIVED),
    (ChargeState.OWED, ChargeState.VOID),
    (ChargeState.WAIVED, ChargeState.VOID),
    (ChargeState.VOID, ChargeState.OWED),  # enrolled again, reinstated
    (ChargeState.VOID, ChargeState.WAIVED),
)
CHARGE_STARTS = (ChargeState.OWED, ChargeState.WAIVED)


class OrderState(Labelled):
    """What the gateway last said of an order."""

    OPEN = "open", "待支付"
    PAID = "paid", "已支付"
    CLOSED = "closed", "已关闭"


ORDER_MOVES = (
    (OrderState.OPEN, OrderState.PAID),
    (OrderState.OPEN, OrderState.CLOSED),
    (OrderState.CLOSED, OrderState.PAID),  # late money
)
ORDER_STARTS = (OrderState.OPEN,)


class LineState(Labelled):
    """An order's hold on one charge."""

    HELD = "held", "占用中"
    PAID = "paid", "已到账"
    RELEASED = "released", "已释放"
    REFUNDED = "refunded", "已转退费"


LINE_MOVES = (
    (LineState.HELD, LineState.PAID),
    (LineState.HELD, LineState.RELEASED),
    (LineState.RELEASED, LineState.PAID),  # late money
    (LineState.PAID, LineState.REFUNDED),  # the money became a refund case
)
LINE_STARTS = (LineState.HELD,)
HOLDING = (LineState.HELD, LineState.PAID)


class SurplusReason(Labelled):
    """Why money that arrived could not be given to a charge."""

    ALREADY_PAID = "already_paid", "这门课已经缴过"
    WAIVED = "waived", "这门课免缴"
    VOID = "void", "报名已取消"
    AMOUNT_DIFFERS = "amount_differs", "金额与订单不符"
    UNKNOWN_ORDER = "unknown_order", "没有这个订单号"
    WITHDRAWN = "withdrawn", "缴费后退报名"
    WAIVED_LATER = "waived_later", "缴费后获得免缴"


class ReceiptKind(Labelled):
    """Which way the money went."""

    PAYMENT = "payment", "收款"
    REFUND = "refund", "退款"


class AllocationKind(Labelled):
    """A posting of a receipt to a charge, or its reversal into a surplus."""

    ALLOCATE = "allocate", "记入"
    REVERSE = "reverse", "转出"


class MessageKind(Labelled):
    """How a gateway's words reached the portal."""

    CALLBACK = "callback", "回调"
    QUERY = "query", "查询"
    CLOSE = "close", "关单"
    STATEMENT = "statement", "对账单"
