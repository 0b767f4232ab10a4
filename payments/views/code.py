"""A channel that is paid by scanning: its QR code, and a look at whether the money has come."""

from typing import Any

import segno
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from payments.gateways.registry import gateway
from payments.models import Order
from payments.services.asking import ask_now_and_then
from payments.views import orders, reading
from portal.lib.requests import fragment, user_id

POLL = 5  # seconds: WeChat Pay's own pages look about as often


@require_safe
@never_cache
@login_required
def page(request: HttpRequest, number: str) -> HttpResponse:
    """The code of an open order, as it was handed over; drawn again by every reload."""
    order, context = _look(request, number)
    if context is None:
        return redirect("payments:return", order.number)
    return render(request, "payments/code.html", context)


@fragment
def scanned(request: HttpRequest, number: str) -> HttpResponse:
    """The part that looks again by itself and leads to the result once there is one."""
    order, context = _look(request, number)
    if context is None:
        return HttpResponseClientRedirect(reverse("payments:return", args=[order.number]))
    return render(request, "payments/scan.html", context)


def _look(request: HttpRequest, number: str) -> tuple[Order, dict[str, Any] | None]:
    """The order, and what its code page shows; nothing when there is nothing to scan any more."""
    now = timezone.now()
    order = reading.bare_order(user_id(request), number)
    if not _has_code(order):
        return order, None
    unanswered = ask_now_and_then(order.payer_id, number, now)
    sheet = orders.bare_sheet(reading.seen_order(order.payer_id, number), now)
    if not sheet.can_pay or sheet.is_claimed:
        return order, None
    return order, {
        "order": order,
        "sheet": sheet,
        "image": _drawn(order.pay_url),
        "link": _link(order.pay_url),
        "unanswered": unanswered,
        "poll": POLL,
    }


def _has_code(order: Order) -> bool:
    return bool(order.pay_url) and gateway(order.channel).pays_by_code


def _drawn(code: str) -> str:
    return segno.make(code, micro=False).svg_data_uri(scale=5, border=3, light="#fff")


def _link(code: str) -> str:
    """Alipay's codes are addresses that its app opens on a phone. WeChat Pay's are not: its rules
    want them scanned.
    """
    return code if code.startswith("https://") else ""
