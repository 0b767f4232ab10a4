"""Who may stay, and who has to show more than a password.

A form sent by somebody whom nobody knows any more is told as lost, on every page alike: its view
only asks for sign-in. Whose it was is known from the session that has just ended.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, SESSION_KEY, logout
from django.contrib.auth.views import redirect_to_login
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRefresh
from django_otp import DEVICE_ID_SESSION_KEY

from portal.accounts import lost, visits
from portal.accounts.arrivals import KEY, SEEN
from portal.lib.middleware import no_answer
from portal.lib.moments import moment, span

NOBODY_ASKED = {
    "ops:healthz",
    "ops:readyz",
    "ops:metrics",
    "home:favicon",
}  # probes ask no database
# What staff reach with a password alone: the second factor itself, and the way out.
FIRST_FACTOR = NOBODY_ASKED | {
    "accounts:login",
    "accounts:logout",
    "accounts:campus",
    "accounts:second-factor",
    "accounts:second-factor-enrol",
}
OWNER = "signed_out"  # of a request: whose session has ended
Next = Callable[[HttpRequest], HttpResponse]


class StayMiddleware:
    """Signs out whoever has done nothing for too long; the view then asks to sign in."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if request.session.accessed:
            _take_along(request)
        return _say_lost(request, answer) if _is_lost(request, answer) else answer

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """A database that does not answer is the view's to tell."""
        if _name(request) in NOBODY_ASKED:
            return
        with suppress(OperationalError):
            if SESSION_KEY in request.session:
                _stay(request)
                if request.method == "POST":
                    lost.sent_again(request)
            elif key := request.COOKIES.get(settings.SESSION_COOKIE_NAME):
                _tell_why(request, key)


class SecondFactorMiddleware:
    """Where the college wants it, staff go no further without a code of their phone."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        if not settings.STAFF_SECOND_FACTOR or _name(request) in FIRST_FACTOR:
            return None
        try:
            is_asked = request.user.is_staff and DEVICE_ID_SESSION_KEY not in request.session
        except OperationalError as error:  # the view might find it well again
            return no_answer(error)
        return _ask(request) if is_asked else None


def _name(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


def _stay(request: HttpRequest) -> None:
    session, now = request.session, timezone.now().timestamp()
    limit = settings.STAFF_IDLE if request.user.is_staff else settings.STUDENT_IDLE
    away = now - session.setdefault(SEEN, now)
    if limit and away > limit:
        vars(request)[OWNER] = request.user.pk
        logout(request)
        wait = span(timedelta(seconds=limit))
        messages.info(request, f"你有 {wait}没有操作，已为你退出登录。登录后回到原来的页面。")
        return
    # Noted now and then, not at every click; a page that refreshes itself is nobody's click.
    by_itself = request.headers.get("HX-Request") and request.method == "GET"
    if limit and away > limit / 10 and not by_itself:
        session[SEEN] = now


def _is_lost(request: HttpRequest, answer: HttpResponse) -> bool:
    """Whether what was sent is gone, because its sender has to sign in first."""
    if request.method != "POST" or answer.status_code != HTTPStatus.FOUND:
        return False
    doors = {reverse("accounts:login"), reverse("admin:login")}
    onward = urlsplit(answer.headers["Location"]).path
    return onward in doors and _name(request) not in FIRST_FACTOR | {"admin:login"}


def _say_lost(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """To the sign-in page, and from there to the page with the button; nothing is done twice."""
    back = _came_from(request) or _told(request, answer)
    kept = "填的文字还在，" if _keep(request, back) else ""
    messages.warning(request, f"登录已过期，刚才的没有提交。{kept}登录后再提交一次。")
    if request.headers.get("HX-Request"):
        return HttpResponseClientRefresh()
    return redirect_to_login(back) if back else redirect("accounts:login")


def _keep(request: HttpRequest, page: str) -> bool:
    """Never what is sent about an account itself: passwords and codes."""
    owner = vars(request).get(OWNER)
    if not (owner and page) or _name(request).startswith("accounts:"):
        return False
    return lost.keep(request, owner, page)


def _came_from(request: HttpRequest) -> str:
    """The page of ours that shows the button."""
    page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure()):
        return ""
    return urlsplit(page)._replace(scheme="", netloc="", fragment="").geturl()


def _told(request: HttpRequest, answer: HttpResponse) -> str:
    """Where the view itself would lead, but for its own address, which may take no GET."""
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    back = query.get(REDIRECT_FIELD_NAME, [""])[0]
    return "" if urlsplit(back).path == request.path else back


def _take_along(request: HttpRequest) -> None:
    """A new password or a second factor gave the session a new key: its visit has it at once.

    Until then it could be neither listed nor ended, however long its owner kept still.
    """
    session, key = request.session, request.session.session_key
    if SESSION_KEY in session and session.get(KEY) != key:
        visits.moved(str(session.get(KEY)), str(key))
        session[KEY] = key


def _tell_why(request: HttpRequest, session_key: str) -> None:
    """The browser carries the key of a session that somebody else has ended."""
    if visit := visits.ended(session_key):
        vars(request)[OWNER] = visit.user_id
        when = moment(visit.ended_at, timezone.now()) if visit.ended_at else ""
        messages.info(request, f"{visit.get_ended_by_display()}，这里已退出登录（{when}）。")


def _ask(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponseClientRefresh()
    back = request.get_full_path() if request.method == "GET" else reverse("admin:index")
    return redirect_to_login(back, reverse("accounts:second-factor"))
