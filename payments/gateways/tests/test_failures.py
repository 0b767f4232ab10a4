"""A channel that is down, slow or talks nonsense: ``GatewayUnavailable``, soon, from every method.

Nothing of it may look like an answer about an order, or like a refusal.
"""

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from pytest_django import Settings

from payments.cashier.testing.merchant import Merchant
from payments.gateways.base import Gateway, GatewayUnavailable, PaymentRequest, RefundRequest
from payments.gateways.registry import gateway
from payments.gateways.tests.conftest import CHANNELS, Till, make_till

OUTAGES = ["503", "closed", "half", "html", "truncated", "forged", "stranger"]
THEIRS = ["json", "unsigned"]  # what only the two big channels are asked to do
PAST = date(2024, 3, 14)

Calls = dict[str, Callable[[], object]]


@pytest.fixture
def paid(till: Till) -> tuple[PaymentRequest, RefundRequest]:
    """An order with money to send back, so that only the outage can be in the way."""
    refund = till.paid()
    request = till.order()
    till.visit(till.gateway.create(request))
    return request, refund


def calls(adapter: Gateway, request: PaymentRequest, refund: RefundRequest) -> Calls:
    """Every question a channel is asked, by name."""
    return {
        "create": lambda: adapter.create(request),
        "query": lambda: adapter.query(request.number),
        "close": lambda: adapter.close(request.number, request.expires_at),
        "refund": lambda: adapter.refund(refund),
        "query_refund": lambda: adapter.query_refund(refund.number, refund.refund_number),
        "statement": lambda: adapter.statement(PAST),
        "statement_rows": lambda: list(adapter.statement_rows(PAST)),
    }


def outcome(call: Callable[[], object]) -> str:
    """The name of what is raised; the value when something came back."""
    try:
        return f"answered {call()!r}"
    except GatewayUnavailable as error:
        return type(error).__name__


def asked(all_calls: Calls, till: Till) -> Calls:
    """Alipay's page is made without asking anybody."""
    if till.gateway.channel == "alipay" and not till.gateway.pays_by_code:
        return {name: call for name, call in all_calls.items() if name != "create"}
    return all_calls


@pytest.mark.parametrize("down", OUTAGES)
def test_no_usable_answer_means_unavailable(
    till: Till, paid: tuple[PaymentRequest, RefundRequest], down: str
) -> None:
    wanted = asked(calls(till.gateway, *paid), till)
    till.platform.switch(down=down, statement="ready")
    start = time.monotonic()
    said = {name: outcome(call) for name, call in wanted.items()}
    assert said == dict.fromkeys(wanted, "GatewayUnavailable")
    assert time.monotonic() - start < 3  # for all of them


@pytest.mark.parametrize("till", CHANNELS[1:], indirect=True)
@pytest.mark.parametrize("down", THEIRS)
def test_what_is_not_signed_is_no_answer(
    till: Till, paid: tuple[PaymentRequest, RefundRequest], down: str
) -> None:
    wanted = asked(calls(till.gateway, *paid), till)
    till.platform.switch(down=down, statement="ready")
    said = {name: outcome(call) for name, call in wanted.items()}
    assert said == dict.fromkeys(wanted, "GatewayUnavailable")


@pytest.mark.parametrize("name", CHANNELS)
def test_nobody_there_and_nobody_answering(
    name: str, request: pytest.FixtureRequest, merchant: Merchant, settings: Settings
) -> None:
    till = make_till(name, request, merchant)
    order, refund = till.order(), till.paid()
    settings.GATEWAY_TIMEOUT = settings.FINANCE_TIMEOUT = 0.1
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts, and never says a word
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings.FINANCE_URL = settings.WECHAT_URL = settings.ALIPAY_URL = address
        gateway.cache_clear()
        wanted = asked(calls(gateway(till.gateway.channel), order, refund), till)
        start = time.monotonic()
        with ThreadPoolExecutor(len(wanted)) as pool:
            said = dict(zip(wanted, pool.map(outcome, wanted.values()), strict=True))
        assert time.monotonic() - start < 3  # the bill, which no page waits for, takes the most
    gone = {call: outcome(run) for call, run in wanted.items()}
    assert said == gone == dict.fromkeys(wanted, "GatewayUnavailable")


@pytest.mark.parametrize("name", CHANNELS)
def test_a_slow_channel_costs_what_the_settings_say(
    name: str, request: pytest.FixtureRequest, merchant: Merchant, settings: Settings
) -> None:
    till = make_till(name, request, merchant)
    order, refund = till.order(), till.paid()
    settings.GATEWAY_TIMEOUT = settings.FINANCE_TIMEOUT = 0.2
    gateway.cache_clear()
    till.platform.switch(slow=4)
    wanted = asked(calls(gateway(till.gateway.channel), order, refund), till)
    del wanted["statement"], wanted["statement_rows"]
    start = time.monotonic()
    said = {call: outcome(run) for call, run in wanted.items()}
    assert said == dict.fromkeys(wanted, "GatewayUnavailable")
    assert time.monotonic() - start < 3  # for all of them


def test_the_limit_of_the_settings_is_under_three_seconds(settings: Settings) -> None:
    assert (settings.FINANCE_TIMEOUT, settings.GATEWAY_TIMEOUT) == (2.5, 2.5)


@pytest.mark.parametrize("till", CHANNELS[1:], indirect=True)
def test_closing_asks_twice_within_one_limit(till: Till, settings: Settings) -> None:
    settings.GATEWAY_TIMEOUT = 0.5
    gateway.cache_clear()
    number = till.opened()
    till.platform.pay(number)
    till.platform.switch(slow=0.3)  # the close is refused, and the question comes too late
    with pytest.raises(GatewayUnavailable, match="Timeout"):
        gateway(till.gateway.channel).close(number, datetime.now(UTC))
