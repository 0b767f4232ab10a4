"""What finance looks up: charges, receipts, messages and files. Nothing is edited."""

from django.contrib import admin
from django.utils.safestring import SafeString

from payments.admin.lists import (
    AllocationInline,
    BaseAdmin,
    LedgerAdmin,
    OrdersOfChargeInline,
    ReadOnly,
    SurplusInline,
    link,
)
from payments.models import Charge, GatewayMessage, Receipt, StatementDay


@admin.register(Charge)
class ChargeAdmin(LedgerAdmin):
    list_display = ("title", "id", "payer", "yuan", "state", "group", "created_at")
    list_filter = ("state", "purpose", "group")
    list_select_related = ("payer",)
    search_fields = ("=payer__username", "payer__name", "title", "=reference")
    inlines = (OrdersOfChargeInline,)


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
