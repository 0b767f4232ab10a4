"""Alipay: what is sent, trades that exist only once opened, what sub codes mean, bills."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import Settings

from payments.cashier.testing.merchant import Merchant
from payments.gateways.base import (
    GatewayRefused,
    GatewayUnavailable,
    PaymentState,
    RefundState,
    StatementNotReady,
    StatementRefund,
    StatementRow,
)
from payments.gateways.registry import gateway
from payments.gateways.testing.alipay_server import (
    APP_ID,
    SELLER_ID,
    AlipayPlatform,
)
from payments.gateways.testing.keys import KeyPair
from payments.gateways.testing.ledger import No
from payments.gateways.tests.conftest import Till, make_till

PAST = date(2024, 3, 14)


@pytest.fixture
def till(alipay: AlipayPlatform, merchant: Merchant) -> Till:
    """Only this channel, by page."""
    return Till(gateway("alipay"), alipay, merchant, alipay.visit)


@pytest.fixture
def code_till(request: pytest.FixtureRequest, merchant: Merchant) -> Till:
    """The same by code."""
    return make_till("alipay-code", request, merchant)


# what is sent


def test_a_page_is_an_address_made_without_asking(till: Till, alipay: AlipayPlatform) -> None:
    request = replace(till.order(amount_fen=1_998), title="重修/缴费=2&门")
    before = len(alipay.heard)
    fields = {k: v[0] for k, v in parse_qs(urlsplit(till.gateway.create(request)).query).items()}
    assert len(alipay.heard) == before
    assert (fields["app_id"], fields["method"]) == (APP_ID, "alipay.trade.page.pay")
    assert (fields["notify_url"], fields["return_url"]) == (request.notify_url, request.return_url)
    shanghai = request.expires_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    assert f'"time_expire": "{shanghai}"'.replace(" ", "") in fields["biz_content"].replace(" ", "")
    assert '"total_amount":"19.98"' in fields["biz_content"]
    content = fields["biz_content"].encode().decode("unicode_escape")
    assert '"subject":"重修 缴费 2 门"' in content


@pytest.mark.parametrize(
    ("fen", "yuan"),
    [(1, "0.01"), (10, "0.10"), (100, "1.00"), (1_998, "19.98"), (11_000_000, "110000.00")],
)
def test_amounts_are_yuan_with_two_decimals(till: Till, fen: int, yuan: str) -> None:
    address = till.gateway.create(till.order(amount_fen=fen))
    assert f'"total_amount":"{yuan}"' in parse_qs(urlsplit(address).query)["biz_content"][0]


@pytest.mark.parametrize(("product", "by_code"), [("page", False), ("code", True), ("", False)])
def test_the_setting_says_whether_a_code_is_drawn(
    alipay: AlipayPlatform, settings: Settings, product: str, by_code: bool
) -> None:
    settings.ALIPAY = {**settings.ALIPAY, "PRODUCT": product}
    gateway.cache_clear()
    assert gateway("alipay").pays_by_code is by_code


def test_another_amount_for_the_same_number_is_refused_by_code(code_till: Till) -> None:
    request = code_till.order()
    code_till.gateway.create(request)
    with pytest.raises(GatewayRefused, match=r"ACQ\.CONTEXT_INCONSISTENT"):
        code_till.gateway.create(replace(request, amount_fen=1))


# a trade exists once its payer has opened it


@pytest.mark.parametrize("name", ["alipay-page", "alipay-code"])
def test_an_order_nobody_opened_is_unknown_and_may_still_be_paid(
    name: str, request: pytest.FixtureRequest, merchant: Merchant
) -> None:
    till = make_till(name, request, merchant)
    order = till.order(amount_fen=500)
    address = till.gateway.create(order)
    assert till.gateway.query(order.number).state == PaymentState.UNKNOWN
    assert till.gateway.close(order.number, order.expires_at).state == PaymentState.UNKNOWN
    till.visit(address)
    till.platform.pay(order.number)
    answer = till.gateway.query(order.number)
    assert (answer.state, answer.amount_fen) == (PaymentState.PAID, 500)


def test_after_its_time_an_unopened_order_is_closed_and_cannot_be_opened(till: Till) -> None:
    order = till.order(minutes=-2)
    address = till.gateway.create(order)
    assert till.gateway.close(order.number, order.expires_at).state == PaymentState.CLOSED
    with pytest.raises(No, match="expired"):
        till.visit(address)


# refunds and keys


@pytest.mark.parametrize("after", [0.0, 5.0], ids=["fund_change Y", "fund_change N"])
def test_a_refund_is_taken_on_whatever_moved_by_this_call(till: Till, after: float) -> None:
    request = till.paid(amount_fen=70)
    till.platform.switch(request.number, refund_after=after)
    answer = till.gateway.refund(request)
    assert (answer.state, answer.amount_fen) == (RefundState.ACCEPTED, 70)
    assert f'"fund_change": "{"N" if after else "Y"}"' in answer.raw
    assert '"fund_change": "N"' in till.gateway.refund(request).raw


def test_a_request_signed_by_somebody_else_is_no_answer(
    till: Till, settings: Settings, platform_keys: KeyPair
) -> None:
    settings.ALIPAY = {**settings.ALIPAY, "PRIVATE_KEY": platform_keys.private_pem}
    gateway.cache_clear()
    with pytest.raises(GatewayUnavailable) as caught:
        gateway("alipay").query(till.order().number)
    assert type(caught.value) is GatewayUnavailable


def test_a_key_may_be_bare_base64_as_alipays_tools_print_it(
    till: Till, settings: Settings, merchant_keys: KeyPair
) -> None:
    bare = "".join(merchant_keys.private_pem.splitlines()[1:-1])
    settings.ALIPAY = {**settings.ALIPAY, "PRIVATE_KEY": bare}
    gateway.cache_clear()
    assert gateway("alipay").query(till.opened()).state == PaymentState.UNPAID


# bills


@pytest.mark.parametrize("code", ["isp.bill_not_exist", "BILL_NOT_EXIST", "isv.bill-not-exist"])
def test_no_bill_is_no_trades_only_after_a_day_of_grace(till: Till, code: str) -> None:
    till.platform.switch(error=code)
    assert list(till.gateway.statement_rows(PAST)) == []
    yesterday = datetime.now(UTC).astimezone().date() - timedelta(days=1)
    with pytest.raises(StatementNotReady):
        till.gateway.statement_rows(yesterday)


def test_the_bill_of_another_seller_is_no_answer(till: Till, settings: Settings) -> None:
    number = till.opened()
    till.platform.switch(number, settle_at="2024-03-15T12:00:00+08:00")
    till.platform.pay(number)
    settings.ALIPAY = {**settings.ALIPAY, "SELLER_ID": SELLER_ID[::-1]}
    gateway.cache_clear()
    with pytest.raises(GatewayUnavailable, match="account"):
        gateway("alipay").statement_rows(date(2024, 3, 15))


def test_a_refund_in_the_bill_is_no_payment(till: Till) -> None:
    request = till.paid(amount_fen=100)
    till.gateway.refund(request)
    till.platform.switch(statement="ready")
    today = datetime.now(UTC).astimezone().date()
    rows = [row for row in till.gateway.statement_rows(today) if row.number == request.number]
    assert [(type(row), row.amount_fen) for row in rows] == [
        (StatementRow, 100), (StatementRefund, 100),
    ]  # fmt: skip
