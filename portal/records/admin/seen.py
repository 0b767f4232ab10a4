"""以学生视角查看, from a student's page in admin: reviewers of his college, the teaching office."""

from math import ceil
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse

from portal.audit import viewing
from portal.audit.openings import for_a_purpose
from portal.records.models import Student


class SeenAsHimself:
    """To stand before a ``ScopedAdmin``, whose queryset says whom the reader may look at."""

    def get_urls(self: Any) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.view_as)
        name = "records_student_view_as"
        return [path("<int:pk>/view-as/", view, name=name), *super().get_urls()]  # type: ignore[misc]

    def change_view(
        self: Any,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        more = {"may_view_as": viewing.may_view(request.user), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, more)  # type: ignore[misc]

    def view_as(self: Any, request: HttpRequest, pk: int) -> HttpResponseBase:
        """For a purpose, and never anybody but a student."""
        if not viewing.may_view(request.user) or not self.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(self.get_queryset(request).select_related("user"), pk=pk)
        minutes = ceil(settings.VIEW_AS_FOR / 60)
        return for_a_purpose(
            request,
            f"{row}看到的页面",
            lambda: _begin(request, row),
            back=reverse("admin:records_student_change", args=[pk]),
            verb="查看",
            more=f"只能看，不能替学生办理；{minutes} 分钟后自动结束，也可以随时结束。",
        )


def _begin(request: HttpRequest, row: Student) -> HttpResponseBase:
    viewing.begin(request, row.user, "records.student", row.pk)
    return redirect("home:dashboard")
