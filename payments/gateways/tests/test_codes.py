"""What every error code of WeChat Pay and Alipay means, act by act: one table for both channels."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from payments.cashier.testing.merchant import Merchant
from payments.gateways.base import GatewayRefused, GatewayUnavailable, PaymentState
from payments.gateways.tests.conftest import Till, ending, make_till

PAST = date(2024, 3, 14)
WECHAT, ALIPAY = "wechat", "alipay-page"
CLOSE = {WECHAT: "/close", ALIPAY: "trade.close"}
Codes = Mapping[str, Mapping[str, object]]

QUERYING: Codes = {
    WECHAT: {
        "ORDER_NOT_EXIST": PaymentState.UNKNOWN,
        "SYSTEM_ERROR": GatewayUnavailable,
        "RULE_LIMIT": GatewayRefused,
        "FREQUENCY_LIMITED": GatewayUnavailable,
    },
    ALIPAY: {
        "ACQ.TRADE_NOT_EXIST": PaymentState.UNKNOWN,
        "ACQ.SYSTEM_ERROR": GatewayUnavailable,
        "isp.unknow-error": GatewayUnavailable,
        "ACQ.INVALID_PARAMETER": GatewayRefused,
    },
}
CLOSING: Codes = {  # code of the close -> what it means while nothing is paid
    WECHAT: {
        "ORDER_CLOSED": PaymentState.CLOSED,
        "USERPAYING": GatewayUnavailable,
        "USER_PAYING": GatewayUnavailable,
        "SYSTEM_ERROR": GatewayUnavailable,
        "INVALID_REQUEST": GatewayRefused,
        "ORDERPAID": GatewayRefused,  # the query says otherwise: nothing is known
    },
    ALIPAY: {
        "ACQ.TRADE_STATUS_ERROR": GatewayRefused,
        "ACQ.TRADE_HAS_SUCCESS": GatewayRefused,  # the query says otherwise: nothing is known
        "ACQ.REASON_TRADE_STATUS_INVALID": GatewayRefused,
        "ACQ.SYSTEM_ERROR": GatewayUnavailable,
        "isp.unknow-error": GatewayUnavailable,
    },
}
CLOSING_TOO_LATE: Codes = {  # the same while the money was faster
    WECHAT: dict.fromkeys(["ORDERPAID", "INVALID_REQUEST", "RULE_LIMIT"], PaymentState.PAID),
    ALIPAY: dict.fromkeys(["ACQ.TRADE_STATUS_ERROR", "ACQ.TRADE_HAS_SUCCESS"], PaymentState.PAID),
}
REFUNDING: Codes = {
    WECHAT: {
        "NOT_ENOUGH": GatewayRefused,
        "USER_ACCOUNT_ABNORMAL": GatewayRefused,
        "RESOURCE_NOT_EXISTS": GatewayRefused,
        "INVALID_REQUEST": GatewayRefused,
        "SYSTEM_ERROR": GatewayUnavailable,
        "FREQUENCY_LIMITED": GatewayUnavailable,
    },
    ALIPAY: {
        "ACQ.SELLER_BALANCE_NOT_ENOUGH": GatewayRefused,
        "ACQ.TRADE_HAS_FINISHED": GatewayRefused,
        "ACQ.DISCORDANT_REPEAT_REQUEST": GatewayRefused,
        "ACQ.SYSTEM_ERROR": GatewayUnavailable,
    },
}
UNSEEN = {  # seconds that are left -> what a close means of a number that was never opened
    "in time": (3600, PaymentState.UNKNOWN),
    "in the margin": (-59, PaymentState.UNKNOWN),
    "over": (-61, PaymentState.CLOSED),
}
SPOILT = {WECHAT: ("hash", "plain", "elsewhere"), ALIPAY: ("plain", "elsewhere")}


def rows(codes: Codes) -> list[object]:
    """Every code of every channel, by name."""
    return [
        pytest.param(channel, code, expected, id=f"{channel}-{code}")
        for channel, known in codes.items()
        for code, expected in known.items()
    ]


@pytest.fixture
def till(channel: str, request: pytest.FixtureRequest, merchant: Merchant) -> Till:
    return make_till(channel, request, merchant)


@pytest.mark.parametrize(("channel", "code", "expected"), rows(QUERYING))
def test_querying_ends_in(till: Till, code: str, expected: object) -> None:
    till.platform.switch(error=code)
    assert ending(lambda: till.gateway.query("ZZJF20250314")) == expected


@pytest.mark.parametrize(("channel", "code", "expected"), rows(CLOSING))
def test_closing_ends_in(till: Till, channel: str, code: str, expected: object) -> None:
    number = till.opened()
    till.platform.switch(error=code, error_at=CLOSE[channel])
    assert ending(lambda: till.close(number)) == expected


@pytest.mark.parametrize(("channel", "code", "expected"), rows(CLOSING_TOO_LATE))
def test_money_that_was_faster_than_the_close_counts(
    till: Till, channel: str, code: str, expected: object
) -> None:
    number = till.opened()
    till.platform.pay(number)
    till.platform.switch(error=code, error_at=CLOSE[channel])
    assert ending(lambda: till.close(number)) == expected


@pytest.mark.parametrize(("channel", "code", "expected"), rows(REFUNDING))
def test_refunding_ends_in(till: Till, code: str, expected: object) -> None:
    request = till.paid()
    till.platform.switch(error=code)
    assert ending(lambda: till.gateway.refund(request)) == expected


@pytest.mark.parametrize("channel", [WECHAT, ALIPAY])
@pytest.mark.parametrize(("seconds", "state"), UNSEEN.values(), ids=list(UNSEEN))
def test_a_number_never_seen_is_closed_once_its_time_is_over(
    till: Till, seconds: int, state: PaymentState
) -> None:
    expires_at = datetime.now(UTC) + timedelta(seconds=seconds)
    assert till.gateway.close(till.order().number, expires_at).state == state


@pytest.mark.parametrize(
    ("channel", "spoil"), [(name, spoil) for name, known in SPOILT.items() for spoil in known]
)
def test_a_bill_that_is_not_the_promised_file_is_refused(till: Till, spoil: str) -> None:
    number = till.opened()
    till.platform.switch(number, settle_at="2024-03-14T12:00:00+08:00")
    till.platform.pay(number)
    till.platform.switch(spoil=spoil)
    with pytest.raises(GatewayUnavailable):
        till.gateway.statement_rows(PAST)
