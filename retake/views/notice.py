"""报名须知 and 已阅读."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.lib.requests import action, user_id
from retake.forms import ReadForm
from retake.selectors import opened_for
from retake.services.acknowledge import acknowledge


@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """The notice in force with the dates of the round."""
    opened = opened_for(user_id(request), timezone.now())
    if opened is None:
        return redirect("retake:choice")
    return render(request, "retake/notice.html", {"opened": opened})


@action("retake:notice")
def read(request: HttpRequest) -> HttpResponse:
    """已阅读 of the version that was on the page."""
    asked = ReadForm.of(request.POST)
    acknowledge(
        user_id=user_id(request),
        round_id=asked.round_id,
        version=asked.version,
        now=timezone.now(),
    )
    return redirect("retake:choice")
