"""A channel's callback at the portal's own address: stored, settled, acknowledged."""

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from payments.cashier.testing.merchant import Merchant
from payments.gateways.tests.conftest import CHANNELS, make_till
from payments.models import GatewayMessage
from payments.services.orders import open_order, pay_url
from payments.states import OrderState
from payments.tests.factories import HANDLERS, make_charge, make_payer


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", CHANNELS)
def test_a_callback_settles_the_portals_order(
    name: str,
    request: pytest.FixtureRequest,
    merchant: Merchant,
    settings: Settings,
    client: Client,
) -> None:
    settings.CHARGE_HANDLERS = HANDLERS
    till, now = make_till(name, request, merchant), timezone.now()
    channel, payer = till.gateway.channel, make_payer()
    charge = make_charge(payer, reference=f"live-{payer.pk}", now=now)
    order = open_order(payer_id=payer.pk, charge_ids=[charge.pk], channel=channel, now=now)
    back = "http://127.0.0.1/return/"
    till.visit(pay_url(order=order, return_url=back, notify_url=merchant.url, now=now))
    till.platform.pay(order.number)
    [received] = merchant.wait_for(1)
    kind = received.headers.pop("Content-Type")
    address = f"/payments/callback/{channel}"
    answer = client.post(address, received.body, content_type=kind, headers=received.headers)
    assert (answer.status_code, answer.content.decode()) == (200, merchant.says)
    order.refresh_from_db()
    assert order.state == OrderState.PAID
    assert GatewayMessage.objects.filter(order_number=order.number, refusal="").count() == 1
