"""A channel and the platform at its other end, as the conformance suite orders them about."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest
from pytest_django import Settings

from payments.cashier.testing.merchant import Merchant, Received
from payments.gateways.base import (
    Gateway,
    GatewayUnavailable,
    Notification,
    PaymentAnswer,
    PaymentRequest,
    RefundAnswer,
    RefundRequest,
)
from payments.gateways.registry import gateway
from payments.gateways.testing import alipay_server, keys, wechat_server
from payments.gateways.testing.alipay_server import AlipayPlatform
from payments.gateways.testing.keys import KeyPair
from payments.gateways.testing.ledger import Order
from payments.gateways.testing.platform import Notice, Platform
from payments.gateways.testing.wechat_server import WechatPlatform

CHANNELS = ["finance", "wechat", "alipay-page", "alipay-code"]
serial = itertools.count(1)


class Desk(Protocol):
    """What a test may ask of a platform."""

    url: str

    def reset(self) -> None: ...
    def switch(self, number: str = "", **switches: Any) -> None: ...
    def pay(self, number: str, *, late: bool = False) -> dict[str, Any]: ...
    def refuse(self, number: str) -> object: ...
    def order(self, number: str) -> dict[str, Any]: ...


def stay(address: str) -> None:
    """Most channels know an order before its payer opens anything."""


@dataclass(frozen=True)
class Till:
    """An adapter and the platform it speaks to."""

    gateway: Gateway
    platform: Desk
    merchant: Merchant
    visit: Callable[[str], None] = stay  # what the payer does with the address

    def order(self, amount_fen: int = 110_000, minutes: float = 20) -> PaymentRequest:
        """An order with a number of its own, payable for so long, not handed over yet."""
        now = datetime.now(UTC)
        return PaymentRequest(
            number=f"ZZJF{now:%Y%m%d%H%M%S}{next(serial):06d}",
            amount_fen=amount_fen,
            title="重修缴费 2 门",
            items=(("路由与交换技术", amount_fen - 1), ("形势与政策（2-1）", 1)),
            payer_number="0020220101",
            payer_name="王·小明",
            opened_at=now,
            expires_at=now + timedelta(minutes=minutes),
            return_url="http://127.0.0.1/return/",
            notify_url=self.merchant.url,
        )

    def opened(self, amount_fen: int = 110_000, minutes: float = 20) -> str:
        """The number of an order that is handed over and looked at."""
        request = self.order(amount_fen, minutes)
        self.visit(self.gateway.create(request))
        return request.number

    def close(self, number: str) -> PaymentAnswer:
        """Close an order whose time is over long ago."""
        return self.gateway.close(number, datetime.now(UTC) - timedelta(hours=1))

    def paid(self, amount_fen: int = 110_000) -> RefundRequest:
        """An order that is paid, and the request that sends the whole of it back."""
        number = self.opened(amount_fen)
        trade_number = self.platform.pay(number)["trade_number"]
        refund_number = f"TK{number[4:]}"
        return RefundRequest(
            number, refund_number, trade_number, amount_fen, amount_fen, "课程未开班"
        )

    def told(self, received: Received | Notice) -> Notification:
        """What a callback says, if it proves itself now."""
        return self.gateway.parse_notification(received.body, received.headers, datetime.now(UTC))


def ending(call: Callable[[], PaymentAnswer | RefundAnswer]) -> object:
    """The state that is answered, or the kind of what is raised."""
    try:
        return call().state
    except GatewayUnavailable as error:
        return type(error)


def paid_order(till: Till, platform: Platform) -> Order:
    """An order of the platform's that is paid."""
    number = till.opened()
    till.platform.pay(number)
    return platform.ledger.orders[number]


@pytest.fixture(scope="session")
def platform_keys(tmp_path_factory: pytest.TempPathFactory) -> KeyPair:
    """What a platform signs with."""
    return keys.make(tmp_path_factory.mktemp("keys"), "platform")


@pytest.fixture(scope="session")
def merchant_keys(tmp_path_factory: pytest.TempPathFactory) -> KeyPair:
    """What the portal signs with."""
    return keys.make(tmp_path_factory.mktemp("keys"), "merchant")


@pytest.fixture(scope="session")
def wechat_process(platform_keys: KeyPair, merchant_keys: KeyPair) -> Iterator[WechatPlatform]:
    """This test worker's WeChat Pay."""
    with WechatPlatform(platform_keys, merchant_keys) as platform:
        yield platform


@pytest.fixture
def wechat(
    wechat_process: WechatPlatform,
    platform_keys: KeyPair,
    merchant_keys: KeyPair,
    settings: Settings,
) -> Iterator[WechatPlatform]:
    """WeChat Pay, well behaved, as the one the portal's settings name."""
    wechat_process.reset()
    settings.GATEWAYS = {"wechat": "payments.gateways.wechat.WechatGateway"}
    settings.WECHAT_URL = wechat_process.url
    settings.WECHAT = {
        "MCHID": wechat_server.MCHID,
        "APPID": wechat_server.APPID,
        "API_KEY": wechat_server.API_KEY,
        "SERIAL": wechat_server.SERIAL,
        "PRIVATE_KEY": merchant_keys.private_pem,
        "PUBLIC_KEY_ID": wechat_server.PUBLIC_KEY_ID,
        "PUBLIC_KEY": platform_keys.public_pem,
    }
    gateway.cache_clear()
    yield wechat_process
    gateway.cache_clear()


@pytest.fixture(scope="session")
def alipay_process(platform_keys: KeyPair, merchant_keys: KeyPair) -> Iterator[AlipayPlatform]:
    """This test worker's Alipay."""
    with AlipayPlatform(platform_keys, merchant_keys) as platform:
        yield platform


@pytest.fixture
def alipay(
    alipay_process: AlipayPlatform,
    platform_keys: KeyPair,
    merchant_keys: KeyPair,
    settings: Settings,
) -> Iterator[AlipayPlatform]:
    """Alipay, well behaved, as the one the portal's settings name, by page."""
    alipay_process.reset()
    settings.GATEWAYS = {"alipay": "payments.gateways.alipay.AlipayGateway"}
    settings.ALIPAY_URL = alipay_process.gateway
    settings.ALIPAY = {
        "APP_ID": alipay_server.APP_ID,
        "SELLER_ID": alipay_server.SELLER_ID,
        "PRIVATE_KEY": merchant_keys.private_pem,
        "PUBLIC_KEY": platform_keys.public_pem,
        "PRODUCT": "page",
    }
    gateway.cache_clear()
    yield alipay_process
    gateway.cache_clear()


@pytest.fixture(params=CHANNELS)
def till(request: pytest.FixtureRequest, merchant: Merchant) -> Till:
    """One channel, up and well behaved."""
    return make_till(request.param, request, merchant)


def make_till(name: str, request: pytest.FixtureRequest, merchant: Merchant) -> Till:
    """A channel by its name in ``CHANNELS``; the merchant acknowledges as the adapter says."""
    channel, _, product = name.partition("-")
    platform = request.getfixturevalue("cashier" if channel == "finance" else channel)
    if product:
        settings = request.getfixturevalue("settings")
        settings.ALIPAY = {**settings.ALIPAY, "PRODUCT": product}
    adapter = gateway(channel)
    merchant.says = adapter.acknowledgement()[0]
    return Till(adapter, platform, merchant, getattr(platform, "visit", stay))
