"""我的信息: what is stored about whoever is signed in."""

from typing import cast
from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.accounts.models import User
from portal.home.stored import SHOWN, account_of, stored, student_of
from portal.home.stored_file import TYPES, file_of


@require_safe
@never_cache
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """The student's own record whole, how much there is of everything else, who looked."""
    user = cast("User", request.user)
    student = student_of(user.pk)
    context = {
        "account": account_of(user),
        "student": student,
        "stored": stored(student) if student else None,
        "shown": SHOWN,
    }
    return render(request, "home/stored.html", context)


@require_safe
@never_cache
@login_required
def file(request: HttpRequest, kind: str) -> HttpResponse:
    """All of it; who has no record has no file."""
    student = student_of(cast("User", request.user).pk)
    if student is None or kind not in TYPES:
        raise Http404
    answer = HttpResponse(file_of(student, kind), content_type=TYPES[kind])
    name = quote(f"我的信息.{kind}")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer
