"""What only the college's own platform promises: its codes, its callbacks, its file."""

import json
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import Settings

from payments.cashier.testing.merchant import Merchant
from payments.cashier.testing.process import CashierProcess
from payments.gateways.base import (
    GatewayRefused,
    GatewayUnavailable,
    NotificationRefused,
    PaymentState,
    StatementNotReady,
)
from payments.gateways.registry import gateway
from payments.gateways.tests.conftest import Till


@pytest.fixture
def till(cashier: CashierProcess, merchant: Merchant) -> Till:
    """Only this channel."""
    return Till(gateway("finance"), cashier, merchant)


def test_handing_an_order_over_twice_gives_the_same_page(till: Till) -> None:
    request = till.order()
    assert till.gateway.create(request) == till.gateway.create(request)


def test_another_amount_for_the_same_number_is_refused(till: Till) -> None:
    request = till.order()
    till.gateway.create(request)
    with pytest.raises(GatewayRefused, match="amount_differs"):
        till.gateway.create(replace(request, amount_fen=request.amount_fen + 1))
    assert till.platform.order(request.number)["amount_fen"] == request.amount_fen


def test_closing_a_number_still_under_way_keeps_it_from_being_opened(till: Till) -> None:
    request = till.order()
    assert till.close(request.number).state == PaymentState.CLOSED
    assert till.gateway.query(request.number).state == PaymentState.CLOSED
    with pytest.raises(GatewayRefused, match="closed"):
        till.gateway.create(request)


def test_an_order_past_its_time_is_closed(till: Till) -> None:
    assert till.gateway.query(till.opened(minutes=-1)).state == PaymentState.CLOSED


@pytest.mark.parametrize("minutes", [20, -1], ids=["closed", "expired"])
def test_money_for_an_order_that_is_over_is_told_like_any_other(till: Till, minutes: int) -> None:
    number = till.opened(minutes=minutes)
    till.close(number)
    till.platform.pay(number, late=True)
    assert till.gateway.query(number).state == PaymentState.PAID
    assert till.merchant.wait_for(1)[0].answer.state == PaymentState.PAID


def test_a_lost_callback_comes_with_the_next_attempt(till: Till, cashier: CashierProcess) -> None:
    number = till.opened()
    till.platform.switch(number, callback_lose=1)
    till.platform.pay(number)
    cashier.wait_for_callbacks(number)
    assert till.platform.order(number)["callbacks"][0]["attempts"] == 2
    assert len(till.merchant.received) == 1


def test_a_repeated_callback_is_sealed_anew_each_time(till: Till) -> None:
    number = till.opened()
    till.platform.switch(number, callback_repeat=2)
    till.platform.pay(number)
    received = till.merchant.wait_for(3)
    assert len({each.headers["X-Finance-Nonce"] for each in received}) == 3


def test_reordered_callbacks_come_last_first(till: Till) -> None:
    till.platform.switch(callback_reorder=True, callback_delay=1)
    numbers = [till.opened() for _ in range(3)]
    time.sleep(2 - time.time() % 2)  # the platform gathers from even second to even second
    for number in numbers:
        till.platform.pay(number)
    order = [received.answer.number for received in till.merchant.wait_for(3)]
    assert order == numbers[::-1]


def test_a_callback_outlives_kill_9(till: Till, cashier: CashierProcess) -> None:
    number = till.opened()
    till.platform.switch(number, callback_delay=1)
    paid = till.platform.pay(number)
    cashier.kill()
    with pytest.raises(GatewayUnavailable):
        till.gateway.query(number)
    cashier.start()
    assert till.gateway.query(number).trade_number == paid["trade_number"]
    assert till.merchant.wait_for(1)[0].answer.number == number


def test_a_changed_callback_is_refused(till: Till) -> None:
    till.platform.pay(till.opened(amount_fen=100))
    [received] = till.merchant.wait_for(1)
    body = received.body.replace(b'"amount_fen":100', b'"amount_fen":900')
    assert body != received.body
    with pytest.raises(NotificationRefused, match="signature"):
        till.gateway.parse_notification(body, received.headers, datetime.now(UTC))


def test_a_slow_platform_costs_less_than_three_seconds(till: Till, settings: Settings) -> None:
    number = till.opened()
    till.platform.switch(number, slow=4)
    settings.FINANCE_TIMEOUT = 1.0
    gateway.cache_clear()
    start = time.monotonic()
    with pytest.raises(GatewayUnavailable):
        replace(till, gateway=gateway("finance")).close(number)
    assert time.monotonic() - start < 3
    till.platform.reset()
    assert till.gateway.query(number).state == PaymentState.CLOSED  # it was done all the same


@pytest.mark.parametrize("seconds", [-301, 302], ids=["from the future", "old"])
def test_a_callback_of_another_time_is_refused(till: Till, seconds: int) -> None:
    till.platform.pay(till.opened())
    [received] = till.merchant.wait_for(1)
    now = datetime.now(UTC) + timedelta(seconds=seconds)
    with pytest.raises(NotificationRefused, match="stale"):
        till.gateway.parse_notification(received.body, received.headers, now)


def test_a_row_of_the_file_has_the_colleges_columns(till: Till) -> None:
    number = till.opened(amount_fen=110_000)
    till.platform.switch(number, settle_at="2024-05-06T10:00:00+08:00")
    till.platform.pay(number)
    rows = till.gateway.statement_rows(date(2024, 5, 6))
    [line] = [json.loads(row.raw) for row in rows if row.number == number]
    assert (line["学号"], line["金额（元）"]) == ("0020220101", "1100.00")


def test_a_file_may_be_late(till: Till) -> None:
    till.platform.switch(statement="not_ready")
    with pytest.raises(StatementNotReady):
        till.gateway.statement_rows(date(2020, 1, 1))
