"""One staff action: a POST that calls a service and says what became of it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.accounts.models import User
from portal.lib.errors import DomainError


def staff_of(request: HttpRequest) -> User:
    """The account behind an admin request; ``admin_view`` has sent everybody else away."""
    assert isinstance(request.user, User)  # noqa: S101 -- see above
    return request.user


def act(request: HttpRequest, service: Callable[[], object], done: str, to: str) -> HttpResponse:
    """Run the service; its refusal is a message, not a page of its own."""
    try:
        service()
    except DomainError as error:
        messages.error(request, f"{error.message}{error.advice}")
    else:
        messages.success(request, done)
    return redirect(to)
