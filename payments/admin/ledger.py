"""What finance looks up: charges, receipts, messages and files. Nothing is edited."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from payments import handlers, origins
from payments.admin.filters import ChannelFilter, GroupFilter, PurposeFilter
from payments.admin.lists import (
    AllocationInline,
    LedgerAdmin,
    OrdersOfChargeInline,
    SurplusInline,
    link,
)
from payments.models import Charge, GatewayMessage, OrderLine, Receipt
from payments.states import ChargeState, LineState


@admin.register(Charge)
class ChargeAdmin(LedgerAdmin):
    list_display = ("title", "number", "payer", "yuan", "standing", "of_purpose", "created_at")
    fields = (
        "title", "number", "payer", "yuan", "standing", "of_purpose", "of_group", "reference",
        "created_at",
    )  # fmt: skip
    ordering = ("-id",)
    list_filter = ("state", PurposeFilter, GroupFilter)
    list_select_related = ("payer",)
    search_fields = ("=payer__username", "payer__name", "title", "=reference")
    search_help_text = "学号、姓名、课程名称"
    inlines = (OrdersOfChargeInline,)
    change_form_template = "payments/admin/charge_form.html"

    @admin.display(description="费用编号", ordering="id")
    def number(self, charge: Charge) -> int:
        return charge.pk

    @admin.display(description="缴费状态")
    def standing(self, charge: Any) -> str:
        if charge.state != ChargeState.OWED:
            return ChargeState(charge.state).label
        if charge.is_paid:
            return "已缴"
        return "付款中" if charge.is_held else "未缴"

    @admin.display(description="用途", ordering="purpose")
    def of_purpose(self, charge: Charge) -> str:
        return handlers.handler(charge.purpose).label

    @admin.display(description="批次")
    def of_group(self, charge: Charge) -> str:
        return handlers.group_titles([(charge.purpose, charge.group)])[charge.group]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Charge]:
        lines = OrderLine.objects.filter(charge=OuterRef("pk"))
        rows: QuerySet[Charge] = super().get_queryset(request)
        marked: QuerySet[Charge] = rows.annotate(
            is_paid=Exists(lines.filter(state=LineState.PAID)),
            is_held=Exists(lines.filter(state=LineState.HELD)),
        )
        return marked


@admin.register(Receipt)
class ReceiptAdmin(LedgerAdmin):
    list_display = ("named", "kind", "of_order", "yuan", "paid_at", "recorded_at")
    list_filter = ("kind", ChannelFilter, "recorded_at")
    list_select_related = ("order", "adopted")
    search_fields = ("=trade_number", "^order_number", "=order__payer__username")
    search_help_text = "交易号、订单号、学号"
    date_hierarchy = "recorded_at"
    inlines = (AllocationInline, SurplusInline)

    @admin.display(description="渠道交易号", ordering="trade_number")
    def named(self, receipt: Receipt) -> str:
        return origins.trade_number(receipt) or "还没有交易号"

    @admin.display(description="订单")
    def of_order(self, receipt: Receipt) -> SafeString | str:
        return link(receipt.order) if receipt.order else receipt.order_number


@admin.register(GatewayMessage)
class GatewayMessageAdmin(LedgerAdmin):
    list_display = ("received_at", "of_channel", "kind", "order_number", "refusal")
    list_filter = ("kind", ChannelFilter, ("refusal", admin.EmptyFieldListFilter), "received_at")
    search_fields = ("^order_number",)
    search_help_text = "订单号"
    show_full_result_count = False
