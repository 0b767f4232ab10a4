"""One POST, one change: open, go on paying, release, claim, take the claim back."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from payments import board
from payments.forms import OpenOrderForm
from payments.gateways.registry import gateway
from payments.models import Order
from payments.services import orders
from payments.services import release as releasing
from payments.states import OrderState
from payments.views import channels, plan, reading
from portal.lib.errors import DomainError
from portal.lib.moments import moment
from portal.lib.requests import action, user_id

WRONG_NUMBER = ("order.empty", "order.too_many")


@action("payments:plan")
def open_order(request: HttpRequest) -> HttpResponse:
    """Open an order over the ticked courses and go to the cashier."""
    wanted = OpenOrderForm(request.POST).read()
    try:
        if not wanted.channel:
            return channels.ask(request, wanted, timezone.now())
        order = orders.open_order(
            payer_id=user_id(request),
            charge_ids=wanted.charge_ids,
            channel=wanted.channel,
            now=timezone.now(),
            never_paid=wanted.never_paid,
        )
    except DomainError as error:
        if error.code in WRONG_NUMBER:
            return plan.refused(request, wanted.charge_ids, error)
        if error.code != "order.watched":
            raise
        return _ask_about_earlier_order(request, wanted.charge_ids, error)
    return _to_cashier(request, order)


@action("payments:plan")
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """继续支付: the same order again, never a second one."""
    return _to_cashier(request, reading.own_order(user_id(request), number))


@action("payments:plan")
def release(request: HttpRequest, line_id: int) -> HttpResponse:
    """释放 one course of an order that was not paid."""
    try:
        line = releasing.release_line(
            line_id=line_id,
            payer_id=user_id(request),
            now=timezone.now(),
            never_paid="never_paid" in request.POST,
        )
    except DomainError as error:
        if error.code == "order.paid":  # the money was faster: good news, not a refusal
            messages.success(request, error.message)
            return redirect("payments:plan")
        if error.code != "order.unasked":
            raise
        return _ask(request, error, "payments/unasked.html", line_id=line_id)
    again = moment(line.payable_again_at, timezone.now()) if line.payable_again_at else ""
    messages.success(request, f"{line.charge.title}已释放，没有扣款，{again} 后可重新缴费。")
    return redirect("payments:plan")


@action("payments:plan")
def claim(request: HttpRequest, number: str) -> HttpResponse:
    """我已付款: these courses wait for the result and are not released meanwhile."""
    order = orders.claim_paid(payer_id=user_id(request), number=number, now=timezone.now())
    if order.claimed_at is not None:
        kept = "这几门课先留着等结果。"
        over = "平台已经关单，课程会释放；两天内到账仍自动记上，到时没有就由财务处核对。"
        told = kept if order.state == OrderState.OPEN else over
        messages.success(request, f"已记下你付过款，{told}")
    return redirect("payments:return", number)


@action("payments:plan")
def retract(request: HttpRequest, number: str) -> HttpResponse:
    """我还没付: the order may be paid, or released when its time is over."""
    orders.retract_claim(payer_id=user_id(request), number=number, now=timezone.now())
    messages.success(request, "已改为没有付款。")
    return redirect("payments:order", number)


def _to_cashier(request: HttpRequest, order: Order) -> HttpResponse:
    channel = reverse("payments:callback", args=[order.channel])
    try:
        url = orders.pay_url(
            order=order,
            return_url=request.build_absolute_uri(reverse("payments:return", args=[order.number])),
            notify_url=f"{settings.PORTAL_URL}{channel}",
            now=timezone.now(),
        )
    except DomainError as error:
        if error.code == "order.paid":
            return redirect("payments:return", order.number)
        if error.code != "gateway.silent":
            raise
        return _ask(request, error, "payments/silent.html", order=order)
    if gateway(order.channel).pays_by_code:
        return redirect("payments:code", order.number)  # there is no address to go to
    return redirect(url)


def _ask_about_earlier_order(
    request: HttpRequest, charge_ids: list[int], error: DomainError
) -> HttpResponse:
    choices = board.of_payer(user_id(request), timezone.now()).choices
    wanted = [item for item in choices if item.charge_id in charge_ids]
    return _ask(
        request,
        error,
        "payments/watched.html",
        wanted=wanted,
        total_fen=sum(item.amount_fen for item in wanted),
        numbers=sorted({item.order_number for item in wanted if item.order_number}),
    )


def _ask(
    request: HttpRequest, error: DomainError, template: str, **context: object
) -> HttpResponse:
    """A refusal that one more button of the payer's own resolves."""
    return render(request, template, {"error": error, **context}, status=error.status)
