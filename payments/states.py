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
    WITHDRAWN = "withdrawn", "缴费后报名取消"
    WAIVED_LATER = "waived_later", "缴费后获得免缴"


class ReceiptKind(Labelled):
    """Which way the money went."""

    PAYMENT = "payment", "收款"
    REFUND = "refund", "退款"
    VOID = "void", "更正"  # takes back a payment that a file or a clerk told of and nobody made


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
    MANUAL = "manual", "人工登记"
    TRANSFER = "transfer", "余款转入"
    REFUND = "refund", "退款"


class OwnChannel(Labelled):
    """Where money moves without a gateway: between two charges, and over finance's counter."""

    TRANSFER = "transfer", "余款转入"
    COUNTER = "counter", "财务窗口"


class ResolutionMethod(Labelled):
    """How a surplus leaves."""

    GATEWAY = "gateway", "原路退回"
    MOVE = "move", "转到另一门课"
    MANUAL = "manual", "线下退回"
    VOID = "void", "更正：这笔钱没有到账"


class ResolutionState(Labelled):
    """How far it has come. Accepted by the gateway is not arrived."""

    REQUESTED = "requested", "待复核"
    RELEASED = "released", "待办理"
    ACCEPTED = "accepted", "渠道已受理"
    ARRIVED = "arrived", "已办结"
    FAILED = "failed", "没有退成"
    CANCELLED = "cancelled", "已撤销"


RESOLUTION_MOVES = (
    (ResolutionState.REQUESTED, ResolutionState.RELEASED),
    (ResolutionState.REQUESTED, ResolutionState.CANCELLED),
    (ResolutionState.RELEASED, ResolutionState.ACCEPTED),
    (ResolutionState.RELEASED, ResolutionState.ARRIVED),  # by hand, moved, or arrived at once
    (ResolutionState.RELEASED, ResolutionState.FAILED),
    (ResolutionState.RELEASED, ResolutionState.CANCELLED),
    (ResolutionState.ACCEPTED, ResolutionState.ARRIVED),
    (ResolutionState.ACCEPTED, ResolutionState.FAILED),
    (ResolutionState.FAILED, ResolutionState.RELEASED),  # once more, under the same number
    (ResolutionState.FAILED, ResolutionState.CANCELLED),  # to be filed in another way
)
RESOLUTION_STARTS = (ResolutionState.REQUESTED,)


class StrayReason(Labelled):
    """Why a refund that a channel lists belongs to no refund of ours."""

    UNKNOWN = "unknown", "没有申请过这笔退款"
    NOT_DECIDED = "not_decided", "申请还没有复核，或已撤销、没有退成"
    OTHER_WAY = "other_way", "这笔钱已用别的方式办结"
    AMOUNT_DIFFERS = "amount_differs", "退款金额与申请不符"
    PAYMENT_DIFFERS = "payment_differs", "退款单号属于另一笔付款"


class EntryState(Labelled):
    """Money entered by hand: filed by one person, released by another."""

    REQUESTED = "requested", "待复核"
    RELEASED = "released", "已入账"
    CANCELLED = "cancelled", "已撤销"


ENTRY_MOVES = (
    (EntryState.REQUESTED, EntryState.RELEASED),
    (EntryState.REQUESTED, EntryState.CANCELLED),
)
ENTRY_STARTS = (EntryState.REQUESTED,)
