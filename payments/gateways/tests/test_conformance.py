"""What every channel must do, tried on each adapter against a platform that really runs.

A further channel joins by its name in ``conftest.CHANNELS`` and a platform that obeys the same
orders.
"""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from payments.gateways.base import (
    GatewayRefused,
    GatewayUnavailable,
    NotificationRefused,
    PaymentRequest,
    PaymentState,
    RefundRequest,
    StatementNotReady,
)
from payments.gateways.tests.conftest import Till

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_handing_an_order_over_twice_gives_the_same_page(till: Till) -> None:
    request = till.order()
    assert till.gateway.create(request) == till.gateway.create(request)


def test_another_amount_for_the_same_number_is_refused(till: Till) -> None:
    request = till.order()
    till.gateway.create(request)
    with pytest.raises(GatewayRefused, match="amount_differs"):
        till.gateway.create(replace(request, amount_fen=request.amount_fen + 1))
    assert till.platform.order(request.number)["amount_fen"] == request.amount_fen


def test_a_new_order_is_unpaid(till: Till) -> None:
    assert till.gateway.query(till.opened()).state == PaymentState.UNPAID


def test_a_number_never_handed_over_is_unknown(till: Till) -> None:
    assert till.gateway.query(till.order().number).state == PaymentState.UNKNOWN


def test_a_paid_order_tells_amount_trade_number_and_time(till: Till) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    number = till.opened(amount_fen=40_001)
    paid = till.platform.pay(number)
    answer = till.gateway.query(number)
    assert (answer.number, answer.state, answer.amount_fen, answer.trade_number) == (
        number, PaymentState.PAID, 40_001, paid["trade_number"],
    )  # fmt: skip
    assert answer.paid_at is not None
    assert before <= answer.paid_at <= datetime.now(UTC)
    assert json.loads(answer.raw)["trade_number"] == paid["trade_number"]


def test_the_amount_told_is_the_amount_that_came(till: Till) -> None:
    number = till.opened(amount_fen=40_000)
    till.platform.switch(number, paid_fen=39_999)
    till.platform.pay(number)
    assert till.gateway.query(number).amount_fen == 39_999
    assert till.merchant.wait_for(1)[0].answer.amount_fen == 39_999


def test_two_payments_have_two_trade_numbers(till: Till) -> None:
    trades = [till.platform.pay(till.opened())["trade_number"] for _ in range(2)]
    assert trades[0] != trades[1]


def test_paying_twice_is_one_payment(till: Till) -> None:
    number = till.opened()
    assert till.platform.pay(number)["trade_number"] == till.platform.pay(number)["trade_number"]
    assert len(till.platform.order(number)["callbacks"]) == 1


def test_a_refused_payment_leaves_the_order_unpaid(till: Till) -> None:
    number = till.opened()
    till.platform.refuse(number)
    assert till.gateway.query(number).state == PaymentState.UNPAID


def test_closing_makes_an_order_unpayable_and_may_be_repeated(till: Till) -> None:
    number = till.opened()
    assert till.close(number).state == PaymentState.CLOSED
    assert till.close(number).state == PaymentState.CLOSED
    assert till.gateway.query(number).state == PaymentState.CLOSED


def test_closing_a_paid_order_answers_paid(till: Till) -> None:
    number = till.opened(amount_fen=7)
    till.platform.pay(number)
    answer = till.close(number)
    assert (answer.state, answer.amount_fen) == (PaymentState.PAID, 7)


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


def test_a_platform_that_lags_says_unpaid_for_money_it_has(till: Till) -> None:
    number = till.opened()
    till.platform.switch(number, unpaid_for=0.6)
    till.platform.pay(number)
    assert till.gateway.query(number).state == PaymentState.UNPAID
    time.sleep(0.7)
    assert till.gateway.query(number).state == PaymentState.PAID


# notifications


def test_a_callback_proves_itself_and_tells_the_payment(till: Till) -> None:
    number = till.opened(amount_fen=90_000)
    till.platform.pay(number)
    [received] = till.merchant.wait_for(1)
    answer = till.gateway.parse_notification(received.body, received.headers, datetime.now(UTC))
    assert answer == till.gateway.query(number)


def test_headers_may_come_in_any_case(till: Till) -> None:
    number = till.opened()
    till.platform.pay(number)
    [received] = till.merchant.wait_for(1)
    lower = {name.lower(): value for name, value in received.headers.items()}
    answer = till.gateway.parse_notification(received.body, lower, datetime.now(UTC))
    assert answer.number == number


def test_a_changed_callback_is_refused(till: Till) -> None:
    till.platform.pay(till.opened(amount_fen=100))
    [received] = till.merchant.wait_for(1)
    body = received.body.replace(b'"amount_fen":100', b'"amount_fen":900')
    assert body != received.body
    with pytest.raises(NotificationRefused, match="signature"):
        till.gateway.parse_notification(body, received.headers, datetime.now(UTC))


@pytest.mark.parametrize("seconds", [-301, 302], ids=["from the future", "old"])
def test_a_callback_of_another_time_is_refused(till: Till, seconds: int) -> None:
    till.platform.pay(till.opened())
    [received] = till.merchant.wait_for(1)
    now = datetime.now(UTC) + timedelta(seconds=seconds)
    with pytest.raises(NotificationRefused, match="stale"):
        till.gateway.parse_notification(received.body, received.headers, now)


