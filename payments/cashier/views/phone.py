"""What the payer's phone shows after scanning: the bank's question, played by a second tab."""

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from payments.cashier import orders, till
from payments.cashier.orders import Order
from payments.cashier.process import courier, store
from payments.cashier.views.pages import standing


@require_safe
def scan(request: HttpRequest, token: str) -> HttpResponse:
    """Whom, how much, what for; then confirm or refuse."""
    return _page(request, _order(token))


@require_POST
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The money goes."""
    order = _order(token)
    try:
        till.pay(store(), order.number, datetime.now(UTC))
    except till.Refusal:
        return _page(request, order, status=409)
    courier().ring()
    return redirect("scan", token)


@require_POST
def refuse(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 -- a view
    """The bank does not let it through."""
    till.refuse(store(), _order(token).number, datetime.now(UTC))
    return redirect("scan", token)


def _order(token: str) -> Order:
    order = orders.by_scan_token(store(), token)
    if order is None:
        raise Http404
    return order


def _page(request: HttpRequest, order: Order, status: int = 200) -> HttpResponse:
    shown = standing(order, datetime.now(UTC))
    return render(request, "cashier/scan.html", {"order": order, "state": shown}, status=status)
