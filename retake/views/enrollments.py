"""我的报名: list, detail, 退报名."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from payments.standing import Standing
from portal.lib.requests import action, user_id
from retake.billing import returned_when_withdrawn
from retake.selectors import my_enrollment, my_enrollments
from retake.selectors.mine import Card, awaited_on
from retake.selectors.refunds import refunds_of
from retake.services.withdraw import require_withdrawable, withdraw
from retake.states import COUNTED
from retake.wording import after_withdrawal, money_on_withdrawal

UNPAID = (Standing.PAYABLE, Standing.WATCHED, Standing.HELD)
# Nothing is owed, or nothing any more.
SETTLED = (Standing.PAID, Standing.WAIVED, Standing.VOID, Standing.REFUSED)


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """Those of the newest term, earlier ones below; withdrawn ones at the end."""
    now = timezone.now()
    cards = my_enrollments(user_id(request), now)
    counted = [card for card in cards if card.row.state in COUNTED]
    active = [card for card in counted if card.row.term_id == counted[0].row.term_id]
    owed = [card for card in counted if _is_owed(card)]
    expected_on = awaited_on(active)
    context = {
        "active": active,
        "earlier": counted[len(active) :],
        "expected_on": expected_on,
        "is_late": expected_on is not None and expected_on < timezone.localdate(now),
        "ended": [card for card in cards if card.row.state not in COUNTED],
        "owed": owed,
        "may_pay": any(_is_unpaid(card) for card in owed),
        "owed_fen": sum(card.row.fee_fen for card in owed),
        "claimed_at": owed[0].claimed_at if owed else None,
    }
    return render(request, "retake/enrollments.html", context)


@require_safe
@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One enrolment with its stations and its trace."""
    now = timezone.now()
    card = my_enrollment(user_id(request), pk, now)
    events = card.row.events.select_related("actor")
    context = {
        "card": card,
        "events": events,
        "unpaid": _is_unpaid(card),
        "refunds": refunds_of(card.row, now),
        "expected_on": awaited_on([card]) if card.row.state in COUNTED else None,
        "today": timezone.localdate(now),
    }
    return render(request, "retake/enrollment.html", context)


@require_safe
@login_required
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """What withdrawing does to the seat and to the money, before it is done."""
    now = timezone.now()
    card = my_enrollment(user_id(request), pk, now)
    require_withdrawable(card.row, now)
    context = {
        "card": card,
        "money": money_on_withdrawal(card.position, card.row.fee_fen),
        "may_return": card.row.round.enrols_at(now),
    }
    return render(request, "retake/withdraw.html", context)


@action("retake:enrollments")
def withdraw_it(request: HttpRequest, pk: int) -> HttpResponse:
    """退报名; sent again, it says what the first one said."""
    row = withdraw(user_id=user_id(request), enrollment_id=pk, now=timezone.now())
    money = after_withdrawal(returned_when_withdrawn(row))
    messages.success(request, f"{row.course.name}已退报名。{money}")
    return redirect("retake:enrollments")


def _is_owed(card: Card) -> bool:
    """Still to be paid, whether this moment allows it or not: the sum of the payment page."""
    return card.position is not None and card.position.standing not in SETTLED


def _is_unpaid(card: Card) -> bool:
    return card.position is not None and card.position.standing in UNPAID
