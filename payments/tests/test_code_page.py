"""A channel that is paid by a code: the portal draws it and sends the payer nowhere."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from payments.gateways.base import GatewayUnavailable, PaymentAnswer, PaymentRequest, PaymentState
from payments.gateways.registry import gateway
from payments.models import Order
from payments.services.orders import claim_paid
from payments.tests.channels import FileOnly
from payments.tests.factories import make_order, make_payer, pay
from payments.tests.test_plan_page import heading, owing, primary
from portal.accounts.models import User

pytestmark = pytest.mark.django_db


class ByCode(FileOnly):
    """WeChat Pay's kind of code: to be scanned, not to be opened."""

    pays_by_code = can_query = True
    code = "weixin://wxpay/bizpayurl?pr="
    silent = False

    def create(self, request: PaymentRequest) -> str:
        return self.code + request.number

    def query(self, number: str) -> PaymentAnswer:
        if self.silent:
            raise GatewayUnavailable(number)
        return PaymentAnswer(number, PaymentState.UNPAID, "{}")


@pytest.fixture(autouse=True)
def by_code(settings: Settings) -> Iterator[None]:
    settings.GATEWAYS = {"finance": f"{__name__}.ByCode"}
    gateway.cache_clear()
    yield
    gateway.cache_clear()


@pytest.fixture
def order(client: Client) -> Order:
    """Handed over; its payer looks at the code."""
    payer = make_payer()
    client.force_login(payer)
    made = make_order(owing(payer, 2), now=timezone.now())
    answer = client.post(f"/payments/orders/{made.number}/pay/")
    assert answer.headers["Location"] == f"/payments/orders/{made.number}/code/"
    return made


def shown(client: Client, order: Order) -> str:
    answer = client.get(f"/payments/orders/{order.number}/code/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_code_is_drawn_with_amount_end_and_the_way_to_the_result(
    client: Client, order: Order
) -> None:
    text = shown(client, order)
    assert heading(text) == "用缴费平台扫码付款"
    assert len(re.findall(r'src="data:image/svg\+xml[^"]+"', text)) == 1
    assert primary(text) == ["付好了，看结果"]
    assert "¥600.00" in text
    assert f'data-deadline="{order.expires_at.isoformat()}"' in text


def test_reload_draws_the_same_code(client: Client, order: Order) -> None:
    codes = [re.findall(r'src="(data:[^"]+)"', shown(client, order)) for _ in range(2)]
    assert codes[0] == codes[1]
    assert Order.objects.count() == 1


def test_address_of_an_app_can_be_opened_on_a_phone(
    client: Client, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ByCode, "code", "https://qr.alipay.com/")
    client.post(f"/payments/orders/{order.number}/pay/")
    text = shown(client, order)
    assert f'href="https://qr.alipay.com/{order.number}"' in text
    assert primary(text) == ["在缴费平台里打开"]


def test_silence_is_said_and_the_code_stays(
    client: Client, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ByCode, "silent", True)
    text = shown(client, order)
    assert "缴费平台没有应答" in text
    assert "data:image/svg" in text


def test_part_that_looks_again_leads_to_the_result(client: Client, order: Order) -> None:
    path = f"/payments/orders/{order.number}/scanned/"
    assert "付款码" in client.get(path).content.decode()
    pay(order, now=timezone.now())
    assert client.get(path).headers["HX-Redirect"] == f"/payments/orders/{order.number}/return/"


@pytest.mark.parametrize("how", ["paid", "over", "claimed"])
def test_nothing_to_scan_leads_to_the_result(client: Client, order: Order, how: str) -> None:
    if how == "paid":
        pay(order, now=timezone.now())
    elif how == "over":
        Order.objects.update(expires_at=order.opened_at + timedelta(microseconds=1))
    else:
        claim_paid(payer_id=order.payer_id, number=order.number, now=timezone.now())
    answer = client.get(f"/payments/orders/{order.number}/code/")
    assert answer.headers["Location"] == f"/payments/orders/{order.number}/return/"


def test_code_before_it_was_handed_over_leads_to_the_order(client: Client) -> None:
    payer = make_payer()
    client.force_login(payer)
    order = make_order(owing(payer, 1), now=timezone.now())
    answer = client.get(f"/payments/orders/{order.number}/code/")
    assert answer.headers["Location"] == f"/payments/orders/{order.number}/return/"


@pytest.mark.parametrize("part", ["code", "scanned"])
def test_somebody_elses_code_is_not_found(client: Client, order: Order, part: str) -> None:
    other: User = make_payer()
    client.force_login(other)
    assert client.get(f"/payments/orders/{order.number}/{part}/").status_code == 404
