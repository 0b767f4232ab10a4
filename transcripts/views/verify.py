"""核对: for whoever holds the paper, without signing in."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from portal.lib.errors import DomainError
from portal.lib.rate import count
from portal.lib.requests import neighbourhood
from transcripts import keys
from transcripts.models import IssuedTranscript
from transcripts.services.verify import compare, look_up, note_page, verdict

MAX_UPLOAD = 10 * 1024 * 1024
PEM = "application/x-pem-file"


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Where a code is typed; ``?code=`` leads on."""
    if code := "".join(request.GET.get("code", "").split()).strip("/"):
        return redirect("verify:page", code)
    return render(request, "transcripts/verify_start.html")


# An upload changes nothing, so a forged one gains nothing: the check takes no token, and works
# in browsers that refuse cookies.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The frozen rows; after an upload, whether the file is the one that was issued."""
    now = timezone.now()
    _not_too_often(request, now)
    row = look_up(code, now)
    if row is None:
        return render(request, "transcripts/verify_unknown.html", status=404)
    context: dict[str, object] = {}
    if request.method == "POST":
        context["same"] = compare(row, _uploaded(request), now)
    elif request.method == "GET":
        note_page(row, now)
    return _answer(request, row, context)


@require_safe
def public_key(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """The published half of the key behind the QR codes."""
    return HttpResponse(keys.public_pem(keys.digest_key().public_key()), content_type=PEM)


@require_safe
def certificate(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """The certificate the PDFs are signed with."""
    return HttpResponse(keys.seal().certificate, content_type=PEM)


def _not_too_often(request: HttpRequest, now: datetime) -> None:
    if count("verify", neighbourhood(request), now) > settings.VERIFY_PER_MINUTE:
        raise DomainError(
            "verify.too_often",
            "这个网络地址一分钟内核对得太多。",
            advice="一分钟后再核对。",
            status=429,
        )


def _answer(
    request: HttpRequest, row: IssuedTranscript, context: dict[str, object]
) -> HttpResponse:
    found = verdict(row, timezone.now())
    context |= {"verdict": found, "row": row, "sheet": found.sheet}
    status = 200 if found.holds else 410
    return render(request, "transcripts/verify.html", context, status=status)


def _uploaded(request: HttpRequest) -> bytes:
    file = request.FILES.get("file")
    if file is None or isinstance(file, list):
        raise DomainError("verify.file", "没有收到文件。", advice="选一个 PDF 再核对。", status=400)
    if file.size is None or file.size > MAX_UPLOAD:
        raise DomainError("verify.file", "文件超过 10 MB。", advice="选原来的 PDF。", status=400)
    data: bytes = file.read()
    return data
