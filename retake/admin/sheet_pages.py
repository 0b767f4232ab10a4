"""Spreadsheets around teaching groups: template, upload, preview, apply; result sheets."""

from typing import Any
from urllib.parse import quote

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from portal.accounts.staff import staff_of
from portal.lib.acting import act
from portal.lib.errors import DomainError
from portal.lib.sheets import XLSX_TYPE
from retake.admin.enrollments import scope_of
from retake.admin.group_form import SheetForm
from retake.admin.terms import term_of
from retake.models import SheetUpload
from retake.services import uploads
from retake.states import SheetKind
from retake.teaching import access, results, sheet

SHOWN_FAULTS = 200


def workbook(data: bytes, name: str) -> HttpResponse:
    """A spreadsheet to be saved."""
    answer = HttpResponse(data, content_type=XLSX_TYPE)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


class SheetPages:
    """Pages of the admin of teaching groups; ``admin`` is that admin."""

    def __init__(self, admin: "ModelAdmin[Any]") -> None:
        self.admin = admin

    def urls(self) -> list[URLPattern]:
        """Beside the groups' own addresses."""
        wrap = self.admin.admin_site.admin_view
        name = "retake_teachinggroup"
        return [
            path("template/", wrap(self.template), name=f"{name}_template"),
            path("upload/", wrap(self.arrange), name=f"{name}_upload"),
            path("results/", wrap(self.results), name=f"{name}_results"),
            path("upload/<int:pk>/", wrap(self.preview), name=f"{name}_preview"),
            path(
                "upload/<int:pk>/apply/",
                wrap(require_POST(self.apply)),
                name=f"{name}_apply",
            ),
            path("<int:pk>/result-sheet/", wrap(self.result_sheet), name=f"{name}_result_sheet"),
        ]

    def template(self, request: HttpRequest) -> HttpResponse:
        """落实表 with everybody who waits."""
        self._require(request)
        term = term_of(request)
        return workbook(sheet.template(staff_of(request), term), f"落实表 {term.code}.xlsx")

    def arrange(self, request: HttpRequest) -> HttpResponse:
        """Upload a 落实表."""
        return self._upload(request, SheetKind.ARRANGE)

    def results(self, request: HttpRequest) -> HttpResponse:
        """Upload a 成绩表."""
        return self._upload(request, SheetKind.RESULTS)

    def result_sheet(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The group's students, to be filled by the teacher."""
        self._require(request)
        group = access.group(staff_of(request), pk)
        return workbook(results.sheet(group), f"成绩表 {group.name}.xlsx")

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the file would do; nothing has changed."""
        self._require(request)
        staff, term = staff_of(request), term_of(request)
        row = uploads.own(staff, pk)
        context = {
            **self._frame(request, f"{SheetKind(row.kind).label}预览"),
            "upload": row,
            "term": term,
            "scope": scope_of(staff),
            "back": _upload_page(row),
            **_plan(row, staff, term),
        }
        return TemplateResponse(request, "retake/admin/sheet_preview.html", context)

    def apply(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what the preview said; refused, the preview says what is in the way now."""
        self._require(request)
        staff, term, now = staff_of(request), term_of(request), timezone.now()
        uploads.own(staff, pk)
        return act(
            request,
            lambda: uploads.apply(staff=staff, term=term, upload_id=pk, now=now),
            lambda row: f"已执行：{row.outcome}学生会收到消息。",
            f"{reverse('admin:retake_teachinggroup_preview', args=[pk])}?term={term.code}",
            lambda _: f"{reverse('admin:retake_teachinggroup_overview')}?term={term.code}",
        )

    def _upload(self, request: HttpRequest, kind: SheetKind) -> HttpResponse:
        self._require(request)
        term = term_of(request)
        form = SheetForm(request.POST or None, request.FILES or None)
        if kind is SheetKind.ARRANGE:
            form.fields.pop("reason")
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            row = uploads.keep(
                staff=staff_of(request),
                kind=kind,
                name=file.name,
                data=file.read(),
                reason=form.cleaned_data.get("reason", ""),
                now=timezone.now(),
            )
            to = reverse("admin:retake_teachinggroup_preview", args=[row.pk])
            return redirect(f"{to}?term={term.code}")
        context = {
            **self._frame(request, f"上传{kind.label}"),
            "form": form,
            "kind": kind.value,
            "term": term,
            "scope": scope_of(staff_of(request)),
        }
        status = 400 if form.errors else 200
        return TemplateResponse(request, "retake/admin/sheet_upload.html", context, status=status)

    def _require(self, request: HttpRequest) -> None:
        if not staff_of(request).has_perm(access.PERMISSION):
            raise PermissionDenied

    def _frame(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return {
            **self.admin.admin_site.each_context(request),
            "title": title,
            "opts": self.admin.opts,
        }


def _plan(row: SheetUpload, staff: Any, term: Any) -> dict[str, Any]:
    """The preview of a file, or why it cannot be read."""
    data = bytes(row.data)
    try:
        plan: Any
        if row.kind == SheetKind.ARRANGE:
            plan = sheet.read_plan(staff, term, data)
        else:
            plan = results.read_plan(staff, term, data, row.reason, timezone.now())
    except DomainError as error:
        return {"refusal": error}
    return {
        "plan": plan,
        "faults": plan.faults[:SHOWN_FAULTS],
        "more": max(0, len(plan.faults) - SHOWN_FAULTS),
    }


def _upload_page(row: SheetUpload) -> str:
    name = "upload" if row.kind == SheetKind.ARRANGE else "results"
    return reverse(f"admin:retake_teachinggroup_{name}")
