"""The dashboard, and the pages that belong to no workflow."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe


@require_safe
@login_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """What a student has to do now; staff work in admin."""
    if request.user.is_staff:
        return redirect("admin:index")
    return render(request, "home/dashboard.html")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """The address browsers try when they cannot read the SVG icon."""
    return redirect(static("portal/favicon.png"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 -- Django's
    """A form that is too old or came from elsewhere; nothing was done."""
    return render(request, "csrf_failure.html", status=403)
