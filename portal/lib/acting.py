"""An action of a page: a service does it, and the page it leads to says what became of it."""

from collections.abc import Callable
from typing import TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.lib.errors import DomainError

T = TypeVar("T")


def act(
    request: HttpRequest,
    service: Callable[[], T],
    done: str | Callable[[T], str],
    to: str,
    onward: Callable[[T], str] | None = None,
) -> HttpResponse:
    """Run the service and go back to the page ``to``, which says ``done`` or why it was refused.

    ``done`` and ``onward`` (another address to go to when it is done) may be worked out of what
    the service gave; no words, no message. What is not the asker's has no page to go back to and
    stays a 404.
    """
    try:
        given = service()
    except DomainError as error:
        if error.status == 404:
            raise
        messages.error(request, error.sentence)
        return redirect(to)
    if words := done if isinstance(done, str) else done(given):
        messages.success(request, words)
    return redirect(onward(given) if onward else to)
