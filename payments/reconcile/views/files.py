"""One file: its page in every state, its rows, its workbooks."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django_htmx.http import HttpResponseClientRefresh

from payments.reconcile.forms import SearchForm
from payments.reconcile.models import Upload
from payments.reconcile.pages import absent as lacking
from payments.reconcile.pages import preview, rows, ways, workbooks
from payments.reconcile.pages.desk import MOVING
from payments.reconcile.selectors.uploads import uploads
from payments.reconcile.states import UploadState
from payments.reconcile.views.guard import clerk, eyes, fragment, page
from portal.lib.errors import DomainError, NotYours
from portal.lib.sheets import XLSX_TYPE

ENDED = (UploadState.REFUSED, UploadState.DISCARDED)


@page
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a file: what it is depends on how far it has come."""
    upload, now = find(pk), timezone.now()
    if upload.state == UploadState.MAPPING:
        return redirect("reconcile:mapping", pk)
    sheet: Any
    if upload.state in MOVING:
        template, sheet = "moving", ways.moving(upload, now)
    elif upload.state in ENDED:
        template, sheet = "ended", ways.ended(upload, now)
    elif upload.state == UploadState.APPLIED:
        template, sheet = "applied", ways.applied(upload, eyes(request))
    else:
        template, sheet = "preview", preview.preview(upload, clerk(request), now)
    return render(request, f"reconcile/{template}.html", _context(request, upload, sheet))


@fragment
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part that asks again; once the worker is through, the whole page loads anew."""
    upload = find(pk)
    if upload.state not in MOVING:
        return HttpResponseClientRefresh()
    context = {"upload": upload, "sheet": ways.moving(upload, timezone.now())}
    return render(request, "reconcile/progress.html", context)


@page
def group(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """The rows of one group, or all."""
    upload, search = find(pk), SearchForm(request.GET).read()
    sheet = rows.of_group(upload, code, request.GET.get("page"), search, eyes(request))
    return render(request, "reconcile/rows.html", {"upload": upload, "sheet": sheet})


@page
def absent(request: HttpRequest, pk: int) -> HttpResponse:
    """What we have and the file has not."""
    upload, kind, number = find(pk), request.GET.get("kind", ""), request.GET.get("page")
    sheet = lacking.listed(upload, kind, number, timezone.now(), eyes(request))
    return render(request, "reconcile/rows.html", {"upload": upload, "sheet": sheet})


@page
def group_file(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """The rows of one group as a workbook."""
    upload, search = find(pk), SearchForm(request.GET).read()
    wanted = rows.group_of(code)
    found = rows.narrowed(upload, wanted, search["q"], warned=search["warned"])
    name = f"{workbooks.stem(upload.name)}-{wanted.label if wanted else '全部'}.xlsx"
    return download(workbooks.of_rows(upload, found, eyes(request)), name)


@page
def original(request: HttpRequest, pk: int) -> FileResponse:
    """The file as it came."""
    upload = find(pk)
    return _stored(request, upload.path, upload.name)


@page
def result(request: HttpRequest, pk: int) -> FileResponse:
    """The uploaded rows with what came of each."""
    upload = find(pk)
    return _stored(request, upload.result_path, f"{workbooks.stem(upload.name)}-入账结果.xlsx")


def _context(request: HttpRequest, upload: Upload, sheet: object) -> dict[str, object]:
    return {"upload": upload, "sheet": sheet, "eyes": eyes(request)}


def find(pk: int) -> Upload:
    """The file; raises ``NotYours``."""
    upload = uploads().filter(pk=pk).first()
    if upload is None:
        raise NotYours("没有找到这个文件。")
    return upload


def download(body: bytes, name: str) -> HttpResponse:
    """A workbook to keep."""
    answer = HttpResponse(body, content_type=XLSX_TYPE)
    answer.headers["Content-Disposition"] = workbooks.disposition(name)
    return answer


def _stored(request: HttpRequest, path: str, name: str) -> FileResponse:
    if not path or not default_storage.exists(path):
        raise NotYours("这个文件现在没有。")
    if not eyes(request).whole:
        raise DomainError(
            "names.whole",
            "这个文件里有完整的姓名和学号，只给财务处下载。",
            advice="要看各组的笔数和金额，打开对账页面。",
            status=403,
        )
    return FileResponse(default_storage.open(path), as_attachment=True, filename=name)
