"""Alipay's notices: states, signatures, deliveries, and what is rightly signed but wrong."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from payments.cashier.testing.merchant import Merchant
from payments.gateways.base import (
    NotificationRefused,
    PaymentAnswer,
    PaymentState,
    RefundAnswer,
    RefundState,
)
from payments.gateways.registry import gateway
from payments.gateways.testing.alipay_server import (
    RETRIES,
    AlipayPlatform,
)
from payments.gateways.testing.keys import KeyPair, Signer
from payments.gateways.tests.conftest import Till, paid_order


@pytest.fixture
def till(alipay: AlipayPlatform, merchant: Merchant) -> Till:
    """Only this channel, by page."""
    return Till(gateway("alipay"), alipay, merchant, alipay.visit)


# states

PAID_AT = {"gmt_payment": "2025-03-14 14:05:06"}
STATES = {
    "waiting for its buyer": ({"trade_status": "WAIT_BUYER_PAY"}, PaymentState.UNPAID),
    "success": ({"trade_status": "TRADE_SUCCESS", **PAID_AT}, PaymentState.PAID),
    "finished": ({"trade_status": "TRADE_FINISHED", **PAID_AT}, PaymentState.PAID),
    "closed by time": ({"trade_status": "TRADE_CLOSED"}, PaymentState.CLOSED),
    "closed by refund": ({"trade_status": "TRADE_CLOSED", **PAID_AT}, PaymentState.PAID),
}


@pytest.mark.parametrize(("change", "state"), STATES.values(), ids=list(STATES))
def test_trade_status(
    till: Till, alipay: AlipayPlatform, change: dict[str, str], state: PaymentState
) -> None:
    fields = {**alipay.fields(alipay.ledger.orders[till.opened()]), **change}
    fields["trade_no"] = "2025031422001"
    assert till.told(alipay.signed_notice(fields)).state == state


def test_a_time_may_carry_fractions_of_a_second(till: Till, alipay: AlipayPlatform) -> None:
    fields = alipay.fields(paid_order(till, alipay))
    fields["gmt_payment"] += ".305"
    answer = till.told(alipay.signed_notice(fields))
    assert isinstance(answer, PaymentAnswer)
    assert answer.paid_at == alipay.ledger.orders[answer.number].paid_at


@pytest.mark.parametrize("amount", [40, 100], ids=["part: TRADE_SUCCESS", "all: TRADE_CLOSED"])
def test_news_of_a_refund_names_it(till: Till, alipay: AlipayPlatform, amount: int) -> None:
    request = replace(till.paid(amount_fen=100), amount_fen=amount)
    till.gateway.refund(request)
    answer = till.told(alipay.refund_notice(request.refund_number))
    assert isinstance(answer, RefundAnswer)
    assert (answer.number, answer.refund_number, answer.state, answer.amount_fen) == (
        request.number, request.refund_number, RefundState.ACCEPTED, 0,
    )  # fmt: skip


# notices

WRONG = {
    "another app": ({"app_id": "2014072300007149"}, "merchant"),
    "another seller": ({"seller_id": "2088101117955612"}, "merchant"),
    "no number": ({"out_trade_no": ""}, "malformed"),
    "no trade number": ({"trade_no": ""}, "malformed"),
    "unheard-of state": ({"trade_status": "PAID"}, "malformed"),
    "no amount": ({"total_amount": ""}, "malformed"),
    "no number as amount": ({"total_amount": "一百"}, "malformed"),
    "parts of a fen": ({"total_amount": "1.005"}, "malformed"),
    "nothing": ({"total_amount": "0.00"}, "malformed"),
    "less than nothing": ({"total_amount": "-1.00"}, "malformed"),
    "no time": ({"gmt_payment": ""}, "malformed"),
    "nonsense as time": ({"gmt_payment": "14:05"}, "malformed"),
}


@pytest.mark.parametrize(("change", "code"), WRONG.values(), ids=list(WRONG))
def test_rightly_signed_nonsense_is_refused(
    till: Till, alipay: AlipayPlatform, change: dict[str, str], code: str
) -> None:
    fields = {**alipay.fields(paid_order(till, alipay)), **change}
    with pytest.raises(NotificationRefused, match=code):
        till.told(alipay.signed_notice(fields))


TAMPERED: dict[str, Callable[[bytes], bytes]] = {
    "amount": lambda body: body.replace(b"total_amount=1100.00", b"total_amount=1.00"),
    "state": lambda body: body.replace(b"TRADE_SUCCESS", b"TRADE_CLOSED"),
    "one field more": lambda body: body + b"&more=1",
    "a field twice": lambda body: body + b"&total_amount=1100.00",
    "another sign twice": lambda body: body + b"&sign=AAAA",
    "a field less": lambda body: body.replace(b"&version=1.0", b""),
    "no sign": lambda body: body.replace(b"&sign=", b"&sing="),
    "empty sign": lambda body: body[: body.index(b"&sign=")] + b"&sign=&sign_type=RSA2",
    "no base64": lambda body: body[: body.index(b"&sign=")] + b"&sign=%E7%AD%BE&sign_type=RSA2",
    "RSA with SHA-1": lambda body: body.replace(b"sign_type=RSA2", b"sign_type=RSA"),
    "half": lambda body: body[: len(body) // 2],
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=list(TAMPERED))
def test_a_changed_notice_is_refused(
    till: Till, alipay: AlipayPlatform, change: Callable[[bytes], bytes]
) -> None:
    notice = alipay.notice(paid_order(till, alipay))
    body = change(notice.body)
    assert body != notice.body
    with pytest.raises(NotificationRefused, match="signature"):
        till.told(replace(notice, body=body))


def test_a_notice_by_another_key_is_refused(
    till: Till, alipay: AlipayPlatform, merchant_keys: KeyPair
) -> None:
    forger = AlipayPlatform.__new__(AlipayPlatform)
    forger.signer = Signer(merchant_keys, merchant_keys)
    with pytest.raises(NotificationRefused, match="signature"):
        till.told(forger.signed_notice(alipay.fields(paid_order(till, alipay))))


def test_empty_fields_are_signed_too(till: Till, alipay: AlipayPlatform) -> None:
    order = paid_order(till, alipay)
    assert alipay.fields(order)["body"] == ""
    assert till.told(alipay.notice(order)).number == order.number


@pytest.mark.parametrize(
    "attempt", range(len(RETRIES)), ids=[f"after {pause} s" for pause in RETRIES]
)
def test_the_same_notice_is_good_for_25_hours(
    till: Till, alipay: AlipayPlatform, attempt: int
) -> None:
    order = paid_order(till, alipay)
    notice = alipay.notice(order)
    now = datetime.now(UTC) + timedelta(seconds=sum(RETRIES[: attempt + 1]))
    answer = till.gateway.parse_notification(notice.body, notice.headers, now)
    asked = till.gateway.query(order.number)
    assert replace(answer, raw="") == replace(asked, raw="")


def test_eight_deliveries_spread_over_25_hours() -> None:
    assert (len(RETRIES) + 1, sum(RETRIES) // 3600) == (8, 24)


@pytest.mark.parametrize(
    ("says", "understood"),
    [("success", True), ("success\n", False), ("SUCCESS", False), ("<p>success</p>", False)],
)
def test_only_seven_bytes_end_the_deliveries(
    till: Till, alipay: AlipayPlatform, says: str, understood: bool
) -> None:
    till.merchant.says = says
    number = till.opened()
    till.platform.pay(number)
    assert till.platform.order(number)["callbacks"][0]["understood"] is understood
    assert len(till.gateway.acknowledgement()[0].encode()) == 7
