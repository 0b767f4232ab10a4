"""缴费: what is owed, in batches, with the one thing to do now."""

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from payments import leftovers, waits
from payments.board import of_payer
from portal.lib.errors import DomainError
from portal.lib.requests import fragment, user_id

CONFIRMING_POLL = 10  # seconds between two looks while a payment is being confirmed


@require_safe
@never_cache
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """The whole page; staff owe nothing and work in admin."""
    if request.user.is_staff:
        return redirect("admin:index")
    return render(request, "payments/plan.html", _context(request))


def refused(request: HttpRequest, picked: Collection[int], error: DomainError) -> HttpResponse:
    """The page again with the reason on top and the ticks as they were sent."""
    context = {**_context(request), "error": error, "picked": picked}
    return render(request, "payments/plan.html", context, status=error.status)


@fragment
def board(request: HttpRequest) -> HttpResponse:
    """The part that refreshes itself: at the end of a countdown, and while confirming."""
    return render(request, "payments/board.html", _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    return {
        "board": of_payer(user_id(request), now),
        "kept": leftovers.of_payer(user_id(request), now),
        "poll": CONFIRMING_POLL,
        "max_courses": settings.ORDER_MAX_COURSES,
        "waits": waits.in_force(),
        "now": now,
    }
