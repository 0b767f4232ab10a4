"""Who may stay."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from portal.accounts import visits
from portal.accounts.arrivals import KEY, SEEN
from portal.lib.moments import moment, span

NOBODY_ASKED = {"home:healthz", "home:readyz", "home:favicon"}  # probes ask no database
Next = Callable[[HttpRequest], HttpResponse]


class StayMiddleware:
    """Signs out whoever has done nothing for too long; the view then asks to sign in."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """A database that does not answer is the view's to tell."""
        if _name(request) in NOBODY_ASKED:
            return
        with suppress(OperationalError):
            if SESSION_KEY in request.session:
                _stay(request)
            elif key := request.COOKIES.get(settings.SESSION_COOKIE_NAME):
                _tell_why(request, key)


def _name(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


def _stay(request: HttpRequest) -> None:
    session, now = request.session, timezone.now().timestamp()
    limit = settings.STAFF_IDLE if request.user.is_staff else settings.STUDENT_IDLE
    away = now - session.setdefault(SEEN, now)
    if limit and away > limit:
        logout(request)
        wait = span(timedelta(seconds=limit))
        messages.info(request, f"你有 {wait}没有操作，已为你退出登录。登录后回到原来的页面。")
        return
    # Noted now and then, not at every click; a page that refreshes itself is nobody's click.
    by_itself = request.headers.get("HX-Request") and request.method == "GET"
    if away > limit / 10 and not by_itself:
        session[SEEN] = now
    if session.get(KEY) != session.session_key:  # a new password, a second factor
        visits.moved(str(session.get(KEY)), str(session.session_key))
        session[KEY] = session.session_key


def _tell_why(request: HttpRequest, session_key: str) -> None:
    """The browser carries the key of a session that somebody else has ended."""
    if visit := visits.ended(session_key):
        when = moment(visit.ended_at, timezone.now()) if visit.ended_at else ""
        messages.info(request, f"{visit.get_ended_by_display()}，这里已退出登录（{when}）。")
