"""The first page, its list, and files coming in."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from payments.reconcile.doorbell import ring
from payments.reconcile.forms import UploadForm
from payments.reconcile.pages.desk import desk
from payments.reconcile.services import uploads as services
from payments.reconcile.services.uploads import AlreadyUploaded
from payments.reconcile.views.guard import SEND, action, clerk, fragment, page
from portal.lib.errors import DomainError


@page
def home(request: HttpRequest) -> HttpResponse:
    """Upload, and the files there are."""
    return _home(request, UploadForm())


@fragment
def uploads(request: HttpRequest) -> HttpResponse:
    """The list, which asks again while a file is being read or applied, and at the end of that
    what waits now.
    """
    return render(request, "reconcile/uploads_again.html", {"desk": _desk(request)})


@action(SEND)
def upload(request: HttpRequest) -> HttpResponse:
    """Keep the files; one leads to its own page, several to the list.

    A script that shows how much of a large file has gone is told where to go next.
    """
    form = UploadForm(files=request.FILES)
    to_itself = bool(request.headers.get("HX-Request"))
    if form.is_valid():
        address = _address([_keep(request, file) for file in form.cleaned_data["file"]])
    elif to_itself:
        messages.error(request, str(form.errors["file"][0]))
        address = reverse("reconcile:home")
    else:
        return _home(request, form, status=400)
    return HttpResponseClientRedirect(address) if to_itself else redirect(address)


def _address(kept: list[int | None]) -> str:
    if len(kept) == 1 and kept[0] is not None:
        return reverse("reconcile:file", args=kept)
    return reverse("reconcile:home")


def _keep(request: HttpRequest, file: UploadedFile) -> int | None:
    """The id of the upload to look at: this one, or the first of the same content."""
    now = timezone.now()
    try:
        kept = services.store(file, file.name or "", actor_id=clerk(request).pk, now=now)
    except AlreadyUploaded as error:
        messages.info(request, f"{error.message}下面是那一次的记录，没有再传一份。")
        return error.upload.pk
    except DomainError as error:
        messages.error(request, f"{file.name}：{error.sentence}")
        return None
    ring(kept.pk)
    return kept.pk


def _desk(request: HttpRequest) -> Any:
    return desk(request.GET.get("page"), request.GET.get("state", ""))


def _home(request: HttpRequest, form: UploadForm, status: int = 200) -> HttpResponse:
    context = {"desk": _desk(request), "form": form}
    return render(request, "reconcile/home.html", context, status=status)
