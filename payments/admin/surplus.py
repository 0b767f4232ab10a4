"""The queue of surplus money: reason, age, owner, and what has been decided."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from payments import leftovers, observe, selectors
from payments.admin.acting import Action, ask, clerk_of, posted, trail
from payments.admin.lists import LedgerAdmin, link
from payments.audit import totals
from payments.desk_forms import ResolutionForm
from payments.models import Charge, Resolution, Surplus
from payments.plan import is_payable
from payments.services import cases
from payments.states import ChargeState, ResolutionMethod, ResolutionState, SurplusReason
from portal.lib import money
from portal.lib.acting import act

DAY = timedelta(days=1)
ALL = "all"


class StageFilter(admin.SimpleListFilter):
    """How far finance is; what is done is hidden unless asked for."""

    title = "处理情况"
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        del request, model_admin
        stages = [state for state in ResolutionState if state is not ResolutionState.CANCELLED]
        return [("new", "还没有申请"), *((s.value, s.label) for s in stages), (ALL, "全部")]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [{**first, "display": "未办结"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Surplus]) -> QuerySet[Surplus]:
        del request
        stage = self.value()
        if stage == ALL:
            return queryset
        known = Resolution.objects.filter(surplus=OuterRef("pk"))
        if stage == "new":
            return queryset.exclude(Exists(known.exclude(state=ResolutionState.CANCELLED)))
        if stage is None:
            return queryset.exclude(Exists(known.filter(state=ResolutionState.ARRIVED)))
        return queryset.filter(Exists(known.filter(state=stage)))


@admin.register(Surplus)
class SurplusAdmin(LedgerAdmin):
    list_display = ("reason", "yuan", "payer", "course", "where", "owner", "age")
    list_filter = (StageFilter, "reason", "opened_at")
    list_select_related = ("receipt__order__payer", "charge", "owned__owner")
    search_fields = (
        "^receipt__order_number", "=receipt__trade_number", "=charge__payer__username",
        "=receipt__order__payer__username",
    )  # fmt: skip
    search_help_text = "订单号、交易号、学号"
    ordering = ("opened_at", "id")
    date_hierarchy = "opened_at"
    fields = readonly_fields = (
        "reason", "yuan", "payer", "course", "of_receipt", "where", "owner", "opened_at"
    )  # fmt: skip
    change_form_template = "payments/admin/surplus_form.html"
    change_list_template = "payments/admin/surplus_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Surplus]:
        return leftovers.with_resolutions(super().get_queryset(request))

    @admin.display(description="缴费人")
    def payer(self, row: Surplus) -> str:
        return str(row.receipt.order.payer) if row.receipt.order else "不知道是谁"

    @admin.display(description="费用")
    def course(self, row: Surplus) -> SafeString | str:
        return link(row.charge)

    @admin.display(description="收款")
    def of_receipt(self, row: Surplus) -> SafeString | str:
        return link(row.receipt)

    @admin.display(description="处理情况")
    def where(self, row: Surplus) -> str:
        found = leftovers.read(row, timezone.now()).resolution
        if found is None:
            return "还没有申请"
        method, state = ResolutionMethod(found.method), ResolutionState(found.state)
        return f"{method.label} · {state.label}"

    @admin.display(description="负责人")
    def owner(self, row: Surplus) -> str:
        owned = getattr(row, "owned", None)
        return owned.owner.name if owned else "—"

    @admin.display(description="已等", ordering="opened_at")
    def age(self, row: Surplus) -> str:
        done = leftovers.read(row, timezone.now()).done_at
        return f"{((done or timezone.now()) - row.opened_at) // DAY} 天"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("overview/", wrap(self.overview_view), name="payments_surplus_overview"),
            path(
                "<int:pk>/claim/", wrap(require_POST(self.claim_view)),
                name="payments_surplus_claim",
            ),
            path(
                "<int:pk>/hand-back/", wrap(require_POST(self.hand_back_view)),
                name="payments_surplus_hand_back",
            ),
            path("<int:pk>/file/", wrap(self.file_view), name="payments_surplus_file"),
        ]  # fmt: skip
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
            found = leftovers.read(row, timezone.now()).resolution
            events = found.events.select_related("actor") if found else ()
            context |= {"resolution": found, "events": events, "owned": getattr(row, "owned", None)}
        return super().change_view(request, object_id, form_url, context)

    def claim_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        clerk, now = clerk_of(request, "change_caseowner"), timezone.now()
        done = "已接手，别人会看到你的名字。"
        run = lambda: cases.claim(clerk=clerk, surplus_id=pk, now=now)  # noqa: E731 -- one call
        return act(request, run, done, _page_of(pk))

    def hand_back_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        clerk, now = clerk_of(request, "change_caseowner"), timezone.now()
        run = lambda: cases.hand_back(clerk=clerk, surplus_id=pk, now=now)  # noqa: E731 -- one call
        return act(request, run, "已交还，别人可以接手。", _page_of(pk))

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """申请: which way the money goes, and why."""
        clerk = clerk_of(request, "add_resolution")
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        form = ResolutionForm(posted(request), targets=targets(row))
        action = Action(
            title="申请处理余款",
            button=f"提交申请 {money.yuan(row.amount_fen)}",
            run=lambda data: cases.file(
                clerk=clerk,
                surplus_id=pk,
                method=ResolutionMethod(data["method"]),
                reason=data["reason"],
                target_id=data["target"],
                now=timezone.now(),
            ),
            done="已申请，等另一位同事复核。",
            to=_page_of(pk),
            form=form,
            facts=(
                ("原因", SurplusReason(row.reason).label),
                ("金额", money.yuan(row.amount_fen)),
                ("缴费人", self.payer(row)),
                ("订单", row.receipt.order_number),
            ),
            lead="申请后由另一位同事复核；渠道受理以前都可以撤销。",
            trail=trail("surplus", "待处理余款", row, pk),
        )
        return ask(request, action)

    def overview_view(self, request: HttpRequest) -> HttpResponse:
        """资金总览: what is open, since when, and whether the equation holds."""
        clerk_of(request, "view_surplus")
        context = {
            **self.admin_site.each_context(request),
            "title": "资金总览",
            "gauges": observe.look(timezone.now()),
            "totals": totals(),
        }
        return TemplateResponse(request, "payments/admin/overview.html", context)


def targets(row: Surplus) -> list[Charge]:
    """What this surplus could pay instead: the same payer's charges of this amount, payable now."""
    order = row.receipt.order
    if order is None:
        return []
    rows = Charge.objects.filter(
        payer_id=order.payer_id, amount_fen=row.amount_fen, state=ChargeState.OWED
    )
    charges = {charge.pk: charge for charge in rows}
    where = selectors.positions_of(list(charges), timezone.now())
    return [charge for pk, charge in charges.items() if is_payable(where[pk])]


def _page_of(pk: int) -> str:
    return reverse("admin:payments_surplus_change", args=[pk])
