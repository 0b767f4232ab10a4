"""Transcripts for the teaching office and the colleges: what was issued, and whole cohorts."""

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
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from portal.accounts.models import User
from portal.accounts.scopes import within
from portal.accounts.staff import staff_of
from portal.jobs.admin import page_of
from portal.jobs.models import Job
from portal.jobs.services import start
from portal.jobs.tasks import ring
from portal.lib.errors import DomainError
from portal.lib.read_only import Kept, ReadOnly
from portal.records.models import HOME_COLLEGE
from transcripts.admin_forms import BatchForm
from transcripts.batch import KIND
from transcripts.models import IssuedTranscript, TranscriptCheck
from transcripts.scope import numbers_in, numbers_of
from transcripts.services.control import revoke


class CheckInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    """When it was checked."""

    model = TranscriptCheck
    fields = readonly_fields = ("checked_at", "way")
    extra = 0


@admin.register(IssuedTranscript)
class IssuedTranscriptAdmin(Kept, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """By home college of the student."""

    list_display = (
        "code",
        "student",
        "pages",
        "issued_by",
        "issued_at",
        "expires_on",
        "revoked_at",
    )
    list_select_related = ("student", "issued_by")
    list_per_page = 50
    search_fields = ("code", "student__number", "student__name")
    search_help_text = "校验码、学号、姓名"
    fields = readonly_fields = (
        "code",
        "student",
        "pages",
        "sha256",
        "pdf",
        "issued_by",
        "issued_at",
        "expires_on",
        "revoked_at",
        "revoked_by",
        "revoke_reason",
    )
    inlines = (CheckInline,)
    change_list_template = "transcripts/admin/list.html"
    change_form_template = "transcripts/admin/form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[IssuedTranscript]:
        rows = super().get_queryset(request).defer("snapshot")
        return within(request.user, rows, f"student__{HOME_COLLEGE}")

    @admin.display(description="PDF")
    def pdf(self, row: IssuedTranscript) -> SafeString:
        return format_html('<a href="{}">下载</a>', reverse("transcripts:file", args=[row.pk]))

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "transcripts_issuedtranscript"
        own = [
            path("batch/", wrap(self.batch_view), name=f"{name}_batch"),
            path("<int:pk>/revoke/", wrap(require_POST(self.revoke_view)), name=f"{name}_revoke"),
        ]
        return own + super().get_urls()

    def batch_view(self, request: HttpRequest) -> HttpResponse:
        """批量打印: choose whom, start the job, watch it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        user = staff_of(request)
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = BatchForm(user, *sent)
        if request.method == "POST" and form.is_valid():
            try:
                job = _start(user, form)
            except DomainError as error:
                form.add_error(None, forms.ValidationError(error.sentence))
            else:
                ring(job.pk)
                return redirect(page_of(job))
        context = {
            **self.admin_site.each_context(request),
            "title": "批量打印成绩单",
            "opts": self.opts,
            "form": form,
        }
        status = 400 if form.errors else 200
        return TemplateResponse(request, "transcripts/admin/batch.html", context, status=status)

    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Revoke with a reason; the teaching office only."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        reason = request.POST.get("reason", "").strip()
        if reason:
            actor = staff_of(request).pk
            revoke(transcript_id=row.pk, actor_id=actor, reason=reason, now=timezone.now())
            self.message_user(request, "已撤销。")
        else:
            self.message_user(request, "没有撤销：要写明原因。", level="error")
        return redirect("admin:transcripts_issuedtranscript_change", pk)


def _start(user: User, form: BatchForm) -> Job:
    data: dict[str, Any] = form.cleaned_data
    whom = {name: data[name] for name in ("admin_class", "major", "grade_year")}
    file = data["numbers"]
    numbers = numbers_in(user, file.read()) if file else numbers_of(user, **whom)
    named = file.name if file else "、".join(str(value) for value in whom.values() if value)
    return start(
        kind=KIND,
        title=f"成绩单：{named[:80]}（{len(numbers)} 人）",
        params={"options": form.options.to_json()},
        keys=numbers,
        user_id=user.pk,
        now=timezone.now(),
    )
