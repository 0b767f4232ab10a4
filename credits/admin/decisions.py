"""The pages of one application: its evidence, the decision, a revocation, many approvals."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from credits.admin.acting import BaseAdmin, page
from credits.forms import number
from credits.models import Application
from credits.review_forms import BulkForm, Decision, DecisionForm, RevokeForm
from credits.selectors import queue
from credits.selectors.evidence import Evidence, evidence
from credits.services import bulk, deciding, reviewing
from credits.services.revoking import revoke
from credits.states import ApplicationState
from portal.accounts.staff import staff_of
from portal.lib.errors import DomainError

PER_PAGE = bulk.MOST
TURNS = (0, 90, 180, 270)  # degrees
QUEUE = "admin:credits_application_changelist"
SERVICES: dict[Decision, Callable[..., Application]] = {
    Decision.APPROVE: deciding.approve,
    Decision.ASK: deciding.ask,
    Decision.RETURN: deciding.send_back,
    Decision.REJECT: deciding.reject,
}


class DecisionPages(BaseAdmin):
    """What ``ApplicationAdmin`` does beside its list."""

    @admin.action(description="批量通过（只限没有要留意的）", permissions=["decide"])
    def approve_clean(
        self, request: HttpRequest, queryset: QuerySet[Application]
    ) -> HttpResponse | None:
        """A page that says what will be approved, with the versions that were seen."""
        shown = queryset.select_related("student", "target").prefetch_related("attachments")
        rows = list(shown[: PER_PAGE + 1])
        if len(rows) > PER_PAGE:
            self.message_user(request, f"一次最多 {PER_PAGE} 份。", messages.ERROR)
            return None
        now = timezone.now()
        waiting = [one for one in rows if one.state == ApplicationState.PENDING and one.is_clean]
        held = bulk.held_back(waiting, now)
        context = {
            "title": "批量通过",
            "ready": [one for one in waiting if not held[one.pk]],
            "held": [(one, held.get(one.pk) or "有要留意的，逐份看。") for one in rows
                     if one not in waiting or held[one.pk]],
        }  # fmt: skip
        return page(request, "bulk.html", context)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Asked by Django for the action above."""
        return staff_of(request).has_perm(reviewing.DECIDE)

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "credits_application"
        own = [
            path("bulk/", wrap(require_POST(self.bulk_view)), name=f"{name}_bulk"),
            path("<int:pk>/decide/", wrap(require_POST(self.decide_view)), name=f"{name}_decide"),
            path("<int:pk>/revoke/", wrap(require_POST(self.revoke_view)), name=f"{name}_revoke"),
        ]
        return own + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Evidence beside the decision; a POST here is nobody's."""
        del form_url, extra_context
        if not self.has_view_permission(request) or request.method == "POST":
            raise PermissionDenied
        shown = evidence(staff_of(request), number(object_id) or 0, timezone.now())
        if shown is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined,no-any-return]
        return _review(request, shown)

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One decision, then the next application that waits."""
        row = self._row(request, pk)
        form = DecisionForm(request.POST)
        if not form.is_valid():
            return self._again(request, pk, form, 400)
        try:
            decided = self._decide(request, row.pk, form.cleaned_data)
        except DomainError as error:
            messages.error(request, error.sentence)
            return self._again(request, pk, form, error.status)
        self._say(request, decided, Decision(form.cleaned_data["decision"]))
        following = queue.next_for(staff_of(request), row.pk)
        return redirect(_page_of(following) if following else QUEUE)

    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """撤销 by the teaching office."""
        row = self._row(request, pk)
        form = RevokeForm(request.POST)
        if not form.is_valid():
            return self._again(request, pk, form, 400)
        data, staff, now = form.cleaned_data, staff_of(request), timezone.now()
        try:
            revoke(
                staff=staff, application_id=row.pk, seen=data["seen"], note=data["note"], now=now
            )
        except DomainError as error:
            messages.error(request, error.sentence)
            return self._again(request, pk, form, error.status)
        messages.success(request, "已撤销，课程恢复为不及格，学分已放回，学生会收到消息。")
        return redirect(_page_of(row.pk))

    def bulk_view(self, request: HttpRequest) -> HttpResponse:
        """Approve what was ticked; what was left says why."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = BulkForm(request.POST)
        if not form.is_valid():
            messages.error(request, "一份也没有选。")
            return redirect(QUEUE)
        staff, now = staff_of(request), timezone.now()
        try:
            done = bulk.approve_clean(staff=staff, picks=form.picks, now=now)
        except DomainError as error:
            messages.error(request, error.sentence)
            return redirect(QUEUE)
        if done.number:
            messages.success(request, f"已通过 {done.number} 份，学生会收到消息。")
        rows = self.get_queryset(request).in_bulk([pk for pk, _ in done.left])
        for pk, why in done.left:
            number = rows[pk].number if pk in rows else "一份申请"
            messages.warning(request, f"{number}没有处理：{why}")
        return redirect(QUEUE)

    def _row(self, request: HttpRequest, pk: int) -> Application:
        if not self.has_view_permission(request):
            raise PermissionDenied
        row: Application = get_object_or_404(self.get_queryset(request), pk=pk)
        return row

    def _again(
        self, request: HttpRequest, pk: int, form: DecisionForm | RevokeForm, status: int
    ) -> HttpResponse:
        """The page as it is now, with what was typed."""
        shown = evidence(staff_of(request), pk, timezone.now())
        if shown is None:
            raise Http404
        return _review(request, shown, form, status)

    def _decide(self, request: HttpRequest, pk: int, data: dict[str, Any]) -> Application:
        staff, now = staff_of(request), timezone.now()
        given = {"staff": staff, "application_id": pk, "seen": data["seen"], "now": now}
        return SERVICES[Decision(data["decision"])](**given, note=data["note"])

    def _say(self, request: HttpRequest, row: Application, decision: Decision) -> None:
        who = f"{row.student.name}的{row.target.name}"
        if decision is Decision.APPROVE and row.state == ApplicationState.RETURNED:
            messages.warning(request, f"{who}没有通过，已自动退回：{row.note}")
        elif decision is Decision.APPROVE and row.state == ApplicationState.PENDING:
            messages.success(request, f"{who}已同意，转教学部再审。")
        else:
            messages.success(request, f"{who}：已{decision.label}，学生会收到消息。")


def _review(
    request: HttpRequest,
    shown: Evidence,
    form: DecisionForm | RevokeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "title": f"{shown.row.student.name}申请兑换{shown.row.target.name}",
        "is_nav_sidebar_enabled": False,  # room for evidence beside the decision
        "shown": shown,
        "form": form or DecisionForm(),
        "phrases": DecisionForm.base_fields["phrase"].choices,  # type: ignore[attr-defined]
        "turns": TURNS,
    }
    return page(request, "review.html", context, status)


def _page_of(pk: int) -> str:
    return reverse("admin:credits_application_change", args=[pk])
