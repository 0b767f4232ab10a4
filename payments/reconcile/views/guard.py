"""Who may come in: finance by permission, nobody else, whatever the address."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from payments.reconcile.pages.eyes import Eyes, eyes_of
from portal.accounts.models import User
from portal.accounts.staff import staff_of
from portal.lib import acting, requests
from portal.lib.requests import View

SEE = "reconcile.view_upload"
SEND = "reconcile.add_upload"
APPLY = "reconcile.apply_upload"
MAP = "reconcile.add_headermapping"
HANDLE = "reconcile.add_handling"
SEAL = "reconcile.add_dayclose"
clerk = staff_of


def eyes(request: HttpRequest) -> Eyes:
    """Whose names this request may be answered with."""
    return eyes_of(clerk(request))


def page(view: View) -> View:
    """A page for whoever may see reconciliation: signed out to sign in, others 403."""
    return require_safe(never_cache(login_required(_only(SEE, view))))


def fragment(view: View) -> View:
    """Part of such a page that refreshes itself."""
    return requests.fragment(_only(SEE, view))


def action(permission: str) -> Callable[[View], View]:
    """One POST that changes something, for whoever has this permission."""

    def decorate(view: View) -> View:
        return requests.action("reconcile:home")(_only(permission, view))

    return decorate


def act(request: HttpRequest, run: Callable[[], object], done: str, upload_id: int) -> HttpResponse:
    """Do it and go back to the file; a refusal is said there, nothing was changed."""
    return acting.act(request, run, done, reverse("reconcile:file", args=[upload_id]))


def _only(permission: str, view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not isinstance(request.user, User) or not request.user.has_perm(permission):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
