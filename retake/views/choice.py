"""选课报名."""

from collections.abc import Collection
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.lib.errors import DomainError
from portal.lib.moments import moment
from portal.lib.requests import action, user_id
from retake.forms import EnrollForm
from retake.models import Enrollment
from retake.selectors import choice, opened_for
from retake.selectors.opened import Phase
from retake.services.enroll import CoursesRefused, enroll


@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Courses to choose from; the notice first, dates when enrolment is not open.

    Staff have no record to enrol with: they work in admin.
    """
    if request.user.is_staff:
        return redirect("admin:index")
    return _page(request)


@action("retake:choice")
def submit(request: HttpRequest) -> HttpResponse:
    """提交报名: all or nothing; a refusal keeps the page and what was chosen on it."""
    asked = EnrollForm.of(request.POST)
    now = timezone.now()
    try:
        rows = enroll(
            user_id=user_id(request),
            course_ids=asked.course_ids,
            round_id=asked.round_id,
            now=now,
        )
    except DomainError as error:
        return _page(request, asked.course_ids, error)
    messages.success(request, _done(rows, now))
    return redirect("retake:enrollments")


def _page(
    request: HttpRequest, chosen: Collection[int] = (), error: DomainError | None = None
) -> HttpResponse:
    now = timezone.now()
    user = user_id(request)
    opened = opened_for(user, now)
    if opened is None or opened.phase is not Phase.OPEN or opened.read_at is None:
        if error is not None:
            raise error
        if opened is not None and opened.phase is Phase.OPEN:
            return redirect("retake:notice")
        return render(request, "retake/closed.html", {"opened": opened})
    shown = choice(user, opened, now)
    picked = [pick for pick in shown.picks if pick.course_id in chosen]
    context = {
        "choice": shown,
        "opened": opened,
        "chosen": [pick.course_id for pick in picked],
        "chosen_fen": sum(pick.fee_fen for pick in picked),
        "chosen_hours": sum(pick.credit_hours for pick in picked),
        "error": error,
        "reasons": error.reasons if isinstance(error, CoursesRefused) else (),
    }
    return render(request, "retake/choice.html", context, status=error.status if error else 200)


def _done(rows: list[Enrollment], now: datetime) -> str:
    """What the student is told after enrolling; courses of an earlier submission count apart."""
    fresh = [row for row in rows if row.enrolled_at == now]
    before = len(rows) - len(fresh)
    if not fresh:
        return f"选的 {before} 门之前已报名，没有变动。"
    number = f"已报名 {len(fresh)} 门{f'（另 {before} 门之前已报名）' if before else ''}"
    if all(row.exempt for row in fresh):
        return f"{number}，不用缴费，报名成功。"
    closes = fresh[0].round.pay_closes_at
    return f"{number}，缴费到 {moment(closes, now)} 截止。" if closes else f"{number}。"
