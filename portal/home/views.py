"""The dashboard, and the pages that belong to no workflow."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that is too old or came from elsewhere; nothing was done."""
    return render(request, "csrf_failure.html", {"reason": reason}, status=403)
