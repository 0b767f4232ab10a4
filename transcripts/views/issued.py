"""What was issued to the student: download, expiry, revocation."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.accounts.models import User
from portal.audit.openings import About, about
from portal.lib.moments import day
from portal.lib.requests import action, user_id
from transcripts.forms import expiry_of
from transcripts.selectors import issued_to, own, readable
from transcripts.services.control import revoke, set_expiry


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """Every issue with how often and when it was checked."""
    context = {"rows": issued_to(user_id(request)), "today": timezone.localdate()}
    return render(request, "transcripts/issued.html", context)


@require_safe
@login_required
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The PDF as issued."""
    row = readable(cast("User", request.user), pk)
    answer = FileResponse(row.file.open("rb"), as_attachment=True, filename=f"{row.code}.pdf")
    return about(answer, About("records.student", row.student_id))


@action("transcripts:issued")
def expire(request: HttpRequest, pk: int) -> HttpResponse:
    """Set or take away the last day."""
    today, row = timezone.localdate(), own(user_id(request), pk)
    last = expiry_of(request.POST)
    set_expiry(transcript_id=row.pk, expires_on=last, today=today)
    words = f"有效期到 {day(last, today)}。" if last else "不再限制有效期。"
    messages.success(request, words)
    return redirect("transcripts:issued")


@action("transcripts:issued")
def revoke_it(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke for ever."""
    row, actor = own(user_id(request), pk), user_id(request)
    revoke(transcript_id=row.pk, actor_id=actor, reason="本人撤销", now=timezone.now())
    messages.success(request, "已撤销，扫码会看到这份成绩单不再有效。")
    return redirect("transcripts:issued")
