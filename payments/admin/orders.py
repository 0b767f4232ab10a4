"""Orders, with the way of their money as the payer sees it."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from payments import leftovers, whereabouts
from payments.admin.acting import Action, ask, clerk_of, posted, trail
from payments.admin.filters import ChannelFilter
from payments.admin.lists import LedgerAdmin, LineInline, ReceiptInline
from payments.desk_forms import NoteForm
from payments.models import Order
from payments.services import closing
from payments.states import OrderState
from payments.views.reading import with_courses
from portal.lib import money


class ClaimFilter(admin.SimpleListFilter):
    """我已付款 without money: after the watch it is a case for finance, until it is closed."""

    title = "声明已付款"
    parameter_name = "claim"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        del request, model_admin
        return [
            ("any", "已声明，没有到账"),
            ("open", "已声明，等待到账"),
            ("overdue", "已声明付款逾期"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        del request
        wanted = {
            "any": Q(),
            "open": Q(opened_at__gt=_overdue()),
            "overdue": Q(opened_at__lte=_overdue()),
        }
        when = wanted.get(self.value() or "")
        if when is None:
            return queryset
        waiting = queryset.exclude(state=OrderState.PAID)
        return waiting.filter(when, claimed_at__isnull=False, closure=None)


def _overdue() -> datetime:
    before: datetime = timezone.now() - settings.ORDER_WATCH
    return before


@admin.register(Order)
class OrderAdmin(LedgerAdmin):
    list_display = ("number", "payer", "yuan", "state", "of_channel", "opened_at", "claimed_at")
    list_filter = ("state", ClaimFilter, "superseded", ChannelFilter, "opened_at")
    list_select_related = ("payer",)
    search_fields = ("^number", "=payer__username", "payer__name", "=receipts__trade_number")
    search_help_text = "订单号、学号、姓名、交易号"
    date_hierarchy = "opened_at"
    inlines = (LineInline, ReceiptInline)
    change_form_template = "payments/admin/order_form.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.close_claim_view)
        own = [path("<int:pk>/close-claim/", view, name="payments_order_close_claim")]
        return own + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        context: dict[str, Any] = extra_context or {}
        if row is not None:
            now = timezone.now()
            order = with_courses(Order.objects.filter(pk=row.pk)).select_related("closure").get()
            kept = leftovers.of_order(order.pk, now)
            context |= {
                "stops": whereabouts.drawn(order, kept, now),
                "closure": getattr(order, "closure", None),
                "is_overdue_claim": _is_overdue_claim(order),
            }
        return super().change_view(request, object_id, form_url, context)

    def close_claim_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """核对 我已付款 that nothing came for."""
        clerk = clerk_of(request, "add_closure")
        row = get_object_or_404(Order.objects.select_related("payer"), pk=pk)
        action = Action(
            title="核对声明的付款",
            button="登记核对结果",
            run=lambda data: closing.close_claim(
                clerk=clerk, number=row.number, note=data["note"], now=timezone.now()
            ),
            done="已登记核对结果。",
            to=reverse("admin:payments_order_change", args=[pk]),
            form=NoteForm(posted(request)),
            facts=(
                ("订单", row.number),
                ("金额", money.yuan(row.amount_fen)),
                ("缴费人", row.payer),
            ),
            lead="查过银行和渠道，确实没有这笔钱，写明查了什么。学生会收到消息：没有收到，"
            "请重新缴费。查到了钱的，不在这里登记，用人工登记收款。",
            trail=trail("order", "订单", row, pk),
        )
        return ask(request, action)


def _is_overdue_claim(order: Order) -> bool:
    return (
        order.claimed_at is not None
        and order.state != OrderState.PAID
        and order.opened_at <= _overdue()
        and getattr(order, "closure", None) is None
    )
