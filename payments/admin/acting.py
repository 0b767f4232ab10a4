"""One staff action: a page that says what will happen, and one POST that does it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise

from portal.accounts.models import User
from portal.lib.errors import DomainError

Fact = tuple[str, object]


class Nothing(forms.Form):
    """A confirmation that asks for nothing."""


@dataclass(frozen=True)
class Action:
    """A page of one action. ``run`` gets the form's cleaned data; ``to`` is where it ends."""

    title: str
    button: str
    run: Callable[[dict[str, Any]], object]
    done: str
    to: str
    form: forms.Form
    facts: Sequence[Fact] = field(default=())
    lead: str = ""
    trail: Sequence[tuple[str | Promise, str]] = field(default=())


def clerk_of(request: HttpRequest, permission: str) -> User:
    """The account behind an admin request, if it may; ``PermissionDenied`` otherwise."""
    if not isinstance(request.user, User) or not request.user.has_perm(f"payments.{permission}"):
        raise PermissionDenied
    return request.user


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form reads: an empty POST is a POST too."""
    return request.POST if request.method == "POST" else None


def ask(request: HttpRequest, action: Action) -> HttpResponse:
    """Show the page, or do it. A refusal is shown on the page itself (4xx), nothing changed."""
    if request.method != "POST":
        return _page(request, action, 200)
    if not action.form.is_valid():
        return _page(request, action, 400)
    try:
        action.run(action.form.cleaned_data)
    except DomainError as error:
        return _page(request, action, error.status, refusal=error)
    messages.success(request, action.done)
    return redirect(action.to)


def trail(model: str, name: str, row: object = None, key: int | None = None) -> list[Any]:
    """Breadcrumbs to a list and one of its rows."""
    steps: list[Any] = [(name, reverse(f"admin:payments_{model}_changelist"))]
    if row is not None:
        steps.append((str(row), reverse(f"admin:payments_{model}_change", args=[key])))
    return steps


def _page(
    request: HttpRequest, action: Action, status: int, refusal: DomainError | None = None
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": action.title,
        "action": action,
        "form": action.form,
        "refusal": refusal,
    }
    return TemplateResponse(request, "payments/admin/action.html", context, status=status)
