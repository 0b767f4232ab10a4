"""Turns a refusal raised anywhere below a view into a page, never into a 500."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import FieldDoesNotExist
from django.db import DataError, IntegrityError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from portal.lib.errors import DomainError
from portal.lib.requests import not_allowed

log = logging.getLogger(__name__)

# A constraint or trigger said no where a service had not: the transaction is undone, the rule
# held, and the log tells us which service should have seen it first.
BY_DATABASE = DomainError(
    "database.refused",
    "这一步没有做，数据没有变。",
    advice="刷新后再看一遍；还是这样，请联系信息中心。",
)
BUSY = DomainError(
    "database.busy",
    "现在没有办成，数据没有变。",
    advice="过一分钟再试；还是这样，请联系信息中心。",
    status=503,
)
# PostgreSQL stores no NUL, so no address of ours has one.
UNREADABLE = DomainError(
    "address.unreadable", "这个地址没有读懂。", advice="从首页重新进入。", status=400
)
# Admin's autocomplete draws a refused form again by asking the database for whatever was sent, and
# ``_to_field`` may be empty.
STRANGE = ("expected a number but got", "has no field named ''")
NO_KEY = DomainError("form.unreadable", "表单里有一项没有读懂。", advice="重新选一次。", status=400)


class DomainErrorMiddleware:
    """``DomainError`` -> ``templates/refused.html`` with the error's own status.

    A constraint or trigger that a service did not foresee answers the same way, and is logged.
    A database that does not answer is ``templates/503.html``: the frame of a page would ask it
    who looks. So does Django's empty 405, whichever view or page of admin it comes from.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return _page(request, UNREADABLE)
        answer = self.get_response(request)
        if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not answer.content:
            return not_allowed(request, answer.headers["Allow"])
        return answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return answer_to(request, error)


def answer_to(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """The page for a refusal or a database that gave up; None for what is a fault of ours."""
    if isinstance(error, OperationalError) and not _is_undone(error):
        return no_answer(error)
    refusal = _refusal(error)
    return None if refusal is None else _page(request, refusal)


def no_answer(error: OperationalError) -> HttpResponse:
    """503: the database did not answer."""
    log.error("the database did not answer", exc_info=error)
    page = render_to_string("503.html")
    return HttpResponse(page, status=503, headers={"Retry-After": "60"})


def _page(request: HttpRequest, error: DomainError) -> HttpResponse:
    return render(request, "refused.html", {"error": error}, status=error.status)


def _is_undone(error: OperationalError) -> bool:
    """PostgreSQL itself gave the transaction up: locks (40, 55), resources (53), time. A connection
    that breaks says nothing, it may have been after the commit.
    """
    code = getattr(error.__cause__, "pgcode", None) or ""
    return code.startswith(("40", "53", "55")) or code == "57014"


def _refusal(error: Exception) -> DomainError | None:
    if isinstance(error, DomainError):
        return error
    if isinstance(error, DataError | InternalError | IntegrityError):
        log.error("refused by the database", exc_info=error)
        return BY_DATABASE
    if isinstance(error, OperationalError):
        log.error("the database gave up", exc_info=error)
        return BUSY
    if isinstance(error, ValueError | FieldDoesNotExist) and any(
        words in str(error) for words in STRANGE
    ):
        log.error("asked the database for what is no key", exc_info=error)
        return NO_KEY
    return None
