"""The work list of differences, and what a clerk decided about one."""

from collections import Counter
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from payments.reconcile.forms import HandleForm, HandleManyForm, SearchForm, WithdrawForm
from payments.reconcile.pages import difference, differences, workbooks
from payments.reconcile.pages.difference import DifferencePage
from payments.reconcile.pages.eyes import Eyes
from payments.reconcile.services import handling
from payments.reconcile.views.files import download
from payments.reconcile.views.guard import HANDLE, action, clerk, eyes, page
from portal.lib.acting import act
from portal.lib.errors import DomainError


@page
def work(request: HttpRequest) -> HttpResponse:
    """What does not fit and nobody has decided yet, or what somebody has."""
    return _list(request, HandleManyForm())


@page
def work_file(request: HttpRequest) -> HttpResponse:
    """The same as a workbook."""
    lines = differences.everything(SearchForm(request.GET).read(), timezone.now(), eyes(request))
    return download(workbooks.of_differences(lines), "差异清单.xlsx")


@page
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """One row that differs."""
    return _show(request, difference.of_row(pk, eyes(request)), HandleForm())


@page
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Money of ours that no file lists."""
    return _show(request, _of_receipt(pk, eyes(request)), HandleForm())


@action(HANDLE)
def handle_row(request: HttpRequest, pk: int) -> HttpResponse:
    """Note what became of it; somebody else may have been faster."""
    return _handle(request, pk, difference.of_row, handling.handle_row)


@action(HANDLE)
def handle_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for money that no file lists."""
    return _handle(request, pk, _of_receipt, handling.handle_receipt)


@action(HANDLE)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was noted; the difference waits again."""
    address = difference.of_decision(pk)
    form, actor, now = WithdrawForm(request.POST), clerk(request).pk, timezone.now()
    if not form.is_valid():
        messages.error(request, str(form.errors["reason"][0]))
        return redirect(address)
    reason = form.cleaned_data["reason"]
    return act(
        request,
        lambda: handling.withdraw(pk, reason, actor_id=actor, now=now),
        "已撤回，这件差异又等处理。",
        address,
    )


@action(HANDLE)
def handle_many(request: HttpRequest) -> HttpResponse:
    """One note for every ticked difference; those that somebody else was faster with are named."""
    form = HandleManyForm(request.POST)
    if not form.is_valid():
        return _list(request, form, status=400)
    note, actor, now = form.cleaned_data["note"], clerk(request).pk, timezone.now()
    todo: list[tuple[Callable[..., object], int]]
    todo = [(handling.handle_row, pk) for pk in form.cleaned_data["row"]]
    todo += [(handling.handle_receipt, pk) for pk in form.cleaned_data["receipt"]]
    refused: list[str] = []
    for handle, pk in todo:
        try:
            handle(pk, note, actor_id=actor, now=now)
        except DomainError as error:
            refused.append(error.message)
    for words, number in Counter(refused).items():
        messages.warning(request, f"{number} 件{words}" if number > 1 else words)
    if done := len(todo) - len(refused):
        messages.success(request, f"{done} 件已记为处理完。")
    return redirect(_list_of(request))


def _of_receipt(pk: int, seeing: Eyes) -> DifferencePage:
    return difference.of_receipt(pk, seeing, timezone.now())


def _list(request: HttpRequest, form: HandleManyForm, status: int = 200) -> HttpResponse:
    search = SearchForm(request.GET).read()
    sheet = differences.listed(request.GET.get("page"), search, timezone.now(), eyes(request))
    context = {"sheet": sheet, "form": form}
    return render(request, "reconcile/differences.html", context, status=status)


def _handle(
    request: HttpRequest,
    pk: int,
    read: Callable[[int, Eyes], DifferencePage],
    handle: Callable[..., object],
) -> HttpResponse:
    sheet, form = read(pk, eyes(request)), HandleForm(request.POST)
    if not form.is_valid():
        return _show(request, sheet, form, status=400)
    try:
        handle(pk, form.cleaned_data["note"], actor_id=clerk(request).pk, now=timezone.now())
    except DomainError as error:
        return _show(request, read(pk, eyes(request)), form, refusal=error, status=error.status)
    messages.success(request, "已记为处理完。")
    return redirect(_list_of(request))


def _show(
    request: HttpRequest,
    sheet: DifferencePage,
    form: HandleForm,
    *,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"sheet": sheet, "form": form, "refusal": refusal}
    context |= {"back": _list_of(request), "here": _here(request)}
    return render(request, "reconcile/difference.html", context, status=status)


def _here(request: HttpRequest) -> str:
    """The list as it was narrowed when the clerk left it, for an address."""
    return differences.narrowed(SearchForm(request.GET).read(), request.GET.get("page", ""))


def _list_of(request: HttpRequest) -> str:
    here = _here(request)
    return reverse("reconcile:differences") + (f"?{here}" if here else "")
