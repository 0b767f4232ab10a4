"""重修教学班: made, changed and filled by the college that offers the course."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, ForeignKey, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms import BaseFormSet, ModelChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone

from portal.accounts.scopes import within
from portal.accounts.staff import staff_of
from retake.admin.enrollments import scope_of
from retake.admin.group_form import GroupForm, SessionForm
from retake.admin.group_pages import GroupPages
from retake.admin.sheet_pages import SheetPages
from retake.models import TeachingGroup, TeachingSession
from retake.states import GroupState
from retake.teaching import access
from retake.teaching.groups import announce, open_group, revise, revise_sessions, shown
from retake.teaching.words import lines_of

FIXED = ("term", "course", "serial", "state", "version", "created_by", "created_at", "changed_at")


class SessionInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    """上课安排; deleting one cancels it."""

    model = TeachingSession
    form = SessionForm
    extra = 3

    def get_queryset(self, request: HttpRequest) -> QuerySet[TeachingSession]:
        rows: QuerySet[TeachingSession] = super().get_queryset(request)
        return rows.filter(is_cancelled=False)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        active = not isinstance(obj, TeachingGroup) or obj.state == GroupState.ACTIVE
        return active and staff_of(request).has_perm(access.PERMISSION)


@admin.register(TeachingGroup)
class TeachingGroupAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Own college only; another college's group is not there."""

    form = GroupForm
    list_display = (
        "name",
        "course",
        "mode",
        "teacher",
        "tutor",
        "seated",
        "hours",
        "state",
    )
    list_filter = (
        "state",
        "mode",
        "term",
        ("course__offering_college", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("course", "teacher", "tutor", "term")
    list_per_page = 50
    show_full_result_count = False
    actions = None
    search_fields = ("name", "course__code", "course__name", "teacher__name", "tutor__name")
    search_help_text = "教学班、课程代码或名称、教师姓名"
    autocomplete_fields = ("course", "teacher", "tutor")
    inlines = (SessionInline,)
    change_form_template = "retake/admin/group_form.html"
    change_list_template = "retake/admin/group_list.html"
    fieldsets = (
        (None, {"fields": ("term", "course", "name", "mode", "capacity")}),
        ("教师", {"fields": ("teacher", "phone", "tutor")}),
        ("时间地点", {"fields": ("place_text", "first_meeting", "first_room", "requirement")}),
        ("考试", {"fields": ("exam_at", "exam_room", "exam_form")}),
        ("其他", {"fields": ("remark", "state", "created_by", "created_at", "changed_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[TeachingGroup]:
        rows: QuerySet[TeachingGroup] = super().get_queryset(request)
        meetings = TeachingSession.objects.filter(group=OuterRef("pk"), is_cancelled=False)
        counted = meetings.order_by().values("group").annotate(number=Count("pk"))
        return within(request.user, rows, access.OFFERING).annotate(
            seats=Count("assignments", filter=Q(assignments__ended_at=None)),
            meetings=Coalesce(Subquery(counted.values("number")), 0),
        )

    @admin.display(description="人数")
    def seated(self, row: TeachingGroup) -> str:
        return f"{vars(row)['seats']} / {row.capacity}"

    @admin.display(description="上课安排")
    def hours(self, row: TeachingGroup) -> str:
        number = vars(row)["meetings"]
        if number:
            return f"{number} 次"
        first = "；".join(lines_of(row, [], timezone.localdate()))
        return row.place_text or first or "没有填"

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 -- Django's signature
        return False  # dissolved or not opened, with a reason, never deleted

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        active = not isinstance(obj, TeachingGroup) or obj.state == GroupState.ACTIVE
        return active and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:  # noqa: ARG002 -- Django's signature
        return [*(FIXED if obj else FIXED[2:])]

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> "ModelChoiceField[Any] | None":
        """Courses of the own college only."""
        if db_field.name == "course":
            kwargs["queryset"] = access.courses(staff_of(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(
        self,
        request: HttpRequest,
        obj: TeachingGroup,
        form: "ModelForm[TeachingGroup]",
        change: bool,
    ) -> None:
        staff, now = staff_of(request), timezone.now()
        if change:
            revise(obj, form.changed_data, staff=staff, now=now)
        else:
            open_group(obj, staff=staff, now=now)

    def save_formset(
        self,
        request: HttpRequest,
        form: "ModelForm[TeachingGroup]",
        formset: Any,
        change: bool,  # noqa: ARG002 -- Django's signature
    ) -> None:
        changed = formset.save(commit=False)
        if changed or formset.deleted_objects:
            revise_sessions(
                form.instance,
                changed,
                formset.deleted_objects,
                staff=staff_of(request),
                now=timezone.now(),
            )

    def save_related(
        self,
        request: HttpRequest,
        form: "ModelForm[TeachingGroup]",
        formsets: "list[BaseFormSet[Any]]",
        change: bool,
    ) -> None:
        """Students are told once, of everything that was saved together."""
        met = any(formset.initial_form_count() for formset in formsets)
        told_before = (form.initial.get(name) for name in ("place_text", "first_meeting"))
        was_timed = met or any(told_before)
        super().save_related(request, form, formsets, change)
        words = shown(form.changed_data)
        if any(formset.has_changed() for formset in formsets):
            words.append("上课安排")
        if change and words:
            text = f"改了{'、'.join(words)}"
            staff, now = staff_of(request), timezone.now()
            told = announce(form.instance, text, staff=staff, now=now, was_timed=was_timed)
            self.message_user(request, f"已通知 {told} 名学生。")

    def get_urls(self) -> list[URLPattern]:
        return [*GroupPages(self).urls(), *SheetPages(self).urls(), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"scope": scope_of(staff_of(request))}
        return super().changelist_view(request, context | (extra_context or {}))
