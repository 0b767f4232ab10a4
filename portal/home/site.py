"""The admin site: what a role works with comes first; who is no staff is shown the way home."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.accounts.staff import staff_of
from portal.audit.tracked import VEILED
from portal.home.catalog import Catalog
from portal.home.desk import tasks_of

# Columns no list may be narrowed by: what history veils, and texts that quote it.
UNASKED = frozenset(VEILED) - {"key"} | {"cells", "body", "data", "changes"}
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


class Discreet:
    """A list narrowed to ``?payer_name__startswith=王`` would tell a masked name letter by letter,
    whatever its columns show. Django lets any column of the model's own be asked for.
    """

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        if lookup.partition(LOOKUP_SEP)[0] in UNASKED:
            return False
        return bool(super().lookup_allowed(lookup, value, request))  # type: ignore[misc]


class PortalAdminSite(AdminSite):
    """Django's own, in the order of the day's work, and no list tells what is masked on it."""

    index_title = "管理首页"

    def register(
        self,
        model_or_iterable: Any,
        admin_class: "type[ModelAdmin[Any]] | None" = None,
        **options: Any,
    ) -> None:
        """Every list is discreet, also those of packages."""
        plain: Any = admin_class or ModelAdmin
        discreet = type(plain)(plain.__name__, (Discreet, plain), {"__module__": plain.__module__})
        super().register(model_or_iterable, discreet, **options)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Apps by the role of who is signed in, their models by ``MODELS``."""
        role = request.user.role if isinstance(request.user, User) else ""
        order = APPS.get(Role(role), ()) if role else ()
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: _place(MODELS, model["object_name"]))
        return sorted(apps, key=lambda app: _place(order, app["app_label"]))

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """What waits for this account, then everything it may open."""
        desk = {"tasks": tasks_of(staff_of(request), timezone.now())}
        return super().index(request, {**desk, **(extra_context or {})})

    def i18n_javascript(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002 -- Django's signature
    ) -> Any:
        """With what Django leaves in English."""
        return Catalog.as_view(packages=["django.contrib.admin"])(request)

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
