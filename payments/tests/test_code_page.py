"""A channel that is paid by a code: the portal draws it and sends the payer nowhere."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from payments.gateways.base import PaymentRequest
from payments.gateways.registry import gateway
from payments.tests.channels import FileOnly
from payments.tests.factories import make_order, make_payer
from payments.tests.test_plan_page import heading, owing, primary

pytestmark = pytest.mark.django_db


class ByCode(FileOnly):
    pays_by_code = True

    def create(self, request: PaymentRequest) -> str:
        return f"weixin://wxpay/bizpayurl?pr={request.number}"


@pytest.fixture(autouse=True)
def by_code(settings: Settings) -> Iterator[None]:
    settings.GATEWAYS = {"finance": f"{__name__}.ByCode"}
    gateway.cache_clear()
    yield
    gateway.cache_clear()


def test_code_is_drawn_with_the_way_to_the_result(client: Client) -> None:
    payer = make_payer()
    order = make_order(owing(payer, 2), now=timezone.now())
    client.force_login(payer)
    answer = client.post(f"/payments/orders/{order.number}/pay/")
    text = answer.content.decode()
    assert (answer.status_code, heading(text)) == (200, "用缴费平台扫码付款")
    assert len(re.findall(r'src="data:image/svg\+xml[^"]+"', text)) == 1
    assert primary(text) == ["付好了，看结果"]
    assert "¥600.00" in text
