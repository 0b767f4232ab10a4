"""我的申请: the list of the manual, one application, and what its student may do with it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from credits.accounts import accounts
from credits.attachments import all_accepted
from credits.forms import number
from credits.selectors.mine import application_of, applications_of, head_of
from credits.selectors.situations import own_situation
from credits.services.own import delete, supply
from portal.lib.errors import DomainError
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
    try:
        row = delete(user_id=user_id(request), application_id=pk, now=timezone.now())
    except DomainError as error:
        if error.status == 404:
            raise
        messages.error(request, f"{error.message}{error.advice}")
        return redirect("credits:application", pk)
    messages.success(request, f"{row.number} 已删除。")
    return redirect("credits:applications")


@action("credits:applications")
def add_material(request: HttpRequest, pk: int) -> HttpResponse:
    """补材料."""
    application_of(user_id(request), pk, timezone.now())  # nobody else's, before a file is read
    try:
        files = all_accepted(request.FILES.getlist("files"))
        supply(user_id=user_id(request), application_id=pk, files=files, now=timezone.now())
    except DomainError as error:
        if error.status == 404:
            raise
        messages.error(request, f"{error.message}{error.advice}")
    else:
        messages.success(request, "已补交，学院接着审核。")
    return redirect("credits:application", pk)
