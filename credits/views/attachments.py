"""An attachment, for its student and who may review it; for anybody else it does not exist."""

from typing import IO

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from credits.kinds import FileKind
from credits.models import Attachment
from credits.selectors.files import attachment_for
from portal.accounts.models import User
from portal.audit.openings import About, about
from portal.lib.errors import DomainError, NotYours

_TYPES = {
    FileKind.JPEG: "image/jpeg",
    FileKind.PNG: "image/png",
    FileKind.PDF: "application/pdf",
}
# Whatever a file turns out to be: it runs nothing, loads nothing and asks nobody.
SANDBOX = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"


@require_safe
@never_cache
@login_required
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Pictures are shown, a PDF is downloaded: no reader in the page runs what is in it."""
    row = _asked_for(request, pk)
    kind = FileKind(row.kind)
    answer = FileResponse(
        _content(row, str(row.file.name)),
        content_type=_TYPES[kind],
        as_attachment=kind is FileKind.PDF,
        filename=row.name,
    )
    return _harmless(answer, row)


@require_safe
@never_cache
@login_required
def page(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """A page of a PDF as a picture."""
    row = _asked_for(request, pk)
    if number not in row.numbers:
        raise NotYours("没有找到这一页。")
    answer = FileResponse(
        _content(row, row.page_name(number)),
        content_type=_TYPES[FileKind.JPEG],
        filename=f"{row.name} 第 {number} 页.jpg",
    )
    return _harmless(answer, row)


def _asked_for(request: HttpRequest, pk: int) -> Attachment:
    if not isinstance(request.user, User):
        raise NotYours("没有找到这个文件。")
    return attachment_for(request.user, pk)


def _content(row: Attachment, name: str) -> IO[bytes]:
    try:
        content: IO[bytes] = row.file.storage.open(name)
    except FileNotFoundError as error:
        message = "这个附件的文件不在了。"
        raise DomainError(
            "attachment.gone", message, advice="请系统管理员从备份里恢复。", status=404
        ) from error
    return content


def _harmless(answer: FileResponse, row: Attachment) -> HttpResponseBase:
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return about(answer, About("records.student", row.application.student_id))
