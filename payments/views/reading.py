"""The orders behind the pages, always of one payer."""

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from payments.models import Order, OrderLine, Receipt
from portal.lib.errors import NotYours
from portal.lib.prepared import Prepared, Slot


def own_orders(payer_id: int) -> QuerySet[Order]:
    """All orders of a payer, newest first."""
    return Order.objects.filter(payer_id=payer_id)


def with_courses(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Their lines, charges and receipts in three statements."""
    return orders.prefetch_related(*_parts())


def bare_order(payer_id: int, number: str) -> Order:
    """One order without its courses, in one statement; raises ``NotYours``."""
    order = _own.first(payer_id=payer_id, number=number)
    if order is None:
        raise NotYours("没有找到这笔订单。")
    return order


def add_courses(order: Order) -> None:
    """Read its lines, charges and receipts: after whatever may have changed them."""
    prefetch_related_objects([order], *_parts())


def own_order(payer_id: int, number: str) -> Order:
    """One order with its courses; raises ``NotYours``."""
    order = bare_order(payer_id, number)
    add_courses(order)
    return order


@Prepared
def _own() -> QuerySet[Order]:
    return Order.objects.filter(payer=Slot("payer_id"), number=Slot("number")).order_by()


def _parts() -> tuple[Prefetch, Prefetch]:  # type: ignore[type-arg]
    lines = OrderLine.objects.select_related("charge").order_by("position")
    receipts = Receipt.objects.select_related("adopted", "fiscal").order_by("pk")
    return Prefetch("lines", queryset=lines), Prefetch("receipts", queryset=receipts)
