"""重修指导查询: the student's own page, the staff's table, export, calendar."""

from collections.abc import Iterator
from typing import cast
from urllib.parse import quote, urlencode

from django.contrib.auth.decorators import login_required
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.models import User
from portal.audit.openings import About, about, for_a_purpose
from portal.lib.errors import DomainError
from portal.lib.origin import signature
from portal.lib.requests import action, user_id
from portal.lib.sheets import XLSX_TYPE
from portal.lib.streamed import stream_sheet
from portal.records.selectors import current_term
from retake.guidance import feed as calendars
from retake.guidance.export import log_look, own_sheet
from retake.guidance.feeds import alive, open_feed, revoke_feed
from retake.guidance.filters import chosen, read_filters
from retake.guidance.mine import my_guidance
from retake.guidance.page import offered
from retake.guidance.page import page as staff_page
from retake.guidance.table import COLUMNS, phones_for, streamed
from retake.teaching.unopened import choose


@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """A student sees his own rows, the staff those of their scope."""
    user = cast("User", request.user)
    if user.is_staff:
        return _staff(request, user)
    return _own(request, shown=0)


def _own(request: HttpRequest, shown: int) -> HttpResponse:
    """``shown`` is the group whose full phone number was just asked for."""
    asked = request.GET.get("term", "") or request.POST.get("term", "")
    mine = my_guidance(user_id(request), asked, timezone.now())
    feed = ""
    if mine.feed:
        feed = request.build_absolute_uri(reverse("guidance:feed", args=[mine.feed]))
    context = {"mine": mine, "shown": shown, "feed": feed, "webcal": _webcal(feed)}
    return render(request, "retake/guidance.html", context)


def _staff(request: HttpRequest, user: User) -> HttpResponse:
    filters = read_filters(request.GET, current_term(timezone.localdate()))
    asked = filters.asked()
    found = staff_page(user, filters, request.GET.get("after", ""))
    context = {
        "columns": COLUMNS,
        "page": found,
        "filters": filters,
        "offered": offered(),
        "scope": f"按开课学院：只显示{user.college}开的课" if user.college else "全部学院",
        "next": urlencode(asked | {"after": found.after}),
        "query": urlencode(asked or {"year": ""}),
        "is_first": not request.GET.get("after"),
    }
    return render(request, "retake/guidance_staff.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def export(request: HttpRequest) -> HttpResponseBase:
    """xlsx: a student his own rows, the staff what their filters mean, once they say what for."""
    user, now = cast("User", request.user), timezone.now()
    if not user.is_staff:
        if request.method == "POST":
            return HttpResponseNotAllowed(["GET", "HEAD"])
        header, rows = own_sheet(my_guidance(user.pk, request.GET.get("term", ""), now))
        return _workbook(stream_sheet(header, rows), "我的重修时间地点.xlsx")
    return for_a_purpose(
        request,
        "重修指导查询",
        lambda: _staff_workbook(request, user),
        back=f"{reverse('guidance:page')}?{request.GET.urlencode()}",
    )


def _staff_workbook(request: HttpRequest, user: User) -> HttpResponseBase:
    """Signed in the header row too, which no printer cuts off."""
    rows = chosen(user, read_filters(request.GET, current_term(timezone.localdate())))
    pieces = stream_sheet([*COLUMNS, signature()], streamed(rows, phones_for(user)))
    return about(_workbook(pieces, "重修指导查询.xlsx"), About(rows=rows.order_by().count()))


@action("guidance:page")
def phone(request: HttpRequest, pk: int) -> HttpResponse:
    """The full number of the student's own teacher; that he looked is recorded."""
    log_look(user_id(request), pk, timezone.now())
    return _own(request, shown=pk)


@action("guidance:page")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """换班或退费 of a group that does not open."""
    target = request.POST.get("target", "")
    if target != "refund" and not target.isdigit():
        raise DomainError("offer.nothing", "还没有选。", advice="选一个班，或选退费。", status=400)
    choose(
        user_id=user_id(request),
        offer_id=pk,
        target_id=None if target == "refund" else int(target),
        now=timezone.now(),
    )
    return redirect("guidance:page")


@action("guidance:page")
def subscribe(request: HttpRequest) -> HttpResponse:
    """Open the calendar address."""
    open_feed(user_id=user_id(request), now=timezone.now())
    return redirect(f"{reverse('guidance:page')}#calendar")


@action("guidance:page")
def unsubscribe(request: HttpRequest) -> HttpResponse:
    """Revoke it."""
    revoke_feed(user_id=user_id(request), now=timezone.now())
    return redirect(f"{reverse('guidance:page')}#calendar")


@require_safe
@never_cache
def feed(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """The calendar, for whoever knows the address: calendars cannot sign in."""
    data = calendars.calendar_of(alive(token))
    answer = HttpResponse(data, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'inline; filename="retake.ics"'
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _workbook(pieces: Iterator[bytes], name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(pieces, content_type=XLSX_TYPE)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


def _webcal(address: str) -> str:
    """The same address as phones subscribe to it."""
    return address.replace("https://", "webcal://").replace("http://", "webcal://")
