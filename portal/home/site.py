"""The admin site: what a role works with comes first; who is no staff is shown the way home."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from portal.accounts.models import User
from portal.accounts.roles import Role

# Apps by role, then models in an app; what is not named follows by its Chinese name.
APPS = {
    Role.REVIEWER: ("retake", "credits", "transcripts", "records"),
    Role.TEACHING: ("retake", "credits", "records", "transcripts", "payments", "calendar"),
    Role.FINANCE: ("reconcile", "payments", "retake", "records"),
    Role.ADMIN: (
        "accounts", "auth", "audit", "retake", "credits", "reconcile", "payments", "records",
        "transcripts",
    ),
}  # fmt: skip
MODELS = (
    "Round", "Enrollment", "VeteranClaim", "Application", "RuleSet",
    "Surplus", "Resolution", "Conflict", "ManualEntry", "Order", "Charge", "Receipt",
    "FiscalReceipt", "GatewayMessage",
    "Student", "GradeAttempt", "Course", "TeachingClass", "StudentCourse", "MakeupSitting",
    "ProgrammePlan", "PlanCourse", "PlanRequirement", "CourseEquivalence", "AcademicTerm",
    "AdminClass", "Major", "Teacher", "TeachingSlot",
)  # fmt: skip


class PortalAdminSite(AdminSite):
    """Django's own, in the order of the day's work."""

    index_title = "管理首页"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Apps by the role of who is signed in, their models by ``MODELS``."""
        role = request.user.role if isinstance(request.user, User) else ""
        order = APPS.get(Role(role), ()) if role else ()
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: _place(MODELS, model["object_name"]))
        return sorted(apps, key=lambda app: _place(order, app["app_label"]))

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One door for everybody, where wrong passwords are counted by browser and address;
        whoever is in already and is no staff is told so.
        """
        if not isinstance(request.user, User):
            onward = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
            return redirect_to_login(onward, reverse("accounts:login"))
        if not self.has_permission(request):
            return render(request, "admin/students.html", status=HTTPStatus.FORBIDDEN)
        return super().login(request, extra_context)

    def password_change(  # type: ignore[override]  # it renders nothing itself
        self,
        request: HttpRequest,  # noqa: ARG002 -- Django's signature
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """The portal's own page, where wrong ones are counted."""
        return redirect("accounts:password")


def _place(order: Sequence[str], name: str) -> int:
    return order.index(name) if name in order else len(order)
