"""日结: the month, one day, and its seal."""

from datetime import date

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from payments.reconcile.forms import SealForm
from payments.reconcile.pages import days, workbooks
from payments.reconcile.pages.day import one_day
from payments.reconcile.services import closing
from payments.reconcile.views.files import download
from payments.reconcile.views.guard import SEAL, action, clerk, eyes, page
from portal.lib.errors import DomainError, NotYours


@page
def month(request: HttpRequest) -> HttpResponse:
    """Every day of a month on which money moved."""
    now = timezone.now()
    first = days.month_of(request.GET.get("month", ""), timezone.localdate(now))
    return render(request, "reconcile/days.html", {"sheet": days.month(first, now)})


@page
def month_file(request: HttpRequest) -> HttpResponse:
    """The same as a workbook."""
    now = timezone.now()
    first = days.month_of(request.GET.get("month", ""), timezone.localdate(now))
    return download(workbooks.of_days(days.month(first, now).rows), f"日结-{first:%Y-%m}.xlsx")


@page
def day(request: HttpRequest, channel: str, on: date) -> HttpResponse:
    """One channel's day."""
    return _show(request, channel, on, SealForm())


@page
def day_file(request: HttpRequest, channel: str, on: date) -> HttpResponse:
    """Its rows as a workbook."""
    _known(channel, on)
    return download(
        workbooks.of_day(channel, on, timezone.localdate(), eyes(request)),
        f"日结-{channel}-{on}.xlsx",
    )


@action(SEAL)
def seal(request: HttpRequest, channel: str, on: date) -> HttpResponse:
    """Close one day."""
    _known(channel, on)
    form, now = SealForm(request.POST), timezone.now()
    if not form.is_valid():
        return _show(request, channel, on, form, status=400)
    note, actor = form.cleaned_data["note"], clerk(request).pk
    try:
        closing.seal(channel, on, actor_id=actor, now=now, note=note, seen=request.POST.get("seen"))
    except DomainError as error:
        return _show(request, channel, on, form, refusal=error, status=error.status)
    messages.success(request, f"{on.month}月{on.day}日已封存。")
    return redirect("reconcile:day", channel, on)


@action(SEAL)
def seal_month(request: HttpRequest) -> HttpResponse:
    """Close every day of a month that is even; with a note, every one without any money."""
    now, actor = timezone.now(), clerk(request).pk
    first = days.month_of(request.POST.get("month", ""), timezone.localdate(now))
    form = SealForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    wanted = days.empty_days(first, now) if note else days.ready_days(first, now)
    sealed = set()
    for one in wanted:
        try:
            closing.seal(one.channel, one.day, actor_id=actor, now=now, note=note, seen=one.seen)
        except DomainError as error:  # somebody was faster, or the day has just changed
            name = f"{one.day.month}月{one.day.day}日"
            messages.error(request, f"{name}没有封存：{error.sentence}")
        else:
            sealed.add(one.day)
    if sealed:
        messages.success(request, f"已封存 {len(sealed)} 天。")
    return redirect(f"{reverse('reconcile:days')}?month={first:%Y-%m}")


def _known(channel: str, on: date) -> None:
    if channel not in settings.GATEWAYS or on > timezone.localdate():
        raise NotYours("没有这一天。")


def _show(
    request: HttpRequest,
    channel: str,
    on: date,
    form: SealForm,
    *,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    _known(channel, on)
    sheet = one_day(channel, on, request.GET.get("page"), timezone.now(), eyes(request))
    context = {"sheet": sheet, "form": form, "refusal": refusal}
    return render(request, "reconcile/day.html", context, status=status)
