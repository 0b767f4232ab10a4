"""Decisions about surplus money: released by a second person, undone, or done by hand."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from payments import observe, origins
from payments.admin.acting import Action, Fact, Nothing, ask, clerk_of, posted, trail
from payments.admin.lists import LedgerAdmin, LedgerInline, link
from payments.desk_forms import EvidenceForm, ReasonForm
from payments.models import GatewayMessage, Resolution, ResolutionEvent
from payments.services import cases
from payments.states import MessageKind, ResolutionMethod, ResolutionState
from portal.lib import money

CONSEQUENCES = {
    ResolutionMethod.GATEWAY: "复核后系统按原路退款；渠道受理以后不能撤销。",
    ResolutionMethod.MOVE: "复核后立即记到这项费用，不能撤销。",
    ResolutionMethod.MANUAL: "复核后由财务处线下退款，退好后再登记凭证。",
    ResolutionMethod.VOID: "复核后这笔收款不再算数，学生会收到消息：没有到账，不用退。不能撤销。",
}


DAY = timedelta(days=1)


class WaitFilter(admin.SimpleListFilter):
    """Refunds that a channel keeps waiting."""

    title = "等渠道"
    parameter_name = "wait"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        del request, model_admin
        return [("refund_unaccepted", "一直没有受理"), ("refund_slow", "受理后一直没有办结")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Resolution]
    ) -> QuerySet[Resolution]:
        del request
        now = timezone.now()
        waiting = {"refund_unaccepted": observe.unaccepted, "refund_slow": observe.slow}
        found = waiting.get(self.value() or "")
        return queryset if found is None else queryset.filter(pk__in=found(now))


class EventInline(LedgerInline):
    model = ResolutionEvent
    fields = readonly_fields = ("happened_at", "state", "actor", "note")
    show_change_link = False


@admin.register(Resolution)
class ResolutionAdmin(LedgerAdmin):
    list_display = ("refund_number", "method", "yuan", "state", "waited", "case", "filed_by",
                    "released_by")  # fmt: skip
    list_filter = ("state", WaitFilter, "method", "filed_at")
    fields = readonly_fields = (
        "refund_number", "method", "yuan", "case", "target", "state", "waited", "told", "reason",
        "evidence", "filed_by", "filed_at", "released_by", "released_at", "asked_at",
        "accepted_at", "arrived_at", "failure", "next_check_at", "check_count",
    )  # fmt: skip
    list_select_related = ("surplus", "filed_by", "released_by")
    search_fields = ("=refund_number", "^surplus__receipt__order_number")
    search_help_text = "退款单号、订单号"
    inlines = (EventInline,)
    change_form_template = "payments/admin/resolution_form.html"

    @admin.display(description="金额")
    def yuan(self, row: Resolution) -> str:
        return money.yuan(row.surplus.amount_fen)

    @admin.display(description="余款")
    def case(self, row: Resolution) -> SafeString | str:
        return link(row.surplus)

    @admin.display(description="已等", ordering="filed_at")
    def waited(self, row: Resolution) -> str:
        """Since it was filed; once with the channel, since that was asked."""
        if row.state in (ResolutionState.ARRIVED, ResolutionState.CANCELLED):
            return "—"
        since = row.asked_at or row.filed_at
        who = "等渠道 " if row.asked_at else ""
        return f"{who}{(timezone.now() - since) // DAY} 天"

    @admin.display(description="渠道最近的答复")
    def told(self, row: Resolution) -> str:
        """The last words about this payment's refunds; a refusal is in the channel's own code."""
        number = origins.of(row.surplus).order_number
        said = GatewayMessage.objects.filter(kind=MessageKind.REFUND, order_number=number).first()
        if said is None:
            return "还没有答复" if row.asked_at else "—"
        words = f"没有受理：{said.refusal}" if said.refusal else "已受理或已办结"
        return f"{timezone.localtime(said.received_at):%Y-%m-%d %H:%M} {words}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resolution]:
        return super().get_queryset(request).select_related("surplus__receipt__order__payer")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        views = {"release": self.release_view, "cancel": self.cancel_view,
                 "confirm": self.confirm_view}  # fmt: skip
        own = [
            path(f"<int:pk>/{name}/", wrap(view), name=f"payments_resolution_{name}")
            for name, view in views.items()
        ]
        return own + super().get_urls()

    def release_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """复核, or for one that failed: once more under the same number."""
        clerk, row = clerk_of(request, "change_resolution"), self._row(request, pk)
        form = Nothing(posted(request))
        action = self._action(
            row, form, "复核余款处理", f"同意{ResolutionMethod(row.method).label}",
            lambda _data: cases.release(clerk=clerk, resolution_id=pk, now=timezone.now()),
            "已复核。", CONSEQUENCES[ResolutionMethod(row.method)],
        )  # fmt: skip
        return ask(request, action)

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """撤销, until the gateway may be sending the money."""
        clerk, row = clerk_of(request, "change_resolution"), self._row(request, pk)
        action = self._action(
            row, ReasonForm(posted(request)), "撤销余款处理", "撤销这条申请",
            lambda data: cases.cancel(
                clerk=clerk, resolution_id=pk, reason=data["reason"], now=timezone.now()
            ),
            "已撤销，这笔余款可以重新申请。", "撤销后这笔余款回到待处理。",
        )  # fmt: skip
        return ask(request, action)

    def confirm_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """办结 of money that was paid back by hand."""
        clerk, row = clerk_of(request, "change_resolution"), self._row(request, pk)
        action = self._action(
            row, EvidenceForm(posted(request)), "登记线下退款", "登记已退款",
            lambda data: cases.confirm_by_hand(
                clerk=clerk, resolution_id=pk, evidence=data["evidence"], now=timezone.now()
            ),
            "已办结，学生会收到消息。", "登记后这笔余款就办结了，不能撤销。",
        )  # fmt: skip
        return ask(request, action)

    def _row(self, request: HttpRequest, pk: int) -> Resolution:
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def _action(
        self, row: Resolution, form: forms.Form, title: str, button: str, run: Any, done: str,
        lead: str,
    ) -> Action:  # fmt: skip
        surplus = row.surplus
        return Action(
            title=title,
            button=f"{button} {money.yuan(surplus.amount_fen)}",
            run=run,
            done=done,
            to=reverse("admin:payments_surplus_change", args=[surplus.pk]),
            form=form,
            facts=facts(row),
            lead=lead,
            trail=trail("surplus", "待处理余款", surplus, surplus.pk),
        )


def facts(row: Resolution) -> list[Fact]:
    """What a second person must know before deciding."""
    order = row.surplus.receipt.order
    found: list[Fact] = [
        ("方式", ResolutionMethod(row.method).label),
        ("金额", money.yuan(row.surplus.amount_fen)),
        ("缴费人", order.payer if order else "不知道是谁"),
        ("订单", row.surplus.receipt.order_number),
        ("退款单号", row.refund_number),
        ("申请", f"{row.filed_by.name}，{timezone.localtime(row.filed_at):%Y-%m-%d %H:%M}"),
        ("理由", row.reason),
    ]
    if row.target is not None:
        found.insert(1, ("转入", row.target.title))
    if row.failure:
        found.append(("上次没有退成", row.failure))
    return found
