"""The orders behind the pages, always of one payer."""

from django.db.models import Prefetch, QuerySet

from payments.models import Order, OrderLine, Receipt
from portal.lib.errors import NotYours


def own_orders(payer_id: int) -> QuerySet[Order]:
    """All orders of a payer, newest first."""
    return Order.objects.filter(payer_id=payer_id)


def with_courses(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Their lines, charges and receipts in three statements."""
    lines = OrderLine.objects.select_related("charge").order_by("position")
    receipts = Receipt.objects.select_related("adopted", "fiscal").order_by("pk")
    return orders.prefetch_related(
        Prefetch("lines", queryset=lines), Prefetch("receipts", queryset=receipts)
    )


def own_order(payer_id: int, number: str) -> Order:
    """One order with its courses; raises ``NotYours``."""
    order = with_courses(own_orders(payer_id).filter(number=number)).first()
    if order is None:
        raise NotYours("没有找到这笔订单。")
    return order
