"""A student pays by a code, in a real browser, at servers that speak the channels' protocols."""

from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from payments.gateways.registry import gateway
from payments.gateways.testing.alipay_server import AlipayPlatform
from payments.gateways.testing.ledger import Switches
from payments.gateways.testing.platform import Platform
from payments.gateways.testing.wechat_server import WechatPlatform
from payments.models import Order
from payments.states import OrderState
from payments.tests.factories import HANDLERS, make_charge, make_payer
from portal.lib.testing.chromium import chromium

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = [390, 1280]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests here."""
    with pytest.MonkeyPatch.context() as patch, chromium() as running:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # nothing of ours is asynchronous
        yield running


@pytest.fixture
def platforms(
    wechat: WechatPlatform, alipay: AlipayPlatform, settings: Settings
) -> Iterator[dict[str, Platform]]:
    """Three ways to pay, two of them by a code."""
    settings.GATEWAYS = {
        "finance": "payments.gateways.finance.FinanceGateway",
        "wechat": "payments.gateways.wechat.WechatGateway",
        "alipay": "payments.gateways.alipay.AlipayGateway",
    }
    settings.ALIPAY = {**settings.ALIPAY, "PRODUCT": "code"}
    settings.CHARGE_HANDLERS = {**settings.CHARGE_HANDLERS, **HANDLERS}
    settings.ALLOWED_HOSTS = ["*"]
    gateway.cache_clear()
    yield {"wechat": wechat, "alipay": alipay}
    gateway.cache_clear()


def visitor(browser: Browser, live_server: LiveServer, width: int) -> Page:
    """A student who owes one course, on the payment page."""
    payer, client = make_payer(), Client()
    make_charge(payer, 110_000, reference=f"live-{payer.pk}", now=timezone.now())
    client.force_login(payer)
    name = django_settings.SESSION_COOKIE_NAME
    context = browser.new_context(viewport={"width": width, "height": 844})
    context.add_cookies(
        [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/payments/")
    return page


def choose(page: Page, name: str) -> None:
    page.get_by_role("button", name="缴第 1 批 ¥1,100.00").click()
    page.get_by_text(name, exact=True).click()
    page.get_by_role("button", name="去支付 ¥1,100.00").click()
    expect(page.get_by_role("heading", name=f"用{name}扫码付款")).to_be_visible()


def scan(platform: Platform, order: Order) -> None:
    """The payer's phone, and a callback that never comes: only asking tells of the money.

    Alipay has no trade before somebody has scanned.
    """
    if isinstance(platform, AlipayPlatform):
        platform.visit(order.pay_url)
    platform.ledger.pay(order.number, Switches())


def sideways(page: Page) -> int:
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    wide: int = page.evaluate(overflow)
    return wide


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("channel", "name"), [("wechat", "微信支付"), ("alipay", "支付宝")])
def test_page_goes_to_the_result_when_the_code_was_paid(
    platforms: dict[str, Platform],
    live_server: LiveServer,
    browser: Browser,
    channel: str,
    name: str,
    width: int,
) -> None:
    page = visitor(browser, live_server, width)
    choose(page, name)
    assert sideways(page) == 0
    scan(platforms[channel], Order.objects.get())
    expect(page.get_by_role("heading", name="缴费成功")).to_be_visible()
    order = Order.objects.get()
    assert (order.channel, order.state) == (channel, OrderState.PAID)
    page.context.close()
