"""WeChat Pay's notices: states, headers, replays, and what is rightly signed but wrong."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from payments.cashier.testing.merchant import Merchant
from payments.gateways.base import (
    NotificationRefused,
    PaymentState,
    RefundState,
)
from payments.gateways.registry import gateway
from payments.gateways.testing.wechat_server import API_KEY, MCHID, RETRIES, WechatPlatform
from payments.gateways.tests.conftest import Till, paid_order


@pytest.fixture
def till(wechat: WechatPlatform, merchant: Merchant) -> Till:
    """Only this channel."""
    return Till(gateway("wechat"), wechat, merchant)


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
    assert till.told(notice).state == state


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
    answer = till.told(notice)
    assert (answer.state, answer.amount_fen) == (state, 70)


@pytest.mark.parametrize("event", ["REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"])
def test_news_of_a_refund_names_it(till: Till, wechat: WechatPlatform, event: str) -> None:
    request = till.paid()
    till.gateway.refund(request)
    answer = till.told(wechat.refund_notice(request.refund_number, event))
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
        till.told(wechat.sealed_notice("TRANSACTION.SUCCESS", told))


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
        till.told(replace(notice, headers={**notice.headers, **change}))
    assert len(wechat.heard) == asked_before


def test_the_type_of_the_signature_may_be_left_out(till: Till, wechat: WechatPlatform) -> None:
    order = paid_order(till, wechat)
    notice = wechat.notice(order)
    del notice.headers["Wechatpay-Signature-Type"]
    assert till.told(notice).number == order.number


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
        till.told(wechat.sealed_notice("TRANSACTION.SUCCESS", told, key=other))


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
        till.told(wechat.sealed_notice("COUPON.USE", told))


def test_a_refund_of_another_merchant_is_refused(till: Till, wechat: WechatPlatform) -> None:
    request = till.paid()
    till.gateway.refund(request)
    told = {**wechat.told(wechat.ledger.refunds[request.refund_number]), "mchid": "1900000110"}
    with pytest.raises(NotificationRefused, match="merchant"):
        till.told(wechat.sealed_notice("REFUND.SUCCESS", told))
