"""统一身份认证登录: to the campus portal and back, and its single sign-out."""

import secrets
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from portal.accounts import campus, visits
from portal.accounts.selectors import contacts
from portal.accounts.views.sign_in import landing
from portal.lib.errors import DomainError

COOKIE = "campus"
WITHIN = 600  # seconds from leaving to coming back


@csrf_exempt  # the campus portal itself posts its sign-outs
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest) -> HttpResponse:
    """One address: leave from it, come back to it with a ticket, be signed out at it."""
    if not settings.CAS_SERVER_URL:
        said = "这里没有接入统一身份认证。"
        raise DomainError("campus.off", said, advice="用学号和密码登录。", status=404)
    if request.method == "POST":
        visits.end_of_tickets(
            campus.signed_out(request.POST.get("logoutRequest", "")), timezone.now()
        )
        return HttpResponse(status=204)
    if request.user.is_authenticated:
        return redirect(_inside(request, request.GET.get("next", "")) or landing(request.user))
    if "ticket" in request.GET and "state" in request.GET:
        return _come_back(request)
    # A ticket we did not send anybody for may be somebody else's: the campus portal is asked anew.
    return _leave(request)


def _leave(request: HttpRequest) -> HttpResponse:
    """To the campus portal; a cookie remembers which browser left, and where it was going."""
    state = secrets.token_urlsafe(16)
    answer = redirect(campus.login_url(_service(request, state)))
    begun = {"state": state, "next": _inside(request, request.GET.get("next", ""))}
    answer.set_cookie(
        _cookie(),
        signing.dumps(begun, salt=COOKIE),
        max_age=WITHIN,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


def _come_back(request: HttpRequest) -> HttpResponse:
    try:
        begun, state = _begun(request), request.GET["state"]
        if not constant_time_compare(begun.get("state", ""), state):
            raise DomainError(
                "campus.state",
                "没有认出这次登录：不是从这个浏览器开始的，或者已超过 10 分钟。",
                advice="重新登录一次；还是这样，请允许浏览器保存 Cookie。",
                status=403,
            )
        user = campus.enter(request.GET["ticket"], _service(request, state))
    except DomainError as error:
        return _refused(request, error)
    login(request, user, backend=campus.BACKEND)
    visits.came_with(request.session.session_key or "", request.GET["ticket"])
    answer = redirect(_inside(request, begun.get("next", "")) or landing(user))
    answer.delete_cookie(_cookie())
    return answer


def _cookie() -> str:
    """So named, a browser takes it from this very host over https only: a neighbour of the domain
    could lay his own there, and have a student signed in with the neighbour's account.
    """
    return f"__Host-{COOKIE}" if settings.SESSION_COOKIE_SECURE else COOKIE


def _begun(request: HttpRequest) -> dict[str, Any]:
    try:
        found = signing.loads(request.COOKIES.get(_cookie(), ""), salt=COOKIE, max_age=WITHIN)
    except signing.BadSignature:
        return {}
    return dict(found)


def _refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    context = {"error": error, "help": contacts("sign-in")}
    return render(request, "accounts/campus_refused.html", context, status=error.status)


def _service(request: HttpRequest, state: str) -> str:
    """The address a ticket is made for; each sign-in has its own."""
    address = reverse("accounts:campus")
    return request.build_absolute_uri(f"{address}?{urlencode({'state': state})}")


def _inside(request: HttpRequest, target: str) -> str:
    """The page to go on to, if it is one of ours; else nothing."""
    allowed = url_has_allowed_host_and_scheme(
        target, {request.get_host()}, require_https=request.is_secure()
    )
    return target if allowed else ""
