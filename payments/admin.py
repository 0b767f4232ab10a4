"""What finance looks up: charges, orders, receipts and where each fen went. Nothing is edited."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from payments.models import (
    Allocation,
    Charge,
    Conflict,
    GatewayMessage,
    Order,
    OrderLine,
    Receipt,
    StatementDay,
    Surplus,
)
from payments.states import OrderState
from portal.lib import money

if TYPE_CHECKING:
    BaseAdmin = admin.ModelAdmin[Any]
    BaseInline = admin.TabularInline[Any, Any]
else:
    BaseAdmin = admin.ModelAdmin
    BaseInline = admin.TabularInline


class ReadOnly:
    """No adding, changing or deleting, whatever the role: money moves through services."""

    def has_add_permission(self, *_args: object) -> bool:
        return False

    def has_change_permission(self, *_args: object) -> bool:
        return False

    def has_delete_permission(self, *_args: object) -> bool:
        return False


class LedgerAdmin(ReadOnly, BaseAdmin):
    """A list of money; amounts in yuan."""

    show_full_result_count = False
    list_per_page = 50

    @admin.display(description="金额", ordering="amount_fen")
    def yuan(self, row: Any) -> str:
        return money.yuan(row.amount_fen)


class LedgerInline(ReadOnly, BaseInline):
    """Rows under an order or a receipt."""

    extra = 0
    show_change_link = True

    @admin.display(description="金额")
    def yuan(self, row: Any) -> str:
        return money.yuan(row.amount_fen)


def link(row: Model | None) -> SafeString | str:
    """A row of this app by its name, leading to its own page."""
    if row is None:
        return "—"
    path = reverse(f"admin:payments_{type(row).__name__.lower()}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', path, row)


class ClaimFilter(admin.SimpleListFilter):
    """我已付款 without money: after the watch it is a case for finance."""

    title = "声明已付款"
    parameter_name = "claim"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        del request, model_admin
        return [("open", "已声明，等待到账"), ("overdue", "已声明付款逾期")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        del request
        wanted = {"open": Q(opened_at__gt=_overdue()), "overdue": Q(opened_at__lte=_overdue())}
        when = wanted.get(self.value() or "")
        if when is None:
            return queryset
        return queryset.exclude(state=OrderState.PAID).filter(when, claimed_at__isnull=False)


def _overdue() -> datetime:
    before: datetime = timezone.now() - settings.ORDER_WATCH
    return before


class LineInline(LedgerInline):
    model = OrderLine
    fields = ("position", "course", "yuan", "state", "released_at", "payable_again_at", "paid_at")
    readonly_fields = fields
    show_change_link = False

    @admin.display(description="费用")
    def course(self, line: OrderLine) -> SafeString | str:
        return link(line.charge)

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderLine]:
        return super().get_queryset(request).select_related("charge")


class OrdersOfChargeInline(LedgerInline):
    model = OrderLine
    fields = ("of_order", "yuan", "state", "released_at", "payable_again_at", "paid_at")
    readonly_fields = fields
    show_change_link = False
    verbose_name_plural = "所在订单"

    @admin.display(description="订单")
    def of_order(self, line: OrderLine) -> SafeString | str:
        return link(line.order)

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderLine]:
        return super().get_queryset(request).select_related("order")


class ReceiptInline(LedgerInline):
    model = Receipt
    fields = ("trade_number", "kind", "yuan", "paid_at", "recorded_at")
    readonly_fields = fields


class SurplusInline(LedgerInline):
    model = Surplus
    fields = ("reason", "course", "yuan", "opened_at")
    readonly_fields = fields

    @admin.display(description="费用")
    def course(self, row: Surplus) -> SafeString | str:
        return link(row.charge)


class AllocationInline(LedgerInline):
    model = Allocation
    fields = ("course", "kind", "yuan", "posted_at")
    readonly_fields = fields
    show_change_link = False

    @admin.display(description="费用")
    def course(self, row: Allocation) -> SafeString | str:
        return link(row.charge)


@admin.register(Charge)
class ChargeAdmin(LedgerAdmin):
    list_display = ("title", "payer", "yuan", "state", "group", "created_at")
    list_filter = ("state", "purpose", "group")
    list_select_related = ("payer",)
    search_fields = ("=payer__username", "payer__name", "title", "=reference")
    inlines = (OrdersOfChargeInline,)


@admin.register(Order)
class OrderAdmin(LedgerAdmin):
    list_display = ("number", "payer", "yuan", "state", "channel", "opened_at", "claimed_at")
    list_filter = ("state", ClaimFilter, "superseded", "channel", "opened_at")
    list_select_related = ("payer",)
    search_fields = ("^number", "=payer__username", "payer__name", "=receipts__trade_number")
    date_hierarchy = "opened_at"
    inlines = (LineInline, ReceiptInline)


@admin.register(Receipt)
class ReceiptAdmin(LedgerAdmin):
    list_display = ("trade_number", "kind", "of_order", "yuan", "paid_at", "recorded_at")
    list_filter = ("kind", "channel", "recorded_at")
    list_select_related = ("order",)
    search_fields = ("=trade_number", "^order_number", "=order__payer__username")
    date_hierarchy = "recorded_at"
    inlines = (AllocationInline, SurplusInline)

    @admin.display(description="订单")
    def of_order(self, receipt: Receipt) -> SafeString | str:
        return link(receipt.order) if receipt.order else receipt.order_number


@admin.register(Surplus)
class SurplusAdmin(LedgerAdmin):
    list_display = ("reason", "yuan", "payer", "course", "of_receipt", "opened_at")
    list_filter = ("reason", "opened_at")
    list_select_related = ("receipt__order__payer", "charge")
    search_fields = ("^receipt__order_number", "=receipt__trade_number", "=charge__payer__username")
    date_hierarchy = "opened_at"

    @admin.display(description="缴费人")
    def payer(self, row: Surplus) -> str:
        return str(row.receipt.order.payer) if row.receipt.order else "—"

    @admin.display(description="费用")
    def course(self, row: Surplus) -> SafeString | str:
        return link(row.charge)

    @admin.display(description="收款")
    def of_receipt(self, row: Surplus) -> SafeString | str:
        return link(row.receipt)


@admin.register(Conflict)
class ConflictAdmin(LedgerAdmin):
    list_display = ("of_receipt", "received", "order_number", "yuan", "seen_at")
    list_select_related = ("receipt",)
    search_fields = ("=receipt__trade_number", "^order_number")

    @admin.display(description="原收款")
    def of_receipt(self, row: Conflict) -> SafeString | str:
        return link(row.receipt)

    @admin.display(description="原金额")
    def received(self, row: Conflict) -> str:
        return money.yuan(row.receipt.amount_fen)


@admin.register(GatewayMessage)
class GatewayMessageAdmin(ReadOnly, BaseAdmin):
    list_display = ("received_at", "channel", "kind", "order_number", "refusal")
    list_filter = ("kind", "channel", ("refusal", admin.EmptyFieldListFilter), "received_at")
    search_fields = ("^order_number",)
    show_full_result_count = False


@admin.register(StatementDay)
class StatementDayAdmin(LedgerAdmin):
    list_display = ("day", "channel", "row_count", "yuan", "fetched_at")
    list_filter = ("channel",)