def test_a_callback_without_a_seal_is_refused(till: Till) -> None:
    with pytest.raises(NotificationRefused, match="signature"):
        till.gateway.parse_notification(b'{"number":"x","state":"paid"}', {}, datetime.now(UTC))


def test_a_callback_is_repeated_until_it_is_understood(till: Till) -> None:
    till.merchant.failures = 2
    number = till.opened()
    till.platform.pay(number)
    bodies = {received.body for received in till.merchant.wait_for(3)}
    till.platform.wait_for_callbacks(number)
    assert len(bodies) == 1
    assert till.platform.order(number)["callbacks"] == [
        {"attempts": 3, "understood": True, "owed": False}
    ]


def test_a_lost_callback_comes_with_the_next_attempt(till: Till) -> None:
    number = till.opened()
    till.platform.switch(number, callback_lose=1)
    till.platform.pay(number)
    till.platform.wait_for_callbacks(number)
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


def test_a_callback_outlives_kill_9(till: Till) -> None:
    number = till.opened()
    till.platform.switch(number, callback_delay=1)
    paid = till.platform.pay(number)
    till.platform.kill()
    with pytest.raises(GatewayUnavailable):
        till.gateway.query(number)
    till.platform.start()
    assert till.gateway.query(number).trade_number == paid["trade_number"]
    assert till.merchant.wait_for(1)[0].answer.number == number


def test_the_channel_takes_our_acknowledgement(till: Till) -> None:
    body, content_type = till.gateway.acknowledgement()
    assert (body, content_type.split(";")[0]) == ("success", "text/plain")


# failures


def refund_of(request: PaymentRequest) -> RefundRequest:
    return RefundRequest(request.number, "TK1", "FP1", 1, request.amount_fen, "重复缴费")


@pytest.mark.parametrize("down", ["503", "closed", "html", "truncated", "forged", "stranger"])
def test_no_usable_answer_means_unavailable(till: Till, down: str) -> None:
    request = till.order()
    till.gateway.create(request)
    till.platform.switch(request.number, down=down)
    calls: list[Callable[[], object]] = [
        lambda: till.gateway.create(request),
        lambda: till.gateway.query(request.number),
        lambda: till.close(request.number),
        lambda: till.gateway.refund(refund_of(request)),
        lambda: till.gateway.query_refund(request.number, "TK1"),
    ]
    for call in calls:
        with pytest.raises(GatewayUnavailable) as caught:
            call()
        assert type(caught.value) is GatewayUnavailable


@pytest.mark.parametrize("down", ["503", "closed", "html", "truncated", "forged", "stranger"])
def test_no_usable_file_means_unavailable(till: Till, down: str) -> None:
    till.platform.switch(down=down, statement="ready")
    with pytest.raises(GatewayUnavailable):
        till.gateway.statement_rows(date(2025, 3, 14))


def test_a_slow_platform_costs_less_than_three_seconds(till: Till) -> None:
    number = till.opened()
    till.platform.switch(number, slow=4)
    start = time.monotonic()
    with pytest.raises(GatewayUnavailable):
        till.close(number)
    assert time.monotonic() - start < 3
    till.platform.reset()
    assert till.gateway.query(number).state == PaymentState.CLOSED  # it was done all the same


# statements


def test_a_day_lists_what_was_booked_that_day(till: Till) -> None:
    booked = {
        "2024-02-28T23:59:59+08:00": 101,
        "2024-02-29T00:00:00+08:00": 102,
        "2024-02-29T23:59:59+08:00": 103,
        "2024-03-01T00:00:00+08:00": 104,
    }
    expected = []
    for moment, amount in booked.items():
        number = till.opened(amount_fen=amount)
        till.platform.switch(number, settle_at=moment)
        trade = till.platform.pay(number)["trade_number"]
        expected.append((number, trade, amount, datetime.fromisoformat(moment)))
    rows = [
        (row.number, row.trade_number, row.amount_fen, row.paid_at)
        for row in till.gateway.statement_rows(date(2024, 2, 29))
    ]
    assert rows == expected[1:3]


def test_a_row_keeps_its_line(till: Till) -> None:
    number = till.opened(amount_fen=110_000)
    till.platform.switch(number, settle_at="2024-05-06T10:00:00+08:00")
    till.platform.pay(number)
    [row] = till.gateway.statement_rows(date(2024, 5, 6))
    assert (json.loads(row.raw)["学号"], json.loads(row.raw)["金额（元）"]) == (
        "0020220101",
        "1100.00",
    )


def test_a_day_without_payments_is_an_empty_file(till: Till) -> None:
    assert list(till.gateway.statement_rows(date(2020, 1, 1))) == []


def test_a_day_that_is_not_over_has_no_file(till: Till) -> None:
    with pytest.raises(StatementNotReady):
        till.gateway.statement_rows(datetime.now(SHANGHAI).date())


def test_a_file_may_be_late(till: Till) -> None:
    till.platform.switch(statement="not_ready")
    with pytest.raises(StatementNotReady):
        till.gateway.statement_rows(date(2020, 1, 1))
