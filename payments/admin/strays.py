"""渠道自行退款: what a channel sent back and nobody here decided."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from payments.admin.acting import Action, ask, clerk_of, posted, trail
from payments.admin.conflicts import OpenFilter
from payments.admin.lists import LedgerAdmin, link
from payments.desk_forms import NoteForm
from payments.models import StrayRefund
from payments.services import closing
from payments.states import StrayReason
from portal.lib import money


class OpenStrayFilter(OpenFilter):
    """The same words as for conflicts."""

    column = "closed_at__isnull"


@admin.register(StrayRefund)
class StrayRefundAdmin(LedgerAdmin):
    list_display = ("order_number", "of_channel", "yuan", "reason", "moved_at", "seen_at", "found")
    list_filter = (OpenStrayFilter, "reason")
    list_select_related = ("closed_by",)
    search_fields = ("=key", "=trade_number", "^order_number")
    fields = readonly_fields = (
        "of_channel", "order_number", "trade_number", "key", "yuan", "reason", "moved_at",
        "of_receipt", "message", "seen_at", "found",
    )  # fmt: skip
    change_form_template = "payments/admin/stray_form.html"

    @admin.display(description="原收款")
    def of_receipt(self, row: StrayRefund) -> SafeString | str:
        return link(row.receipt)

    @admin.display(description="核对结果")
    def found(self, row: StrayRefund) -> str:
        return f"{row.note}（{row.closed_by.name}）" if row.closed_by else "—"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [path("<int:pk>/close/", wrap(self.close_view), name="payments_strayrefund_close")]
        return own + super().get_urls()

    def close_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """核对: what this refund was is written down; money is posted only by its own steps."""
        clerk = clerk_of(request, "add_closure")
        row = get_object_or_404(StrayRefund, pk=pk)
        action = Action(
            title="核对渠道自行退款",
            button="登记核对结果",
            run=lambda data: closing.close_stray(
                clerk=clerk, stray_id=pk, note=data["note"], now=timezone.now()
            ),
            done="已登记核对结果。",
            to=reverse("admin:payments_strayrefund_changelist"),
            form=NoteForm(posted(request)),
            facts=(
                ("渠道说", f"{row.order_number} 退回 {money.yuan(row.amount_fen)}"),
                ("退款单号", row.key),
                ("原因", StrayReason(row.reason).label),
            ),
            lead="这里只记核对结果，不记账。钱确实退了的，先作废对应费用，"
            "再在余款里用线下退回登记，凭证填渠道退款单号。",
            trail=trail("strayrefund", "渠道自行退款"),
        )
        return ask(request, action)
