"""What a session that looks at a student's pages may do: read the pages that are named for it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, OperationalError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.defaults import page_not_found
from django_htmx.http import HttpResponseClientRedirect

from portal.accounts.middleware import NOBODY_ASKED
from portal.audit import viewing
from portal.lib.errors import DomainError
from portal.lib.middleware import answer_to, no_answer

# The ways out; everything else is the student's page or nothing.
WAYS_OUT = NOBODY_ASKED | {"home:end_viewing", "accounts:logout"}
READ_ONLY = DomainError(
    "viewing.read_only",
    "你正在以学生视角查看，只能看，不能替学生办理。",
    advice="要办自己的事，先按页面顶上的“结束查看”。",
    status=403,
)
NOT_SHOWN = DomainError(
    "viewing.not_shown",
    "以学生视角查看时不打开这一页。",
    advice="看学生的其他页面，或先按页面顶上的“结束查看”。",
    status=403,
)
OVER = "以学生视角查看已经结束，这里又是你自己的账号。"
View = Callable[..., HttpResponseBase]


class ViewingMiddleware:
    """The last of the list: whoever stands in front still meets the staff, the view the student.

    Only ``GET`` of ``settings.VIEWABLE`` gets through, in a transaction in which PostgreSQL itself
    refuses to write, so a page that changes something in passing changes nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if answer.status_code == HTTPStatus.NOT_FOUND and request.resolver_match is None:
            return _nowhere(request) or answer
        return answer

    def process_view(
        self, request: HttpRequest, view: View, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> HttpResponseBase | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in WAYS_OUT:
            return None
        try:
            seen = viewing.current(request)
        except OperationalError as error:
            return no_answer(error)
        if seen is None:
            return None
        return _through_his_eyes(request, seen, name, lambda: view(request, *args, **kwargs))


def _through_his_eyes(
    request: HttpRequest, seen: viewing.Viewing, name: str, show: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    account = viewing.seen_account(request, seen, timezone.now())
    if account is None:
        return _over(request, seen)
    if request.method == "GET" and name in settings.VIEWABLE:
        viewing.note_page(request, seen)  # while the staff are still who asks
    request.user = account
    if request.method != "GET":
        return _refused(request, READ_ONLY)
    if name not in settings.VIEWABLE:
        return _refused(request, NOT_SHOWN)
    page = _shown(request, show)
    add_never_cache_headers(page)  # the way back of a browser must not show it once this is over
    return page


def _nowhere(request: HttpRequest) -> HttpResponseBase | None:
    """No view is asked for an address that does not exist; the student would see that it does not.

    None for whoever looks at nobody.
    """
    seen = viewing.current(request)
    if seen is None:
        return None
    account = viewing.seen_account(request, seen, timezone.now())
    if account is None:
        return _over(request, seen)
    request.user = account
    return page_not_found(request, Http404())


def _shown(request: HttpRequest, show: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Refusals are answered here: this is behind the place where Django asks who answers them."""
    try:
        with reading_only():
            return show()
    except (DomainError, DatabaseError, ValueError, FieldDoesNotExist) as error:
        if (page := answer_to(request, error)) is None:
            raise
        return page


@contextmanager
def reading_only() -> Iterator[None]:
    """A transaction that cannot write, whatever is asked of it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield


def _over(request: HttpRequest, seen: viewing.Viewing) -> HttpResponse:
    """Nothing of what was asked is done, neither in the student's name nor in the staff's."""
    viewing.end(request, seen)
    messages.info(request, OVER)
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(seen.back)
    return redirect(seen.back)


def _refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    return render(request, "refused.html", {"error": error}, status=error.status)
