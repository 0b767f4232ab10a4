"""The pages of 教学部核实 beside a round: board, run, late money."""

from collections.abc import Mapping
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from portal.accounts.scopes import within
from portal.accounts.staff import staff_of
from portal.lib.acting import act
from retake.models import Enrollment, Round, VerificationRun
from retake.schedule import CALENDAR, schedule_of
from retake.selectors.verifying import (
    COLUMNS,
    board,
    judged,
    late_money,
    obstacles,
    totals,
)
from retake.services.verify import (
    PERMISSION,
    may_lapse,
    reinstate,
    return_late_money,
    verify,
)
from retake.states import EnrollmentState
from retake.verification import Ground

OFFERING = "course__offering_college"


class VerificationPages:
    """Pages of the admin of rounds; ``admin`` is that admin."""

    def __init__(self, admin: "ModelAdmin[Any]") -> None:
        self.admin = admin

    def urls(self) -> list[URLPattern]:
        """Beside the round's own addresses."""
        wrap = self.admin.admin_site.admin_view
        acts = (
            ("<int:pk>/verify/", self.run, "retake_round_verify"),
            ("late/<int:pk>/reinstate/", self.reinstate, "retake_late_reinstate"),
            ("late/<int:pk>/return/", self.give_back, "retake_late_return"),
        )
        return [
            path("<int:pk>/verification/", wrap(self.page), name="retake_round_verification"),
            *(path(route, wrap(require_POST(view)), name=name) for route, view, name in acts),
        ]

    def page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """By college and course, what a run would do now, and money that came late."""
        if not self.admin.has_view_permission(request):
            raise PermissionDenied
        now, staff = timezone.now(), staff_of(request)
        row = get_object_or_404(
            Round.objects.select_related("term").annotate(calendar=CALENDAR), pk=pk
        )
        rows = within(staff, Enrollment.objects.filter(round=row), OFFERING)
        blocking = obstacles(row, now)
        shown = board(rows, blocking.references)
        context = {
            **self.admin.admin_site.each_context(request),
            "title": f"{row.name} · 教学部核实",
            "opts": self.admin.opts,
            "round": row,
            "schedule": schedule_of(row, vars(row)["calendar"]),
            "columns": [label for _, label in COLUMNS],
            "rows": [(one, _labelled(one.counts)) for one in shown],
            "sums": _labelled(totals(shown)),
            "obstacles": blocking,
            "grounds": grounds(rows, may_lapse(row, now), now),
            "late": late_money(rows).select_related("student", "course")[:200],
            "runs": VerificationRun.objects.filter(round=row).select_related("run_by"),
            "may_verify": staff.has_perm(PERMISSION),
            "has_closed": row.pay_closes_at is not None and now > row.pay_closes_at,
        }
        return TemplateResponse(request, "retake/admin/verification.html", context)

    def run(self, request: HttpRequest, pk: int) -> HttpResponse:
        """核实 now."""
        staff, now, reason = staff_of(request), timezone.now(), request.POST.get("reason", "")
        to = reverse("admin:retake_round_verification", args=[pk])
        return act(
            request,
            lambda: verify(staff=staff, round_id=pk, override_reason=reason, now=now),
            "已核实，学生会收到消息；还在付款和等到账的留到下一次。",
            to,
        )

    def reinstate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """恢复."""
        staff, now = staff_of(request), timezone.now()
        return act(
            request,
            lambda: reinstate(staff=staff, enrollment_id=pk, now=now),
            "已恢复，等学院安排；学生会收到消息。",
            _round_page(pk),
        )

    def give_back(self, request: HttpRequest, pk: int) -> HttpResponse:
        """转退费."""
        staff, now, reason = staff_of(request), timezone.now(), request.POST.get("reason", "")
        return act(
            request,
            lambda: return_late_money(staff=staff, enrollment_id=pk, reason=reason, now=now),
            "已转财务处退费，学生会收到消息。",
            _round_page(pk),
        )


def grounds(rows: Any, may_lapse_now: bool, now: Any) -> list[tuple[str, str, int]]:
    """Verdict, ground and number of what stands at 已报名."""
    waiting = rows.filter(state=EnrollmentState.ENROLLED.value)
    found = list(judged(waiting, may_lapse=may_lapse_now, now=now).values())
    return [
        (verdict.label, ground.label, found.count((verdict, ground)))
        for verdict, ground in sorted(set(found), key=lambda pair: list(Ground).index(pair[1]))
    ]


def _labelled(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Column and number, in the order of the table."""
    return [(label, counts[key]) for key, label in COLUMNS]


def _round_page(enrollment_id: int) -> str:
    found = Enrollment.objects.filter(pk=enrollment_id).values_list("round_id", flat=True).first()
    if found is None:
        return reverse("admin:retake_round_changelist")
    return reverse("admin:retake_round_verification", args=[found])
