"""往期: rounds that are over, with what the student had in them."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.lib.requests import user_id
from retake.selectors.past import past_rounds


@require_safe
@login_required
def past(request: HttpRequest) -> HttpResponse:
    """Newest first."""
    rounds = past_rounds(user_id(request), timezone.now())
    return render(request, "retake/rounds.html", {"rounds": rounds})
