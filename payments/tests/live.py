"""Orders at a really running cashier. It lives on the real clock, so ``now`` starts there."""

from django.utils import timezone

from payments.models import Order
from payments.services.orders import open_order, pay_url
from payments.tests.factories import CHANNEL, make_charge, make_payer

NOWHERE = "http://127.0.0.1:9/callback"  # nobody listens: news comes by asking only


def live_order(*amounts: int, notify_url: str = NOWHERE) -> Order:
    """An order opened now and handed over to the cashier; one course of 400 yuan by default."""
    payer, now = make_payer(), timezone.now()
    charges = [
        make_charge(payer, fen, reference=f"live-{payer.pk}-{place}", now=now)
        for place, fen in enumerate(amounts or (40000,))
    ]
    order = open_order(
        payer_id=payer.pk, charge_ids=[charge.pk for charge in charges], channel=CHANNEL, now=now
    )
    pay_url(order=order, return_url="http://127.0.0.1/", notify_url=notify_url, now=now)
    return order
