"""WeChat Pay, fact by fact: error codes, states, headers of notices, bills' codes."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from payments.cashier.testing.merchant import Merchant
from payments.gateways.base import (
    GatewayRefused,
    GatewayUnavailable,
    Notification,
    NotificationRefused,
    PaymentAnswer,
    PaymentState,
    RefundAnswer,
    RefundState,
    StatementNotReady,
)
from payments.gateways.registry import gateway
from payments.gateways.testing.ledger import Order
from payments.gateways.testing.platform import Notice
from payments.gateways.testing.wechat_server import API_KEY, MCHID, RETRIES, WechatPlatform
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


QUERYING = {
    "ORDER_NOT_EXIST": PaymentState.UNKNOWN,
    "SYSTEM_ERROR": GatewayUnavailable,
    "RULE_LIMIT": GatewayRefused,
    "FREQUENCY_LIMITED": GatewayUnavailable,
}


@pytest.mark.parametrize(("code", "expected"), QUERYING.items(), ids=list(QUERYING))
def test_querying_ends_in(till: Till, code: str, expected: object) -> None:
    till.platform.switch(error=code)
    assert ending(lambda: till.gateway.query("ZZJF20250314")) == expected


CLOSING = {  # code of the close -> what it means while the order is unpaid
    "ORDER_CLOSED": PaymentState.CLOSED,
    "USERPAYING": GatewayUnavailable,
    "USER_PAYING": GatewayUnavailable,
    "SYSTEM_ERROR": GatewayUnavailable,
    "INVALID_REQUEST": GatewayRefused,
    "ORDERPAID": GatewayRefused,  # the query says otherwise: nothing is known
}


@pytest.mark.parametrize(("code", "expected"), CLOSING.items(), ids=list(CLOSING))
def test_closing_ends_in(till: Till, code: str, expected: object) -> None:
    number = till.opened()
    till.platform.switch(error=code, error_at="/close")
    assert ending(lambda: till.close(number)) == expected


@pytest.mark.parametrize("code", ["ORDERPAID", "INVALID_REQUEST", "RULE_LIMIT"])
def test_money_that_was_faster_than_the_close_counts(till: Till, code: str) -> None:
    number = till.opened()
    till.platform.pay(number)
    till.platform.switch(error=code, error_at="/close")
    assert till.close(number).state == PaymentState.PAID


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(3600, PaymentState.UNKNOWN), (-59, PaymentState.UNKNOWN), (-61, PaymentState.CLOSED)],
    ids=["in time", "in the margin", "over"],
)
def test_a_number_never_seen_is_closed_once_its_time_is_over(
    till: Till, seconds: int, state: PaymentState
) -> None:
    expires_at = datetime.now(UTC) + timedelta(seconds=seconds)
    assert till.gateway.close(till.order().number, expires_at).state == state


REFUNDING = {
    "NOT_ENOUGH": GatewayRefused,
    "USER_ACCOUNT_ABNORMAL": GatewayRefused,
    "RESOURCE_NOT_EXISTS": GatewayRefused,
    "INVALID_REQUEST": GatewayRefused,
    "SYSTEM_ERROR": GatewayUnavailable,
    "FREQUENCY_LIMITED": GatewayUnavailable,
}


@pytest.mark.parametrize(("code", "expected"), REFUNDING.items(), ids=list(REFUNDING))
def test_refunding_ends_in(till: Till, code: str, expected: object) -> None:
    request = till.paid()
    till.platform.switch(error=code)
    assert ending(lambda: till.gateway.refund(request)) == expected


def test_a_refund_goes_by_our_own_number(till: Till, wechat: WechatPlatform) -> None:
    request = replace(till.paid(amount_fen=100), amount_fen=40, reason="因" * 100)
    till.gateway.refund(request)
    sent = json.loads(wechat.heard[-1].body)
    assert (sent["out_trade_no"], sent["out_refund_no"]) == (request.number, request.refund_number)
    assert sent["amount"] == {"refund": 40, "total": 100, "currency": "CNY"}
    assert sent["reason"] == "因" * 80


# states

STATES = {
    "SUCCESS": PaymentState.PAID,
    "REFUND": PaymentState.PAID,
    "NOTPAY": PaymentState.UNPAID,
    "USERPAYING": PaymentState.UNPAID,
    "PAYERROR": PaymentState.UNPAID,
    "CLOSED": PaymentState.CLOSED,
    "REVOKED": PaymentState.CLOSED,
}


@pytest.mark.parametrize(("word", "state"), STATES.items(), ids=list(STATES))
def test_trade_state(till: Till, wechat: WechatPlatform, word: str, state: PaymentState) -> None:
    order = paid_order(till, wechat)
    told = {**wechat.transaction(order), "trade_state": word}
    notice = wechat.sealed_notice("TRANSACTION.SUCCESS", told)
    assert parse(till, notice).state == state


REFUND_STATES = {
    "PROCESSING": RefundState.ACCEPTED,
    "SUCCESS": RefundState.ARRIVED,
    "ABNORMAL": RefundState.FAILED,
    "CLOSED": RefundState.FAILED,
}


@pytest.mark.parametrize(("word", "state"), REFUND_STATES.items(), ids=list(REFUND_STATES))
def test_refund_status(till: Till, wechat: WechatPlatform, word: str, state: RefundState) -> None:
    request = till.paid(amount_fen=70)
    till.gateway.refund(request)
    told = {**wechat.told(wechat.ledger.refunds[request.refund_number]), "refund_status": word}
    notice = wechat.sealed_notice("REFUND.SUCCESS", {**told, "mchid": MCHID})
    answer = parse(till, notice)
    assert (answer.state, answer.amount_fen) == (state, 70)


@pytest.mark.parametrize("event", ["REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"])
def test_news_of_a_refund_names_it(till: Till, wechat: WechatPlatform, event: str) -> None:
    request = till.paid()
    till.gateway.refund(request)
    answer = parse(till, wechat.refund_notice(request.refund_number, event))
    asked = till.gateway.query_refund(request.number, request.refund_number)
    assert replace(answer, raw="") == replace(asked, raw="")


# notices

WRONG = {
    "another merchant": {"mchid": "1900000110"},
    "another app": {"appid": "wx0"},
    "no number": {"out_trade_no": ""},
    "unheard-of state": {"trade_state": "PAID"},
    "no trade number": {"transaction_id": ""},
    "no time": {"success_time": ""},
    "time without zone": {"success_time": "2025-03-14T14:00:00"},
    "no amount": {"amount": None},
    "amount as text": {"amount": {"total": "100"}},
    "amount as fraction": {"amount": {"total": 1.5}},
    "amount as truth": {"amount": {"total": True}},
    "nothing": {"amount": {"total": 0}},
    "less than nothing": {"amount": {"total": -1}},
    "another currency": {"amount": {"total": 100, "currency": "USD"}},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=list(WRONG))
def test_rightly_signed_nonsense_is_refused(
    till: Till, wechat: WechatPlatform, change: dict[str, object]
) -> None:
    told = {**wechat.transaction(paid_order(till, wechat)), **change}
    with pytest.raises(NotificationRefused):
        parse(till, wechat.sealed_notice("TRANSACTION.SUCCESS", told))


HEADERS = {
    "no timestamp": ({"Wechatpay-Timestamp": ""}, "signature"),
    "another timestamp": ({"Wechatpay-Timestamp": "1700000000"}, "signature"),
    "no nonce": ({"Wechatpay-Nonce": ""}, "signature"),
    "another nonce": ({"Wechatpay-Nonce": "593BEC0C930BF1AFEB40B4A08C8FB242"}, "signature"),
    "no signature": ({"Wechatpay-Signature": ""}, "signature"),
    "no base64": ({"Wechatpay-Signature": "签名"}, "signature"),
    "probe": ({"Wechatpay-Signature": "WECHATPAY/SIGNTEST/" + "A" * 300}, "signature"),
    "no serial": ({"Wechatpay-Serial": ""}, "serial"),
    "a certificate's serial": ({"Wechatpay-Serial": "5157F09EFDC096DE15EBE81A47057A72"}, "serial"),
    "a serial that is no number": ({"Wechatpay-Serial": "zz"}, "serial"),
    "another algorithm": ({"Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"}, "signature"),
}


@pytest.mark.parametrize(("change", "code"), HEADERS.values(), ids=list(HEADERS))
def test_a_wrong_header_is_refused_without_asking_anybody(
    till: Till, wechat: WechatPlatform, change: dict[str, str], code: str
) -> None:
    notice = wechat.notice(paid_order(till, wechat))
    asked_before = len(wechat.heard)
    with pytest.raises(NotificationRefused, match=code):
        parse(till, replace(notice, headers={**notice.headers, **change}))
    assert len(wechat.heard) == asked_before


def test_the_type_of_the_signature_may_be_left_out(till: Till, wechat: WechatPlatform) -> None:
    order = paid_order(till, wechat)
    notice = wechat.notice(order)
    del notice.headers["Wechatpay-Signature-Type"]
    assert parse(till, notice).number == order.number


@pytest.mark.parametrize(
    ("age", "fresh"),
    [(0, True), (299, True), (302, False), (-299, True), (-302, False), (86_400, False)],
    ids=["now", "nearly five minutes", "more", "ahead", "too far ahead", "a day"],
)
def test_a_replayed_notice_is_refused(
    till: Till, wechat: WechatPlatform, age: int, fresh: bool
) -> None:
    order, now = paid_order(till, wechat), datetime.now(UTC)
    sent_at = int(now.timestamp()) - age
    told = wechat.transaction(order)
    notice = wechat.sealed_notice("TRANSACTION.SUCCESS", told, sent_at=sent_at)
    if fresh:
        assert till.gateway.parse_notification(notice.body, notice.headers, now).number
    else:
        with pytest.raises(NotificationRefused, match="stale"):
            till.gateway.parse_notification(notice.body, notice.headers, now)


@pytest.mark.parametrize(
    "attempt", range(len(RETRIES)), ids=[f"after {pause} s" for pause in RETRIES]
)
def test_every_delivery_of_a_day_says_the_same(
    till: Till, wechat: WechatPlatform, attempt: int
) -> None:
    order = paid_order(till, wechat)
    now = datetime.now(UTC) + timedelta(seconds=sum(RETRIES[: attempt + 1]))
    told = wechat.transaction(order)
    notice = wechat.sealed_notice("TRANSACTION.SUCCESS", told, sent_at=int(now.timestamp()))
    answer = till.gateway.parse_notification(notice.body, notice.headers, now)
    asked = till.gateway.query(order.number)
    assert replace(answer, raw="") == replace(asked, raw="")


def test_the_deliveries_spread_over_a_day_and_four_minutes() -> None:
    assert timedelta(seconds=sum(RETRIES)) == timedelta(hours=24, minutes=4)


def test_a_notice_for_another_key_is_refused(till: Till, wechat: WechatPlatform) -> None:
    told = wechat.transaction(paid_order(till, wechat))
    other = API_KEY[::-1]
    with pytest.raises(NotificationRefused, match="malformed"):
        parse(till, wechat.sealed_notice("TRANSACTION.SUCCESS", told, key=other))


BODIES = {
    "no json": b"SUCCESS",
    "a list": b"[]",
    "not text": b"\xff\xfe",
    "no resource": b'{"event_type":"TRANSACTION.SUCCESS"}',
    "resource is text": b'{"resource":"x"}',
    "another algorithm": b'{"resource":{"algorithm":"AES"}}',
    "no ciphertext": b'{"resource":{"algorithm":"AEAD_AES_256_GCM","nonce":"123456789012"}}',
    "no nonce": b'{"resource":{"algorithm":"AEAD_AES_256_GCM","ciphertext":"AAAA"}}',
    "no base64": b'{"resource":{"algorithm":"AEAD_AES_256_GCM","ciphertext":"A","nonce":"1"}}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
def test_a_signed_body_without_a_notice_is_refused(
    till: Till, wechat: WechatPlatform, body: bytes
) -> None:
    headers = wechat.seal(body, wechat.switches())
    with pytest.raises(NotificationRefused, match="malformed"):
        till.gateway.parse_notification(body, headers, datetime.now(UTC))


def test_an_event_nobody_expects_is_refused(till: Till, wechat: WechatPlatform) -> None:
    told = wechat.transaction(paid_order(till, wechat))
    with pytest.raises(NotificationRefused, match="event"):
        parse(till, wechat.sealed_notice("COUPON.USE", told))


def test_a_refund_of_another_merchant_is_refused(till: Till, wechat: WechatPlatform) -> None:
    request = till.paid()
    till.gateway.refund(request)
    told = {**wechat.told(wechat.ledger.refunds[request.refund_number]), "mchid": "1900000110"}
    with pytest.raises(NotificationRefused, match="merchant"):
        parse(till, wechat.sealed_notice("REFUND.SUCCESS", told))


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


@pytest.mark.parametrize("spoil", ["hash", "plain", "elsewhere"])
def test_a_bill_that_is_not_the_promised_file_is_refused(till: Till, spoil: str) -> None:
    number = till.opened()
    till.platform.switch(number, settle_at="2024-03-14T12:00:00+08:00")
    till.platform.pay(number)
    till.platform.switch(spoil=spoil)
    with pytest.raises(GatewayUnavailable):
        till.gateway.statement_rows(PAST)


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


def ending(call: Callable[[], PaymentAnswer | RefundAnswer]) -> object:
    """The state that is answered, or the kind of what is raised."""
    try:
        return call().state
    except GatewayUnavailable as error:
        return type(error)


def paid_order(till: Till, wechat: WechatPlatform) -> Order:
    """An order of the platform's that is paid."""
    number = till.opened()
    till.platform.pay(number)
    return wechat.ledger.orders[number]


def parse(till: Till, notice: Notice) -> Notification:
    """What the adapter makes of a notice that comes now."""
    return till.gateway.parse_notification(notice.body, notice.headers, datetime.now(UTC))
