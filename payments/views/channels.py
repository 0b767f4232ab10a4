"""How to pay, where this installation has more than one way; no order exists yet."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from payments import wording
from payments.forms import Wanted
from payments.gateways.registry import gateway
from payments.models import Order
from payments.services import orders
from portal.lib.requests import user_id


@dataclass(frozen=True)
class Choice:
    """One way to pay."""

    channel: str
    name: str
    by_code: bool
    picked: bool


def ask(request: HttpRequest, wanted: Wanted, now: datetime) -> HttpResponse:
    """The page of choices, the payer's last one picked; raises why no order could be opened."""
    payer_id = user_id(request)
    charges = orders.refuse_opening(
        payer_id=payer_id, charge_ids=wanted.charge_ids, now=now, never_paid=wanted.never_paid
    )
    context = {
        "charges": charges,
        "total_fen": sum(charge.amount_fen for charge in charges),
        "never_paid": wanted.never_paid,
        "choices": _choices(_last_used(payer_id)),
    }
    return render(request, "payments/channel.html", context)


def _choices(picked: str) -> list[Choice]:
    return [
        Choice(name, wording.CHANNELS.get(name, name), gateway(name).pays_by_code, name == picked)
        for name in settings.GATEWAYS
    ]


def _last_used(payer_id: int) -> str:
    own = Order.objects.filter(payer_id=payer_id, channel__in=settings.GATEWAYS).order_by("-pk")
    last = own.values_list("channel", flat=True).first()
    return last or next(iter(settings.GATEWAYS))
