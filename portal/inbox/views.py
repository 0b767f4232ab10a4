"""The messages of the signed-in user."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from portal.inbox import selectors, services
from portal.lib.requests import action, user_id

PAGE_SIZE = 30


@require_safe
@login_required
def message_list(request: HttpRequest) -> HttpResponse:
    """Newest first; looking at the list marks nothing."""
    page = Paginator(selectors.messages_of(user_id(request)), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    reach = selectors.reach(user_id(request))
    return render(request, "inbox/list.html", {"page": page, "reach": reach})


@action("inbox:list")
def choose_mail(request: HttpRequest) -> HttpResponse:
    """Switch one's e-mail on (``wanted`` is 1) or off."""
    wanted = request.POST.get("wanted") == "1"
    services.choose_mail(user_id=user_id(request), wanted=wanted, now=timezone.now())
    words = "以后的消息也发到邮箱。" if wanted else "不再发邮件，消息仍在这里。"
    messages.success(request, words)
    return redirect("inbox:list")


@action("inbox:list")
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    count = services.mark_all_read(user_id(request), timezone.now())
    if count:
        messages.success(request, f"{count} 条消息已标为已读。")
    return redirect("inbox:list")


@action("inbox:list")
def open_message(request: HttpRequest, message_id: int) -> HttpResponse:
    """Mark one message as read and go where it leads."""
    link = services.mark_read(user_id(request), message_id, timezone.now())
    inside = url_has_allowed_host_and_scheme(link, allowed_hosts=None)
    return redirect(link if link and inside else "inbox:list")
