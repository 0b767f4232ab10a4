"""人工登记收款: filed by one clerk, released by another."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from payments.admin.acting import Action, Fact, Nothing, ask, clerk_of, posted, trail
from payments.admin.lists import LedgerAdmin, link
from payments.desk_forms import EntryForm
from payments.models import ManualEntry
from payments.services import manual
from payments.wording import entry_result
from portal.accounts.models import User
from portal.lib import money

LIST = "admin:payments_manualentry_changelist"


@admin.register(ManualEntry)
class ManualEntryAdmin(LedgerAdmin):
    list_display = (
        "number", "what", "yuan", "state", "filed_by", "filed_at", "released_by", "result",
    )  # fmt: skip
    list_filter = ("state", "filed_at")
    list_select_related = ("order", "charge", "filed_by", "released_by")
    search_fields = ("^order__number", "=order__payer__username", "=charge__payer__username")
    search_help_text = "订单号、学号"
    fields = readonly_fields = (
        "what", "yuan", "paid_at", "evidence", "reason", "state", "filed_by", "filed_at",
        "released_by", "released_at", "cancelled_by", "cancelled_at", "of_receipt", "result",
    )  # fmt: skip
    change_list_template = "payments/admin/entry_list.html"
    change_form_template = "payments/admin/entry_form.html"

    @admin.display(description="编号", ordering="pk")
    def number(self, row: ManualEntry) -> int:
        return row.pk

    @admin.display(description="订单或费用")
    def what(self, row: ManualEntry) -> SafeString | str:
        return link(row.order or row.charge)

    @admin.display(description="收款")
    def of_receipt(self, row: ManualEntry) -> SafeString | str:
        return link(row.receipt)

    @admin.display(description="入账结果")
    def result(self, row: ManualEntry) -> str:
        return entry_result(row.outcome)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ManualEntry]:
        return super().get_queryset(request).select_related("order__payer", "charge__payer")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("enter/", wrap(self.enter_view), name="payments_manualentry_enter"),
            path("<int:pk>/release/", wrap(self.release_view), name="payments_manualentry_release"),
            path("<int:pk>/cancel/", wrap(self.cancel_view), name="payments_manualentry_cancel"),
        ]
        return own + super().get_urls()

    def enter_view(self, request: HttpRequest) -> HttpResponse:
        """登记: what was paid, when, and where the proof is."""
        clerk = clerk_of(request, "add_manualentry")
        known = {"order_number": request.GET.get("order"), "charge": request.GET.get("charge")}
        form = EntryForm(posted(request), initial=known)
        action = Action(
            title="人工登记收款",
            button="提交登记",
            run=lambda _data: _file(clerk, form),
            done="已登记，等另一位同事复核后入账。",
            to=reverse(LIST),
            form=form,
            lead="渠道没有告知、但确实收到的钱在这里登记。已经到账的订单不会再记一笔。",
            trail=trail("manualentry", "人工登记收款"),
        )
        return ask(request, action)

    def release_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """复核: the money is entered."""
        clerk, row = clerk_of(request, "change_manualentry"), self._row(request, pk)
        action = Action(
            title="复核人工登记",
            button=f"同意入账 {money.yuan(row.amount_fen)}",
            run=lambda _data: manual.release(clerk=clerk, entry_id=pk, now=timezone.now()),
            done="已复核入账，结果见入账结果。",
            to=_page_of(pk),
            form=Nothing(posted(request)),
            facts=facts(row),
            lead="入账后不能撤销；钱不该收的，按余款退回。",
            trail=trail("manualentry", "人工登记收款", row, pk),
        )
        return ask(request, action)

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """撤销 before anybody released it."""
        clerk, row = clerk_of(request, "change_manualentry"), self._row(request, pk)
        action = Action(
            title="撤销人工登记",
            button="撤销这条登记",
            run=lambda _data: manual.cancel(clerk=clerk, entry_id=pk, now=timezone.now()),
            done="已撤销。",
            to=_page_of(pk),
            form=Nothing(posted(request)),
            facts=facts(row),
            trail=trail("manualentry", "人工登记收款", row, pk),
        )
        return ask(request, action)

    def _row(self, request: HttpRequest, pk: int) -> ManualEntry:
        return get_object_or_404(self.get_queryset(request), pk=pk)


def facts(row: ManualEntry) -> list[Fact]:
    """What a second person compares with the paper."""
    what = row.order or row.charge
    payer: Any = what.payer if what else ""
    return [
        ("订单" if row.order else "费用", what),
        ("缴费人", payer),
        ("金额", money.yuan(row.amount_fen)),
        ("付款日期", f"{timezone.localtime(row.paid_at):%Y-%m-%d}"),
        ("凭证", row.evidence),
        ("理由", row.reason),
        ("登记", f"{row.filed_by.name}，{timezone.localtime(row.filed_at):%Y-%m-%d %H:%M}"),
    ]


def _file(clerk: User, form: EntryForm) -> ManualEntry:
    data, now = form.cleaned_data, timezone.now()
    if data["order_number"]:
        number = data["order_number"]
        return manual.file_for_order(clerk=clerk, number=number, seen=form.seen(), now=now)
    charge = data["charge"]
    return manual.file_for_charge(clerk=clerk, charge_id=charge, seen=form.seen(), now=now)


def _page_of(pk: int) -> str:
    return reverse("admin:payments_manualentry_change", args=[pk])
