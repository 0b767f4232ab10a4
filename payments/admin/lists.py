"""What every list of money shares: read-only, amounts in yuan, links between rows."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from payments import wording
from payments.models import Allocation, OrderLine, Receipt, Surplus
from portal.lib import money
from portal.lib.read_only import ReadOnly

if TYPE_CHECKING:
    BaseAdmin = admin.ModelAdmin[Any]
    BaseInline = admin.TabularInline[Any, Any]
else:
    BaseAdmin = admin.ModelAdmin
    BaseInline = admin.TabularInline


# How a column is shown on the page of one row.
_SHOWN = {"amount_fen": "yuan", "channel": "of_channel"}


class LedgerAdmin(ReadOnly, BaseAdmin):
    """A list of money; amounts in yuan, channels by name."""

    show_full_result_count = False
    list_per_page = 50

    @admin.display(description="金额", ordering="amount_fen")
    def yuan(self, row: Any) -> str:
        return money.yuan(row.amount_fen)

    @admin.display(description="渠道", ordering="channel")
    def of_channel(self, row: Any) -> str:
        return wording.CHANNELS.get(row.channel, str(row.channel))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """A model's own columns, in words."""
        names = super().get_fields(request, obj)
        return [_SHOWN.get(name, name) if isinstance(name, str) else name for name in names]


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
