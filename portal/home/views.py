"""The dashboard, and the pages that belong to no workflow."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from payments.board import of_payer
from portal.accounts.models import User
from portal.home.newsstand import FrontPage
from portal.home.todo import today
from portal.lib.requests import fragment
from retake.selectors import dashboard as retake_dashboard


@require_safe
@never_cache
@login_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """What a student has to do now; staff work in admin."""
    if request.user.is_staff:
        return redirect("admin:index")
    return render(request, "home/dashboard.html", _context(request))


@fragment
def now(request: HttpRequest) -> HttpResponse:
    """The part of the dashboard that refreshes itself when a countdown ends."""
    return render(request, "home/today.html", _context(request))


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """The address browsers try when they cannot read the SVG icon."""
    return redirect(static("portal/favicon.png"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 -- Django's
    """A form that is too old or came from elsewhere; nothing was done."""
    return render(request, "csrf_failure.html", status=403)


def _context(request: HttpRequest) -> dict[str, Any]:
    """The page, and what its frame would otherwise read once more."""
    moment, user = timezone.now(), request.user
    assert isinstance(user, User)  # noqa: S101 -- login_required has sent everybody else away
    front = FrontPage(user, moment)
    retake, board = retake_dashboard(user.pk, moment), of_payer(user.pk, moment)
    return {
        "today": today(retake, board, front.exchange, moment),
        "unread": front.unread,
        "told": front.told,
    }
