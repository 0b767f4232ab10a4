"""Background jobs for those who started them: progress, stop, resume, results."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from portal.accounts.staff import staff_of
from portal.jobs import services
from portal.jobs.models import Job
from portal.jobs.selectors import jobs_of, progress
from portal.jobs.states import ItemState, JobState
from portal.jobs.tasks import ring
from portal.lib.acting import act
from portal.lib.read_only import ReadOnly

MOST_SHOWN = 50


def page_of(job: Job) -> str:
    """Where its progress is watched."""
    return reverse("admin:jobs_job_change", args=[job.pk])


@admin.register(Job)
class JobAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Read; everything else is a button."""

    list_display = ("title", "state", "requested_by", "requested_at", "finished_at")
    list_filter = ("state",)
    list_select_related = ("requested_by",)
    change_form_template = "admin/jobs/job.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return jobs_of(staff_of(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # noqa: ARG002 -- Django's signature
        return ()  # the template shows them

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/cancel/", wrap(require_POST(self.cancel_view)), name="jobs_job_cancel"),
            path("<int:pk>/resume/", wrap(require_POST(self.resume_view)), name="jobs_job_resume"),
            path("<int:pk>/files/<str:name>/", wrap(self.file_view), name="jobs_job_file"),
        ]
        return own + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Progress; the page reloads itself while the job runs."""
        job = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if job is not None:
            failed = job.items.filter(state=ItemState.FAILED)
            context |= {
                "job": job,
                "progress": progress(job.pk),
                "failed": failed[:MOST_SHOWN],
                "running": job.state == JobState.RUNNING,
            }
        return super().change_view(request, object_id, form_url, context)

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._act(request, pk, services.cancel, "已停止，做完的保留。")

    def resume_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._act(request, pk, _resume, "已继续。")

    def _act(
        self, request: HttpRequest, pk: int, service: Callable[[int], object], done: str
    ) -> HttpResponse:
        job = self._mine(request, pk)
        return act(request, lambda: service(job.pk), done, page_of(job))

    def file_view(self, request: HttpRequest, pk: int, name: str) -> FileResponse:
        """One of the results."""
        stored = self._mine(request, pk).files.get(name)
        if stored is None or not default_storage.exists(stored):
            raise Http404
        return FileResponse(default_storage.open(stored), as_attachment=True, filename=name)

    def _mine(self, request: HttpRequest, pk: int) -> Job:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)


def _resume(job_id: int) -> None:
    services.resume(job_id, timezone.now())
    ring(job_id)
