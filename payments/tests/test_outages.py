"""Every page and button that asks a gateway, against every way of a gateway to be of no use.

The page answers with a sentence and nothing has changed. A gateway that would answer rightly, but
only after half a minute, counts as silent: so the limit of the settings was in force.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from payments.audit import audit
from payments.cashier.testing.process import CashierProcess
from payments.gateways.finance import FinanceGateway
from payments.gateways.registry import gateway
from payments.models import Charge, Order, OrderLine, Receipt, Surplus
from payments.services import orders
from payments.tests.factories import make_order, make_payer, minutes
from payments.tests.test_plan_page import owing

pytestmark = pytest.mark.django_db
OUTAGES = ["503", "closed", "half", "html", "truncated", "forged", "slow"]
SILENT = "没有应答"


class ByCode(FinanceGateway):
    """The finance platform, if it gave codes."""

    pays_by_code = True


@dataclass(frozen=True)
class Way:
    """One page or button. ``ago``: minutes since the order was opened."""

    method: str
    path: str
    status: int
    ago: int = 0
    by_code: bool = False


WAYS = {
    "open": Way("post", "/payments/open/", 409),
    "go on paying": Way("post", "/payments/orders/{number}/pay/", 409),
    "release": Way("post", "/payments/lines/{line}/release/", 409, ago=21),
    "return page": Way("get", "/payments/orders/{number}/return/", 200),
    "its fragment": Way("get", "/payments/orders/{number}/result/", 200),
    "code page": Way("get", "/payments/orders/{number}/code/", 200, by_code=True),
    "its part": Way("get", "/payments/orders/{number}/scanned/", 200, by_code=True),
}


@pytest.fixture
def channel(settings: Settings) -> Iterator[Callable[[Way], None]]:
    def configure(way: Way) -> None:
        settings.FINANCE_TIMEOUT = settings.GATEWAY_TIMEOUT = 0.5
        if way.by_code:
            settings.GATEWAYS = {"finance": f"{__name__}.ByCode"}
        gateway.cache_clear()

    yield configure
    gateway.cache_clear()


def handed_over(ago: int) -> Order:
    """An order of two courses that the platform knows."""
    payer, then = make_payer(), timezone.now() - minutes(ago)
    order = make_order(owing(payer, 2), now=then)
    nowhere = "http://127.0.0.1:9/"
    orders.pay_url(order=order, return_url=nowhere, notify_url=nowhere, now=then)
    return order


def standing() -> list[object]:
    """Whatever an answer could have moved."""
    return [
        *Charge.objects.order_by("pk").values_list("state", "amount_fen"),
        *Order.objects.order_by("pk").values_list("state", "closed_at", "paid_at", "superseded"),
        *OrderLine.objects.order_by("pk").values_list("state", "released_at", "paid_at"),
        *Receipt.objects.values_list("pk"),
        *Surplus.objects.values_list("pk"),
    ]


def fail(cashier: CashierProcess, outage: str) -> None:
    if outage == "slow":
        cashier.switch(slow=30)
    else:
        cashier.switch(down=outage)


@pytest.mark.parametrize("outage", OUTAGES)
@pytest.mark.parametrize("name", list(WAYS)[1:])
def test_useless_gateway_changes_nothing(
    client: Client, cashier: CashierProcess, channel: Callable[[Way], None], name: str, outage: str
) -> None:
    way, order = WAYS[name], handed_over(WAYS[name].ago)
    channel(way)
    fail(cashier, outage)
    before = standing()
    client.force_login(order.payer)
    path = way.path.format(number=order.number, line=order.lines.earliest("pk").pk)
    answer = getattr(client, way.method)(path)
    assert (answer.status_code, SILENT in answer.content.decode()) == (way.status, True)
    assert (standing(), audit().clean) == (before, True)


@pytest.mark.parametrize("outage", OUTAGES)
def test_order_opened_at_a_useless_gateway_stays_to_be_paid(
    client: Client, cashier: CashierProcess, channel: Callable[[Way], None], outage: str
) -> None:
    """It is ours before the gateway hears of it; the page leads on to the same order."""
    way, payer = WAYS["open"], make_payer()
    channel(way)
    fail(cashier, outage)
    client.force_login(payer)
    answer = client.post(way.path, {"charge": [charge.pk for charge in owing(payer, 2)]})
    assert (answer.status_code, SILENT in answer.content.decode()) == (way.status, True)
    order = Order.objects.get()
    assert f"/payments/orders/{order.number}/pay/" in answer.content.decode()
    assert set(order.lines.values_list("state", flat=True)) == {"held"}
