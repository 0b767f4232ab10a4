"""成绩单: options, live preview, issue."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.lib.errors import DomainError
from portal.lib.requests import action, fragment, user_id
from portal.records.models import Student
from transcripts import printing
from transcripts.document import Snapshot
from transcripts.forms import choices, options_of, sent_again
from transcripts.options import Options
from transcripts.selectors import student_of
from transcripts.services.issue import issue, snapshots
from transcripts.trace import trace


@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Options beside the sheet they give."""
    student = student_of(user_id(request))
    if student is None:
        return render(request, "transcripts/nobody.html")
    options = options_of(request.GET)
    found = _snapshot(student)
    context = _shown(found, options) | {"choices": choices(options, found), "snapshot": found}
    return render(request, "transcripts/page.html", context)


@fragment
def preview(request: HttpRequest) -> HttpResponse:
    """The sheet alone, whenever an option changes."""
    options = options_of(request.GET)
    context = _shown(_snapshot(_student(request)), options)
    return render(request, "transcripts/preview.html", context)


@require_safe
@login_required
def how(request: HttpRequest) -> HttpResponse:
    """Behind every average and total: which attempt counted, and why."""
    found = _snapshot(_student(request))
    context = {"snapshot": found, "terms": trace(found)}
    return render(request, "transcripts/how.html", context)


@action("transcripts:sheet")
def make(request: HttpRequest) -> HttpResponse:
    """生成 PDF: issued and kept; a 自查 print is handed out and forgotten."""
    student, now = _student(request), timezone.now()
    options = options_of(request.POST)
    found = _snapshot(student)
    if options.hide_failed:
        pdf = printing.self_check(found, options, now)
        answer = HttpResponse(pdf, content_type="application/pdf")
        answer.headers["Content-Disposition"] = 'attachment; filename="self-check.pdf"'
        return answer
    issue(
        student_id=student.pk,
        frozen_now=found,
        options=options,
        actor_id=user_id(request),
        now=now,
    )
    messages.success(request, "成绩单已生成，在下面下载。")
    return redirect("transcripts:issued")


def _student(request: HttpRequest) -> Student:
    student = student_of(user_id(request))
    if student is None:
        raise DomainError(
            "transcript.nobody",
            "这个账号没有学籍，没有成绩单。",
            advice="请用学生账号登录。",
            status=404,
        )
    return student


def _snapshot(student: Student) -> Snapshot:
    return snapshots([student.pk], timezone.now())[student.pk]


def _shown(found: Snapshot, options: Options) -> dict[str, Any]:
    return {
        "sheet": printing.sheet(found, options),
        "options": options,
        "hidden": sent_again(options),
        "now": timezone.now(),
    }
