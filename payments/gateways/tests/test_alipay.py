"""Alipay, fact by fact: sub codes, states, notices, and trades that exist only once opened."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import Settings

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
from payments.gateways.testing.alipay_server import (
    APP_ID,
    RETRIES,
    SELLER_ID,
    AlipayPlatform,
)
from payments.gateways.testing.keys import KeyPair, Signer
from payments.gateways.testing.ledger import No, Order
from payments.gateways.testing.platform import Notice
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


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(3600, PaymentState.UNKNOWN), (-59, PaymentState.UNKNOWN), (-61, PaymentState.CLOSED)],
    ids=["in time", "in the margin", "over"],
)
def test_trade_not_exist_is_not_safe_before_time_and_margin_passed(
    till: Till, seconds: int, state: PaymentState
) -> None:
    expires_at = datetime.now(UTC) + timedelta(seconds=seconds)
    assert till.gateway.close(till.order().number, expires_at).state == state


# sub codes

QUERYING = {
    "ACQ.TRADE_NOT_EXIST": PaymentState.UNKNOWN,
    "ACQ.SYSTEM_ERROR": GatewayUnavailable,
    "isp.unknow-error": GatewayUnavailable,
    "ACQ.INVALID_PARAMETER": GatewayRefused,
}


@pytest.mark.parametrize(("code", "expected"), QUERYING.items(), ids=list(QUERYING))
def test_querying_ends_in(till: Till, code: str, expected: object) -> None:
    till.platform.switch(error=code)
    assert ending(lambda: till.gateway.query("ZZJF1")) == expected


CLOSING = {  # sub code of the close -> what it means while the trade waits for its buyer
    "ACQ.TRADE_STATUS_ERROR": GatewayRefused,
    "ACQ.TRADE_HAS_SUCCESS": GatewayRefused,  # the query says otherwise: nothing is known
    "ACQ.REASON_TRADE_STATUS_INVALID": GatewayRefused,
    "ACQ.SYSTEM_ERROR": GatewayUnavailable,
    "isp.unknow-error": GatewayUnavailable,
}


@pytest.mark.parametrize(("code", "expected"), CLOSING.items(), ids=list(CLOSING))
def test_closing_ends_in(till: Till, code: str, expected: object) -> None:
    number = till.opened()
    till.platform.switch(error=code, error_at="trade.close")
    assert ending(lambda: till.close(number)) == expected


@pytest.mark.parametrize("code", ["ACQ.TRADE_STATUS_ERROR", "ACQ.TRADE_HAS_SUCCESS"])
def test_money_that_was_faster_than_the_close_counts(till: Till, code: str) -> None:
    number = till.opened()
    till.platform.pay(number)
    till.platform.switch(error=code, error_at="trade.close")
    assert till.close(number).state == PaymentState.PAID


REFUNDING = {
    "ACQ.SELLER_BALANCE_NOT_ENOUGH": GatewayRefused,
    "ACQ.TRADE_HAS_FINISHED": GatewayRefused,
    "ACQ.DISCORDANT_REPEAT_REQUEST": GatewayRefused,
    "ACQ.SYSTEM_ERROR": GatewayUnavailable,
}


@pytest.mark.parametrize(("code", "expected"), REFUNDING.items(), ids=list(REFUNDING))
def test_refunding_ends_in(till: Till, code: str, expected: object) -> None:
    request = till.paid()
    till.platform.switch(error=code)
    assert ending(lambda: till.gateway.refund(request)) == expected


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
    assert parse(till, alipay.signed_notice(fields)).state == state


def test_a_time_may_carry_fractions_of_a_second(till: Till, alipay: AlipayPlatform) -> None:
    fields = alipay.fields(paid_order(till, alipay))
    fields["gmt_payment"] += ".305"
    answer = parse(till, alipay.signed_notice(fields))
    assert isinstance(answer, PaymentAnswer)
    assert answer.paid_at == alipay.ledger.orders[answer.number].paid_at


@pytest.mark.parametrize("amount", [40, 100], ids=["part: TRADE_SUCCESS", "all: TRADE_CLOSED"])
def test_news_of_a_refund_names_it(till: Till, alipay: AlipayPlatform, amount: int) -> None:
    request = replace(till.paid(amount_fen=100), amount_fen=amount)
    till.gateway.refund(request)
    answer = parse(till, alipay.refund_notice(request.refund_number))
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
        parse(till, alipay.signed_notice(fields))


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
        parse(till, replace(notice, body=body))


def test_a_notice_by_another_key_is_refused(
    till: Till, alipay: AlipayPlatform, merchant_keys: KeyPair
) -> None:
    forger = AlipayPlatform.__new__(AlipayPlatform)
    forger.signer = Signer(merchant_keys, merchant_keys)
    with pytest.raises(NotificationRefused, match="signature"):
        parse(till, forger.signed_notice(alipay.fields(paid_order(till, alipay))))


def test_empty_fields_are_signed_too(till: Till, alipay: AlipayPlatform) -> None:
    order = paid_order(till, alipay)
    assert alipay.fields(order)["body"] == ""
    assert parse(till, alipay.notice(order)).number == order.number


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


# bills


@pytest.mark.parametrize("code", ["isp.bill_not_exist", "BILL_NOT_EXIST", "isv.bill-not-exist"])
def test_no_bill_is_no_trades_only_after_a_day_of_grace(till: Till, code: str) -> None:
    till.platform.switch(error=code)
    assert list(till.gateway.statement_rows(PAST)) == []
    yesterday = datetime.now(UTC).astimezone().date() - timedelta(days=1)
    with pytest.raises(StatementNotReady):
        till.gateway.statement_rows(yesterday)


@pytest.mark.parametrize("spoil", ["plain", "elsewhere"])
def test_what_is_not_a_bill_is_no_answer(till: Till, spoil: str) -> None:
    number = till.opened()
    till.platform.switch(number, settle_at="2024-03-14T12:00:00+08:00")
    till.platform.pay(number)
    till.platform.switch(spoil=spoil)
    with pytest.raises(GatewayUnavailable):
        till.gateway.statement_rows(PAST)


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
    assert [row.amount_fen for row in rows] == [100]


def ending(call: Callable[[], PaymentAnswer | RefundAnswer]) -> object:
    """The state that is answered, or the kind of what is raised."""
    try:
        return call().state
    except GatewayUnavailable as error:
        return type(error)


def paid_order(till: Till, alipay: AlipayPlatform) -> Order:
    """An order of the platform's that is paid."""
    number = till.opened()
    till.platform.pay(number)
    return alipay.ledger.orders[number]


def parse(till: Till, notice: Notice) -> Notification:
    """What the adapter makes of a notice that comes now."""
    return till.gateway.parse_notification(notice.body, notice.headers, datetime.now(UTC))
