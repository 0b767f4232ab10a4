"""The payer's pages: choose a method, see the order, pay, return to the school."""

from datetime import UTC, datetime

import segno
from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from payments.cashier import orders, till
from payments.cashier.config import config
from payments.cashier.orders import METHODS, Order
from payments.cashier.process import courier, store
from payments.cashier.switches import effective


class InvoiceForm(forms.Form):
    """Whom the receipt is made out to and where its copy goes."""

    title = forms.CharField(
        label="发票抬头",
        max_length=50,
        error_messages={"required": "写上姓名或单位名称。", "max_length": "最多 50 个字。"},
    )
    email = forms.EmailField(
        label="邮箱（选填，接收电子票据）",
        max_length=100,
        required=False,
        error_messages={
            "invalid": "写成 name@example.com 的样子，或者留空。",
            "max_length": "最多 100 个字。",
        },
    )


def letterhead(request: HttpRequest) -> dict[str, object]:  # noqa: ARG001 -- a context processor
    """What every page carries."""
    return {"college": config().college, "demo": config().demo}


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 -- a handler
    """404."""
    return render(request, "cashier/missing.html", status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 -- a handler
    """A form from an old tab, or without cookies."""
    return render(request, "cashier/stale.html", status=403)


def standing(order: Order, now: datetime) -> str:
    """Which page to show: a closed order stays payable while its switch says so."""
    shown = order.standing(now)
    late = shown in {"closed", "expired"} and effective(store(), order.number).late_pay
    return "unpaid" if late else shown


@require_safe
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """支付方式选择; an order that cannot be paid now goes to its own page."""
    order = _order(token)
    if standing(order, datetime.now(UTC)) != "unpaid":
        return redirect("order", token)
    return render(request, "cashier/choose.html", {"order": order, "methods": METHODS.items()})


@require_POST
def method(request: HttpRequest, token: str) -> HttpResponse:
    """Note the choice; after a refusal this is also the second try."""
    try:
        till.choose_method(store(), _order(token).number, request.POST.get("method", ""))
    except till.Refusal as error:
        return _refused(request, token, error)
    return redirect("order", token)


@require_safe
def order(request: HttpRequest, token: str) -> HttpResponse:
    """The order as it stands: to be paid, paid, refused, closed or expired."""
    found = _order(token)
    shown = standing(found, datetime.now(UTC))
    if shown == "unpaid" and not found.method:
        return redirect("choose", token)
    return render(request, f"cashier/order_{shown}.html", _context(request, found, shown))


@require_GET
def state(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 -- a view
    """What the open page compares itself with."""
    answer = JsonResponse({"state": standing(_order(token), datetime.now(UTC))})
    answer["Cache-Control"] = "no-store"
    return answer


def invoice(request: HttpRequest, token: str) -> HttpResponse:
    """发票信息 修改."""
    found = _order(token)
    known = {"title": found.invoice_title, "email": found.invoice_email}
    form = InvoiceForm(request.POST if request.method == "POST" else None, initial=known)
    if form.is_valid():
        data = form.cleaned_data
        till.change_invoice(store(), found.number, data["title"], data["email"])
        return redirect("order", token)
    status = 400 if form.is_bound else 200
    return render(request, "cashier/invoice.html", {"order": found, "form": form}, status=status)


@require_POST
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Pay on this device: nobody can scan the screen he is holding."""
    try:
        till.pay(store(), _order(token).number, datetime.now(UTC))
    except till.Refusal as error:
        return _refused(request, token, error)
    courier().ring()
    return redirect("order", token)


def _order(token: str) -> Order:
    found = orders.by_token(store(), token)
    if found is None:
        raise Http404
    return found


def _refused(request: HttpRequest, token: str, error: till.Refusal) -> HttpResponse:
    """The order's own page says why; the status says that nothing was done."""
    found = _order(token)
    shown = standing(found, datetime.now(UTC))
    if shown == "unpaid":
        context = {"order": found, "methods": METHODS.items(), "problem": error.message}
        return render(request, "cashier/choose.html", context, status=409)
    template = f"cashier/order_{shown}.html"
    return render(request, template, _context(request, found, shown), status=409)


def _context(request: HttpRequest, found: Order, shown: str) -> dict[str, object]:
    if shown != "unpaid":
        return {"order": found}
    scan_url = request.build_absolute_uri(reverse("scan", args=[found.scan_token]))
    image = segno.make(scan_url, micro=False).svg_data_uri(scale=4, border=3, light="#fff")
    return {"order": found, "state": shown, "scan_url": scan_url, "qr": image}
