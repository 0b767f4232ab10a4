"""收款冲突: the same trade number told twice with different words."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from payments import phantoms
from payments.admin.acting import Action, Fact, ask, clerk_of, posted, trail
from payments.admin.lists import LedgerAdmin, link
from payments.desk_forms import ConflictForm, NoteForm, OtherAmountForm
from payments.models import Closure, Conflict, ManualEntry
from payments.services import closing
from portal.accounts.models import User
from portal.lib import money

BY_HAND = (
    "这笔收款先由人工登记，后来渠道报来同一订单、同样金额的一笔。对照凭证和渠道账单："
    "是学生付了一次，还是在窗口和网上各付了一次。"
)
OTHER_AMOUNT = (
    "先收到的一笔没有交易号，后来渠道报来同一订单、另一金额、有自己交易号的一笔。以银行流水为准：渠道这笔确实到了，"
    "就另收一笔；原来那笔若是对账文件写错，它的余款按“更正：这笔钱没有到账”办理。"
)
TAKEN_BACK = (
    "这笔收款已由两个人更正为没有到账，现在又有人报来。以渠道账单为准：确实到了，先用人工登记收款入账，"
    "再在这里写明；还是没有，写明查了什么。"
)
TOLD_TWICE = "入账以先说的为准，这里只记核对结果；确有另一笔钱的，用人工登记收款。"


class OpenFilter(admin.SimpleListFilter):
    """What finance has not looked into comes first; the rest is there when asked for."""

    title = "核对情况"
    parameter_name = "open"
    column = "closure__isnull"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        del request, model_admin
        return [("no", "已核对"), ("all", "全部")]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [{**first, "display": "未核对"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        del request
        if self.value() == "all":
            return queryset
        return queryset.filter(**{self.column: self.value() is None})


@admin.register(Conflict)
class ConflictAdmin(LedgerAdmin):
    list_display = ("of_receipt", "received", "order_number", "yuan", "seen_at", "found")
    list_display_links = ("order_number",)  # the first column leads to the receipt
    list_filter = (OpenFilter,)
    list_select_related = ("receipt", "closure__closed_by")
    search_fields = ("=receipt__trade_number", "^order_number")
    fields = readonly_fields = (
        "of_receipt", "received", "order_number", "yuan", "trade_number", "paid_at", "message",
        "seen_at", "found",
    )  # fmt: skip
    change_form_template = "payments/admin/conflict_form.html"

    @admin.display(description="原收款")
    def of_receipt(self, row: Conflict) -> SafeString | str:
        return link(row.receipt)

    @admin.display(description="原金额")
    def received(self, row: Conflict) -> str:
        return money.yuan(row.receipt.amount_fen)

    @admin.display(description="核对结果")
    def found(self, row: Conflict) -> str:
        closure = getattr(row, "closure", None)
        return f"{closure.note}（{closure.closed_by.name}）" if closure else "—"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/close/", wrap(self.close_view), name="payments_conflict_close"),
        ]
        return own + super().get_urls()

    def close_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """核对: one payment or two; what else it was is written down."""
        clerk = clerk_of(request, "add_closure")
        row = get_object_or_404(Conflict.objects.select_related("receipt__adopted"), pk=pk)
        form, lead = _choice(row)
        action = Action(
            title="核对收款冲突",
            button="登记核对结果",
            run=lambda data: _close(clerk, pk, data),
            done="已登记核对结果。",
            to=reverse("admin:payments_conflict_changelist"),
            form=form(posted(request)),
            facts=_facts(row),
            lead=lead,
            trail=trail("conflict", "收款冲突"),
        )
        return ask(request, action)


def _choice(row: Conflict) -> tuple[type[NoteForm], str]:
    """What may be decided, and what about."""
    if phantoms.is_taken_back(row.receipt_id):
        return NoteForm, TAKEN_BACK
    if not closing.may_be_other(row):
        return NoteForm, TOLD_TWICE
    if row.amount_fen == row.receipt.amount_fen:
        return ConflictForm, BY_HAND
    return OtherAmountForm, OTHER_AMOUNT


def _close(clerk: User, pk: int, data: dict[str, Any]) -> Closure:
    is_other = data.get("decision") == ConflictForm.OTHER
    service = closing.receive_other if is_other else closing.close_conflict
    return service(clerk=clerk, conflict_id=pk, note=data["note"], now=timezone.now())


def _facts(row: Conflict) -> list[Fact]:
    first = f"{row.receipt.order_number} {money.yuan(row.receipt.amount_fen)}"
    later = f"{row.order_number} {money.yuan(row.amount_fen)}"
    entry = ManualEntry.objects.select_related("filed_by").filter(receipt=row.receipt).first()
    seen, number = timezone.localtime(row.seen_at), closing.told_number(row)
    told = f"{later}，{seen:%Y-%m-%d %H:%M} 收到，交易号 {number}"
    if phantoms.is_taken_back(row.receipt_id):
        return [("已更正", f"{first}，当时认定没有到账"), ("又报来", told)]
    if not closing.may_be_other(row):
        return [("交易号", row.receipt), ("先说", first), ("后说", later)]
    if entry is None:
        return [("先收到", f"{first}，没有交易号"), ("渠道报来", told)]
    return [
        ("人工登记", f"{first}，{timezone.localtime(entry.paid_at):%Y-%m-%d} 付款"),
        ("凭证", f"{entry.evidence}（{entry.filed_by.name}登记：{entry.reason}）"),
        ("渠道报来", told),
    ]
