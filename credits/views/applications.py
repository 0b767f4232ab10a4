"""我的申请: the list of the manual, one application, and what its student may do with it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from credits.accounts import accounts
from credits.attachments import all_accepted
from credits.forms import number
from credits.selectors.mine import application_of, applications_of, head_of
from credits.selectors.situations import own_situation
from credits.services.own import delete, supply
from portal.lib.acting import act
from portal.lib.requests import action, user_id


@require_safe
@never_cache
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """Every application, fifteen a page, with the columns of the manual in their order."""
    if request.user.is_staff:
        return redirect("admin:index")
    head = head_of(user_id(request))
    known = own_situation(user_id(request), timezone.now())
    context = {
        "head": head,
        "page": applications_of(user_id(request), number(request.GET.get("page")) or 1),
        "accounts": accounts(known) if known else (),
    }
    return render(request, "credits/applications.html", context)


@require_safe
@never_cache
@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """流程跟踪 of one application."""
    shown = application_of(user_id(request), pk, timezone.now())
    return render(request, "credits/application.html", {"shown": shown})


@action("credits:applications")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """删除."""
    return act(
        request,
        lambda: delete(user_id=user_id(request), application_id=pk, now=timezone.now()),
        lambda row: f"{row.number} 已删除。",
        reverse("credits:application", args=[pk]),
        lambda _: reverse("credits:applications"),
    )


@action("credits:applications")
def add_material(request: HttpRequest, pk: int) -> HttpResponse:
    """补材料."""
    who, now = user_id(request), timezone.now()
    application_of(who, pk, now)  # nobody else's, before a file is read

    def give() -> object:
        files = all_accepted(request.FILES.getlist("files"), who, now)
        return supply(user_id=who, application_id=pk, files=files, now=now)

    page = reverse("credits:application", args=[pk])
    return act(request, give, "已补交，学院接着审核。", page)
