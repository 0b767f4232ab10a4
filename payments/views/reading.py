"""The orders behind the pages, always of one payer."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects

from payments.models import Order, OrderLine, Receipt
from payments.phantoms import taken_back, told_again
from payments.states import ReceiptKind
from portal.lib.errors import NotYours
from portal.lib.prepared import Prepared, Slot


def own_orders(payer_id: int) -> QuerySet[Order]:
    """All orders of a payer, newest first."""
    return Order.objects.filter(payer_id=payer_id)


def with_courses(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Their lines, charges and receipts in three statements.

    Receipts have ``taken_back`` and ``told_again``, see ``payments.phantoms``.
    """
    return orders.prefetch_related(*_parts())


@dataclass(frozen=True)
class Seen:
    """An order and its lines with their charges, as of one moment. ``paid_in``: money came."""

    order: Order
    lines: tuple[OrderLine, ...]
    paid_in: bool


def seen_order(payer_id: int, number: str) -> Seen:
    """One order with its courses, without its receipts, in one statement; raises ``NotYours``."""
    lines = _seen(payer_id=payer_id, number=number)
    if not lines:
        raise NotYours("没有找到这笔订单。")
    return Seen(lines[0].order, tuple(lines), vars(lines[0])["paid_in"])


def bare_order(payer_id: int, number: str) -> Order:
    """One order without its courses, in one statement; raises ``NotYours``."""
    order = _own.first(payer_id=payer_id, number=number)
    if order is None:
        raise NotYours("没有找到这笔订单。")
    return order


def own_order(payer_id: int, number: str) -> Order:
    """One order with its courses; raises ``NotYours``."""
    order = bare_order(payer_id, number)
    prefetch_related_objects([order], *_parts())
    return order


@Prepared
def _own() -> QuerySet[Order]:
    return Order.objects.filter(payer=Slot("payer_id"), number=Slot("number")).order_by()


@Prepared
def _seen() -> QuerySet[OrderLine]:
    came = Receipt.objects.filter(
        ~taken_back(), order=OuterRef("order"), kind=ReceiptKind.PAYMENT.value
    )
    own = OrderLine.objects.filter(order__payer=Slot("payer_id"), order__number=Slot("number"))
    rows = own.select_related("order", "charge").annotate(paid_in=Exists(came))
    return rows.order_by("position")


def _parts() -> tuple[Prefetch, Prefetch]:  # type: ignore[type-arg]
    lines = OrderLine.objects.select_related("charge").order_by("position")
    told = Receipt.objects.exclude(kind=ReceiptKind.VOID).annotate(
        taken_back=taken_back(), told_again=told_again()
    )
    receipts = told.select_related("adopted", "fiscal").order_by("pk")
    return Prefetch("lines", queryset=lines), Prefetch("receipts", queryset=receipts)
