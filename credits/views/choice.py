"""申请兑换: choose a course, choose credits, submit."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from credits.forms import LIMIT, ExchangeForm, number, stale
from credits.models import Application
from credits.selectors.choosing import choosing
from credits.services.filing import FindingsRefused, save_draft, submit
from portal.lib.errors import DomainError
from portal.lib.requests import action, fragment, user_id


@require_safe
@never_cache
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Courses to exchange, the proposal for one of them and its effect; staff go on to admin."""
    if request.user.is_staff:
        return redirect("admin:index")
    shown = choosing(
        user_id(request),
        timezone.now(),
        target_id=number(request.GET.get("target")),
        set_number=number(request.GET.get("set")) or 0,
    )
    if shown.chosen is None and shown.offers:
        return _elsewhere(request)
    return render(request, "credits/choice.html", {"choosing": shown, "chosen": shown.chosen})


def _elsewhere(request: HttpRequest) -> HttpResponse:
    """The course asked for cannot be exchanged, others can."""
    messages.info(request, "这门课现在不能兑换，原因写在“为什么不能兑换”里。")
    first = reverse("credits:choice")
    if "HX-Request" in request.headers:  # only a part of the page would be taken
        return HttpResponseClientRedirect(first)
    return redirect(first)


@fragment
def feedback(request: HttpRequest) -> HttpResponse:
    """What the ticked sources come to: ratio, effect on graduation, what is missing."""
    keys = request.GET.getlist("source")
    if len(keys) > LIMIT:
        raise stale()
    shown = choosing(
        user_id(request),
        timezone.now(),
        target_id=number(request.GET.get("target")),
        keys=keys,
        accepts_shortfall=request.GET.get("shortfall") == "known",
    )
    if shown.chosen is None:
        raise stale()
    context = {"chosen": shown.chosen, "is_fragment": True}
    return render(request, "credits/feedback.html", context)


@action("credits:choice")
def file(request: HttpRequest) -> HttpResponse:
    """提交申请."""
    asked = ExchangeForm.of(request.POST, request.FILES)
    try:
        who, now = user_id(request), timezone.now()
        row = submit(user_id=who, filing=asked.filing(who, now), now=now)
    except DomainError as error:
        return _again(request, asked, error)
    messages.success(request, f"已提交，编号 {row.number}。")
    return redirect("credits:application", row.pk)


@action("credits:choice")
def draft(request: HttpRequest) -> HttpResponse:
    """存草稿."""
    asked = ExchangeForm.of(request.POST, request.FILES)
    try:
        who, now = user_id(request), timezone.now()
        row: Application = save_draft(user_id=who, filing=asked.filing(who, now), now=now)
    except DomainError as error:
        return _again(request, asked, error)
    messages.success(request, "已存草稿，学分还没有留住，提交后才留住。")
    return redirect("credits:application", row.pk)


def _again(request: HttpRequest, asked: ExchangeForm, error: DomainError) -> HttpResponse:
    """The same page with what was ticked, and why it was not taken."""
    shown = choosing(
        user_id(request),
        timezone.now(),
        target_id=asked.target_id,
        keys=asked.keys,
        accepts_shortfall=asked.accepts_shortfall,
    )
    if shown.chosen is None:
        raise error
    context = {
        "choosing": shown,
        "chosen": shown.chosen,
        "error": error,
        "findings": error.findings if isinstance(error, FindingsRefused) else (),
        "had_files": bool(asked.uploads),
        "accepts_retake": asked.accepts_retake,
    }
    return render(request, "credits/choice.html", context, status=error.status)
