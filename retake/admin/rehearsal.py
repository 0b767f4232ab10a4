"""试算 beside a round: what it would do if it opened so."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.staff import staff_of
from portal.jobs.admin import page_of
from portal.lib.acting import act
from portal.lib.sheets import XLSX_TYPE
from retake.admin.rehearsal_form import TrialForm, plan_before
from retake.models import Round
from retake.rehearsal import job as jobs
from retake.rehearsal.export import workbook
from retake.rehearsal.gather import candidates, gather
from retake.rehearsal.plan import Plan, changes, conditions
from retake.rehearsal.tally import Summary, summarize
from retake.states import RoundState

AT_ONCE = 1000  # students; more are worked off in the background
View = Callable[..., HttpResponse | StreamingHttpResponse]


class RehearsalPages:
    """Pages of the admin of rounds; ``admin`` is that admin."""

    def __init__(self, admin: "ModelAdmin[Any]") -> None:
        self.admin = admin

    def urls(self) -> list[URLPattern]:
        """Beside the round's own addresses."""
        views: tuple[tuple[str, View, str], ...] = (
            ("", require_safe(self.page), "retake_round_rehearsal"),
            ("file/", require_safe(self.file), "retake_round_rehearsal_file"),
            ("start/", require_POST(self.start), "retake_round_rehearsal_start"),
        )
        wrap = self.admin.admin_site.admin_view
        return [
            path(f"<int:pk>/rehearsal/{tail}", wrap(view), name=name) for tail, view, name in views
        ]

    def page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form, and the result: at once for a small college, of the last job for a large."""
        row, now = self._round(request, pk), timezone.now()
        if is_open(row, now):
            return _refused(request, row)
        form = TrialForm(row, request.GET, timezone.localdate(now))
        context = {
            **self.admin.admin_site.each_context(request),
            "title": f"{row.name} · 试算",
            "opts": self.admin.opts,
            "round": row,
            "form": form,
            "query": request.GET.urlencode(),
            **(_result(row, form) if form.is_valid() else {}),
        }
        return TemplateResponse(request, "retake/admin/rehearsal.html", context)

    def file(self, request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
        """Every line of a rehearsal that is worked out at once."""
        row, now = self._round(request, pk), timezone.now()
        form = TrialForm(row, request.GET, timezone.localdate(now))
        if is_open(row, now) or not form.is_valid() or _number(form.plan()) > AT_ONCE:
            return redirect("admin:retake_round_rehearsal", row.pk)
        plan = form.plan()
        lines = gather(_ids(plan), plan, plan_before(row, plan))
        named = {"Content-Disposition": f"{content_disposition_header(True, jobs.SHEET)}"}
        return StreamingHttpResponse(workbook(lines), content_type=XLSX_TYPE, headers=named)

    def start(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Begin the job of a large college and show its progress."""
        row, now = self._round(request, pk), timezone.now()
        if is_open(row, now):
            return _refused(request, row)
        form = TrialForm(row, request.POST, timezone.localdate(now))
        page = reverse("admin:retake_round_rehearsal", args=[row.pk])
        if not form.is_valid():
            return redirect(f"{page}?{request.POST.urlencode()}")
        plan, staff = form.plan(), staff_of(request)
        before = plan_before(row, plan)
        return act(
            request,
            lambda: jobs.start(
                row=row, plan=plan, before=before, page=page, user_id=staff.pk, now=now
            ),
            "",
            page,
            page_of,
        )

    def _round(self, request: HttpRequest, pk: int) -> Round:
        """Only who may change rounds: the result names students of every college."""
        if not self.admin.has_change_permission(request):
            raise PermissionDenied
        return get_object_or_404(Round.objects.select_related("term", "rule_set"), pk=pk)


def is_open(row: Round, now: datetime) -> bool:
    """Students enrol already, or did: the board has the real numbers."""
    if row.state == RoundState.DRAFT:
        return False
    return row.enrol_opens_at is None or row.enrol_opens_at <= now


def _refused(request: HttpRequest, row: Round) -> HttpResponse:
    messages.error(request, "报名已经开始，不再试算。看板里是真实的报名和费用。")
    return redirect("admin:retake_round_board", row.pk)


def _number(plan: Plan) -> int:
    return candidates(plan).count()


def _ids(plan: Plan) -> list[int]:
    return list(candidates(plan).values_list("pk", flat=True))


def _result(row: Round, form: TrialForm) -> dict[str, Any]:
    """What the page shows of a plan that can be tried."""
    plan = form.plan()
    number = _number(plan)
    if number > AT_ONCE:
        return {"number": number, "is_large": True, **_last_run(row)}
    before = plan_before(row, plan)
    return {"number": number, **_shown(plan, before, summarize(gather(_ids(plan), plan, before)))}


def _last_run(row: Round) -> dict[str, Any]:
    runs = jobs.jobs_of_round(row.pk)
    for run in runs:
        summary = jobs.result_of(run)
        if summary is not None:
            plan, before = jobs.plans_of(run)
            return {"runs": runs, "run": run, "sheet": jobs.SHEET, **_shown(plan, before, summary)}
    return {"runs": runs}


def _shown(plan: Plan, before: Plan | None, summary: Summary) -> dict[str, Any]:
    return {
        "plan": plan,
        "conditions": conditions(plan),
        "before": before,
        "changes": changes(before, plan) if before else [],
        "sums": summary,
        "courses": [(*one.label.split("\t"), one) for one in summary.courses],
    }
