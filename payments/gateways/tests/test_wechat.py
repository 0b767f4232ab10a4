"""WeChat Pay: what is sent, what its error codes mean, its bills' codes."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from payments.cashier.testing.merchant import Merchant
from payments.gateways.base import (
    GatewayRefused,
    GatewayUnavailable,
    StatementNotReady,
)
from payments.gateways.registry import gateway
from payments.gateways.testing.wechat_server import MCHID, WechatPlatform
from payments.gateways.tests.conftest import Till
from payments.gateways.wechat import WechatGateway

PAST = date(2024, 3, 14)


@pytest.fixture
def till(wechat: WechatPlatform, merchant: Merchant) -> Till:
    """Only this channel."""
    return Till(gateway("wechat"), wechat, merchant)


# what is sent


def test_an_order_is_handed_over_in_fen_with_the_payers_last_moment(
    till: Till, wechat: WechatPlatform
) -> None:
    request = replace(till.order(amount_fen=40_001), title="重" * 200)
    code = till.gateway.create(request)
    sent = json.loads(wechat.heard[-1].body)
    assert code.startswith("weixin://wxpay/bizpayurl?pr=")
    assert sent["amount"] == {"total": 40_001, "currency": "CNY"}
    assert sent["description"] == "重" * 127
    assert sent["notify_url"] == request.notify_url
    assert sent["time_expire"].endswith("+08:00")
    expires = datetime.fromisoformat(sent["time_expire"])
    assert expires == request.expires_at.replace(microsecond=0)


def test_a_request_names_the_key_in_public_key_mode(till: Till, wechat: WechatPlatform) -> None:
    till.gateway.query("ZZJF-nobody")
    assert wechat.heard[-1].headers["wechatpay-serial"].startswith("PUB_KEY_ID_")
    assert wechat.heard[-1].path == f"/v3/pay/transactions/out-trade-no/ZZJF-nobody?mchid={MCHID}"


def test_the_same_order_again_gets_a_fresh_code(till: Till) -> None:
    request = till.order()
    assert till.gateway.create(request) != till.gateway.create(request)


# error codes

CREATING = {
    "OUT_TRADE_NO_USED": GatewayRefused,
    "ORDER_CLOSED": GatewayRefused,
    "ORDERPAID": GatewayRefused,
    "PARAM_ERROR": GatewayRefused,
    "INVALID_REQUEST": GatewayRefused,
    "NO_AUTH": GatewayRefused,
    "RULE_LIMIT": GatewayRefused,
    "MCH_NOT_EXISTS": GatewayRefused,
    "APPID_MCHID_NOT_MATCH": GatewayRefused,
    "SYSTEM_ERROR": GatewayUnavailable,
    "BANK_ERROR": GatewayUnavailable,
    "FREQUENCY_LIMITED": GatewayUnavailable,
    "RATELIMIT_EXCEEDED": GatewayUnavailable,
}


@pytest.mark.parametrize(("code", "kind"), CREATING.items(), ids=list(CREATING))
def test_creating_ends_in(till: Till, code: str, kind: type[Exception]) -> None:
    till.platform.switch(error=code)
    with pytest.raises(GatewayUnavailable) as caught:
        till.gateway.create(till.order())
    assert type(caught.value) is kind
    assert code in str(caught.value)


def test_another_amount_for_the_same_number_is_refused(till: Till) -> None:
    request = till.order()
    till.gateway.create(request)
    with pytest.raises(GatewayRefused, match="OUT_TRADE_NO_USED"):
        till.gateway.create(replace(request, amount_fen=1))


def test_a_closed_number_is_not_opened_again(till: Till) -> None:
    request = till.order()
    till.gateway.create(request)
    till.close(request.number)
    with pytest.raises(GatewayRefused, match="ORDER_CLOSED"):
        till.gateway.create(request)


def test_a_request_we_signed_wrong_changes_nothing(till: Till) -> None:
    till.platform.switch(error="SIGN_ERROR", down="unsigned")
    with pytest.raises(GatewayUnavailable) as caught:
        till.close(till.order().number)
    assert type(caught.value) is GatewayUnavailable


def test_a_refund_goes_by_our_own_number(till: Till, wechat: WechatPlatform) -> None:
    request = replace(till.paid(amount_fen=100), amount_fen=40, reason="因" * 100)
    till.gateway.refund(request)
    sent = json.loads(wechat.heard[-1].body)
    assert (sent["out_trade_no"], sent["out_refund_no"]) == (request.number, request.refund_number)
    assert sent["amount"] == {"refund": 40, "total": 100, "currency": "CNY"}
    assert sent["reason"] == "因" * 80


# bills

BILL_CODES = {
    "NO_STATEMENT_EXIST": [],
    "NO_BILL_EXIST": [],
    "STATEMENT_CREATING": StatementNotReady,
    "BILL_CREATING": StatementNotReady,
    "INVALID_REQUEST": GatewayRefused,
    "SYSTEM_ERROR": GatewayUnavailable,
}


@pytest.mark.parametrize(("code", "expected"), BILL_CODES.items(), ids=list(BILL_CODES))
def test_asking_for_a_bill_ends_in(till: Till, code: str, expected: object) -> None:
    till.platform.switch(error=code)
    try:
        found: object = list(till.gateway.statement_rows(PAST))
    except (StatementNotReady, GatewayUnavailable) as error:
        found = type(error)
    assert found == expected


def test_no_trades_is_not_believed_before_the_file_is_due(till: Till) -> None:
    till.platform.switch(error="NO_STATEMENT_EXIST")
    with pytest.raises(StatementNotReady):
        till.gateway.statement_rows(datetime.now(UTC).date() + timedelta(days=1))


def test_a_bill_is_asked_for_by_day_and_type(till: Till, wechat: WechatPlatform) -> None:
    adapter = till.gateway
    assert isinstance(adapter, WechatGateway)
    request = till.paid(amount_fen=100)
    adapter.refund(request)
    till.platform.switch(statement="ready")
    today = datetime.now(UTC).astimezone().date()
    texts = {kind: adapter.bill(today, kind) for kind in ("ALL", "SUCCESS", "REFUND")}
    assert {kind: text.count(request.number) for kind, text in texts.items()} == {
        "ALL": 2,
        "SUCCESS": 1,
        "REFUND": 1,
    }
    asked = [each.path for each in wechat.heard if each.path.startswith("/v3/bill/tradebill")][-1]
    assert asked.endswith(f"bill_date={today}&bill_type=REFUND&tar_type=GZIP")
