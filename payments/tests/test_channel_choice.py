"""More than one way to pay: the payer chooses before there is an order, and keeps to it."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from payments.gateways.registry import gateway
from payments.models import Charge, Order
from payments.tests.factories import give_back, make_order, make_payer, minutes
from payments.tests.test_code_page import ByCode
from payments.tests.test_plan_page import heading, owing, primary
from portal.accounts.models import User

pytestmark = pytest.mark.django_db
OPEN = "/payments/open/"
__all__ = ["ByCode"]


@pytest.fixture(autouse=True)
def several(settings: Settings) -> Iterator[None]:
    settings.GATEWAYS = {
        "finance": "payments.tests.channels.FileOnly",
        "wechat": "payments.tests.test_code_page.ByCode",
    }
    gateway.cache_clear()
    yield
    gateway.cache_clear()


@pytest.fixture
def payer(client: Client) -> User:
    made = make_payer()
    client.force_login(made)
    return made


def picked(text: str) -> list[str]:
    return re.findall(r'name="channel"[^>]*value="(\w+)" checked', text)


def send(client: Client, charges: list[Charge], **more: str) -> tuple[int, str]:
    answer = client.post(OPEN, {"charge": [charge.pk for charge in charges], **more})
    return answer.status_code, answer.headers.get("Location") or answer.content.decode()


def test_payer_is_asked_before_there_is_an_order(client: Client, payer: User) -> None:
    status, text = send(client, owing(payer, 2))
    assert (status, heading(text), primary(text)) == (200, "怎么付这 2 门课", ["去支付 ¥600.00"])
    assert re.findall(r"<b>(缴费平台|微信支付)</b>", text) == ["缴费平台", "微信支付"]
    assert picked(text) == ["finance"]
    assert Order.objects.count() == 0


@pytest.mark.parametrize(
    ("channel", "where"),
    [("finance", "http://127.0.0.1/{}"), ("wechat", "/payments/orders/{}/code/")],
)
def test_chosen_channel_gets_the_order(
    client: Client, payer: User, channel: str, where: str
) -> None:
    status, address = send(client, owing(payer, 1), channel=channel)
    order = Order.objects.get()
    assert (status, order.channel, address) == (302, channel, where.format(order.number))


def test_last_one_used_is_picked(client: Client, payer: User) -> None:
    send(client, owing(payer, 1), channel="wechat")
    assert picked(send(client, owing(payer, 1, "b"))[1]) == ["wechat"]


def test_held_courses_keep_their_channel_until_they_are_released(
    client: Client, payer: User
) -> None:
    charges = owing(payer, 1)
    send(client, charges, channel="finance")
    for more in ({}, {"channel": "wechat"}):
        assert send(client, charges, **more)[0] == 409
    again = client.post(f"/payments/orders/{Order.objects.get().number}/pay/")
    assert again.headers["Location"] == f"http://127.0.0.1/{Order.objects.get().number}"
    assert Order.objects.count() == 1


def test_after_release_another_channel_may_be_chosen(client: Client, payer: User) -> None:
    charges, begun = owing(payer, 1), timezone.now() - minutes(60)
    give_back(make_order(charges, now=begun), now=begun + minutes(20))
    assert heading(send(client, charges)[1]) == "上一笔订单，你付过吗"
    status, text = send(client, charges, never_paid="1")
    assert (status, picked(text)) == (200, ["finance"])
    assert 'name="never_paid"' in text
    send(client, charges, never_paid="1", channel="wechat")
    assert list(Order.objects.order_by("pk").values_list("channel", flat=True)) == [
        "finance", "wechat",
    ]  # fmt: skip


def test_channel_this_portal_does_not_have_is_refused(client: Client, payer: User) -> None:
    assert send(client, owing(payer, 1), channel="paypal")[0] == 400
    assert Order.objects.count() == 0


def test_too_many_courses_are_refused_before_the_question(client: Client, payer: User) -> None:
    status, text = send(client, owing(payer, 4))
    assert (status, "最多 3 门" in text) == (409, True)


def test_somebody_elses_course_is_not_found(client: Client, payer: User) -> None:
    assert send(client, owing(make_payer(), 1))[0] == 404
