"""Which column is what: asked once for new headers, changed later."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from payments.reconcile.doorbell import ring
from payments.reconcile.files.row import Field
from payments.reconcile.forms import MappingForm
from payments.reconcile.models import HeaderMapping
from payments.reconcile.pages import headers
from payments.reconcile.services import mapping as services
from payments.reconcile.states import UploadState
from payments.reconcile.views.files import find
from payments.reconcile.views.guard import MAP, act, action, clerk, eyes, page
from portal.lib.errors import NotYours


@page
def mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask which column of a file is what."""
    upload = find(pk)
    if upload.state != UploadState.MAPPING:
        return redirect("reconcile:file", pk)
    index, one = headers.candidate(upload, request.GET.get("row"))
    sheet = headers.of_upload(upload, index, one, form := headers.form_for(one), eyes(request))
    return render(request, "reconcile/mapping.html", {"sheet": sheet, "form": form})


@action(MAP)
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Remember the answer and read the file; somebody else may have been faster."""
    upload, now = find(pk), timezone.now()
    if upload.state != UploadState.MAPPING:
        messages.error(request, services.answered(request.POST.get("fingerprint", ""), now))
        return redirect("reconcile:file", pk)
    index, one = headers.candidate(upload, request.GET.get("row"))
    form = headers.form_for(one, request.POST)
    if not form.is_valid():
        sheet = headers.of_upload(upload, index, one, form, eyes(request))
        context = {"sheet": sheet, "form": form}
        return render(request, "reconcile/mapping.html", context, status=400)
    answer, actor = form.read(), clerk(request).pk

    def explain() -> None:
        services.explain(pk, one["fingerprint"], form.headers, answer, actor_id=actor, now=now)
        ring(pk)

    return act(request, explain, "已记住这种表头，正在读取。", pk)


@page
def mappings(request: HttpRequest) -> HttpResponse:
    """Every answer that is remembered."""
    rows = HeaderMapping.objects.select_related("mapped_by")
    known = [(row, headers.said(row)) for row in rows]
    return render(request, "reconcile/mappings.html", {"rows": known})


@page
def remembered(request: HttpRequest, pk: int) -> HttpResponse:
    """One answer, to be changed."""
    row = _mapping(pk)
    return _show(request, row, _form(row))


@action(MAP)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Give another answer."""
    row = _mapping(pk)
    form = MappingForm(row.headers, {}, request.POST)
    if not form.is_valid():
        return _show(request, row, form, status=400)
    _remember(request, row.fingerprint, form)
    messages.success(request, "已改，下一个同样表头的文件按新的读。")
    return redirect("reconcile:mappings")


def _remember(request: HttpRequest, fingerprint: str, form: MappingForm) -> None:
    actor, now = clerk(request).pk, timezone.now()
    services.remember(fingerprint, form.headers, form.read(), actor_id=actor, now=now)


def _form(row: HeaderMapping) -> MappingForm:
    return MappingForm(row.headers, {name: Field(value) for name, value in row.columns.items()})


def _show(
    request: HttpRequest, row: HeaderMapping, form: MappingForm, status: int = 200
) -> HttpResponse:
    sheet = headers.of_mapping(row, form, timezone.now())
    context = {"sheet": sheet, "form": form}
    return render(request, "reconcile/mapping.html", context, status=status)


def _mapping(pk: int) -> HeaderMapping:
    row = HeaderMapping.objects.select_related("mapped_by").filter(pk=pk).first()
    if row is None:
        raise NotYours("没有找到这种表头。")
    return row
