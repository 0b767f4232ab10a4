"""Enrolments: read, with their trace; cancelled and overridden by services."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.accounts.scopes import within
from portal.accounts.staff import staff_of
from portal.lib.acting import act
from portal.lib.errors import DomainError
from portal.lib.money import yuan
from portal.lib.read_only import Kept, ReadOnly
from retake.admin.filters import MoneyFilter
from retake.forms import OverrideForm
from retake.models import Enrollment, EnrollmentEvent
from retake.selectors.money import Money, with_money
from retake.services.cancel import cancel
from retake.services.override import PERMISSION, override_enroll


class EventInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    """流程跟踪, newest first."""

    model = EnrollmentEvent
    fields = readonly_fields = ("happened_at", "kind", "actor", "reason")
    extra = 0


@admin.register(Enrollment)
class EnrollmentAdmin(Kept, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Colleges see the courses they offer; the offices see everything."""

    list_display = (
        "student_number",
        "student_name",
        "course",
        "offering",
        "state",
        "money",
        "fee",
        "enrolled_at",
    )
    list_filter = (
        "state",
        MoneyFilter,
        "round",
        ("course__offering_college", admin.RelatedOnlyFieldListFilter),
        ("student__admin_class__major__college", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("student", "course__offering_college", "round")
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("student__number", "student__name", "course__code", "course__name")
    search_help_text = "学号、姓名、课程代码、课程名称"
    inlines = (EventInline,)
    change_form_template = "retake/admin/enrollment_form.html"
    change_list_template = "retake/admin/enrollment_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrollment]:
        rows = with_money(super().get_queryset(request))
        return within(request.user, rows, "course__offering_college")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # noqa: ARG002 -- Django's signature
        names = (field.name for field in self.opts.fields if field.name not in ("id", "fee_fen"))
        return (*names, "fee", "money")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Everything, in words."""
        return self.get_readonly_fields(request, obj)

    @admin.display(description="学号", ordering="student__number")
    def student_number(self, row: Enrollment) -> str:
        return row.student.number

    @admin.display(description="姓名")
    def student_name(self, row: Enrollment) -> str:
        return row.student.name

    @admin.display(description="开课学院")
    def offering(self, row: Enrollment) -> str:
        return row.course.offering_college.name

    @admin.display(description="费用状态")
    def money(self, row: Enrollment) -> str:
        return Money(vars(row)["money"]).label

    @admin.display(description="费用", ordering="fee_fen")
    def fee(self, row: Enrollment) -> str:
        return yuan(row.fee_fen)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("override/", wrap(self.override_view), name="retake_enrollment_override"),
            path(
                "<int:pk>/cancel/",
                wrap(require_POST(self.cancel_view)),
                name="retake_enrollment_cancel",
            ),
        ]
        return own + super().get_urls()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"scope": scope_of(staff_of(request)), "may_override": _may(request)}
        return super().changelist_view(request, context | (extra_context or {}))

    def override_view(self, request: HttpRequest) -> HttpResponse:
        """特批: a form of its own, because it needs a permission and a reason of its own."""
        if not _may(request):
            raise PermissionDenied
        form = OverrideForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                row = override_enroll(
                    staff=staff_of(request), now=timezone.now(), **form.cleaned_data
                )
            except DomainError as error:
                form.add_error(None, forms.ValidationError(error.sentence))
            else:
                self.message_user(request, f"已特批报名：{row}。")
                return redirect("admin:retake_enrollment_change", row.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": "特批报名",
            "opts": self.opts,
            "form": form,
        }
        status = 400 if form.errors else 200
        return TemplateResponse(request, "retake/admin/override.html", context, status=status)

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        to = reverse("admin:retake_enrollment_change", args=[pk])
        staff, reason, now = staff_of(request), request.POST.get("reason", ""), timezone.now()
        return act(
            request,
            lambda: cancel(staff=staff, enrollment_id=row.pk, reason=reason, now=now),
            "已取消，学生会收到消息。",
            to,
        )


def scope_of(user: User) -> str:
    """Which of the two college scopes the list is in, said on the page."""
    if user.role == Role.REVIEWER:
        return f"按开课学院：只显示{user.college}开的课"
    return "全部学院"


def _may(request: HttpRequest) -> bool:
    return staff_of(request).has_perm(PERMISSION)
