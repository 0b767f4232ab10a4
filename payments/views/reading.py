"""The orders behind the pages, always of one payer."""

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Sum

from payments.models import Order, OrderLine, Receipt, Resolution, Surplus
from payments.states import ResolutionState
from portal.lib.errors import NotYours


def own_orders(payer_id: int) -> QuerySet[Order]:
    """All orders of a payer, newest first."""
    return Order.objects.filter(payer_id=payer_id)


def with_courses(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Their lines, charges and receipts in three statements."""
    lines = OrderLine.objects.select_related("charge").order_by("position")
    receipts = Receipt.objects.select_related("adopted").order_by("pk")
    return orders.prefetch_related(
        Prefetch("lines", queryset=lines), Prefetch("receipts", queryset=receipts)
    )


def own_order(payer_id: int, number: str) -> Order:
    """One order with its courses; raises ``NotYours``."""
    order = with_courses(own_orders(payer_id).filter(number=number)).first()
    if order is None:
        raise NotYours("没有找到这笔订单。")
    return order


def surplus_fen(payer_id: int) -> int:
    """What the payer paid too much and finance has not returned yet."""
    done = Resolution.objects.filter(surplus=OuterRef("pk"), state=ResolutionState.ARRIVED)
    rows = Surplus.objects.filter(~Exists(done), receipt__order__payer_id=payer_id)
    return rows.aggregate(total=Sum("amount_fen"))["total"] or 0
