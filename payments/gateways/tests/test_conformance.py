"""What every channel must do, tried on each adapter against a platform that really runs.

A further channel joins by its name in ``conftest.CHANNELS`` and a platform that obeys the same
orders. What only one channel promises stands in a module of its own.
"""

import time
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from payments.gateways.base import (
    NotificationRefused,
    PaymentState,
    StatementNotReady,
    StatementRefund,
    StatementRow,
)
from payments.gateways.tests.conftest import Till

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_handing_an_order_over_twice_leaves_one_order(till: Till) -> None:
    request = till.order()
    for _ in range(2):
        till.visit(till.gateway.create(request))
    assert till.platform.order(request.number)["amount_fen"] == request.amount_fen
    assert till.gateway.query(request.number).state == PaymentState.UNPAID


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
    assert paid["trade_number"] in answer.raw


def test_the_amount_told_is_the_amount_that_came(till: Till) -> None:
    number = till.opened(amount_fen=40_000)
    till.platform.switch(number, paid_fen=39_999)
    till.platform.pay(number)
    [received] = till.merchant.wait_for(1)
    assert till.gateway.query(number).amount_fen == 39_999
    assert till.told(received).amount_fen == 39_999


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


def test_a_platform_that_lags_says_unpaid_for_money_it_has(till: Till) -> None:
    number = till.opened()
    till.platform.switch(number, unpaid_for=600)
    till.platform.pay(number)
    assert till.gateway.query(number).state == PaymentState.UNPAID
    till.platform.switch(number, unpaid_for=0)
    assert till.gateway.query(number).state == PaymentState.PAID


# notifications


def test_a_callback_proves_itself_and_tells_the_payment(till: Till) -> None:
    number = till.opened(amount_fen=90_000)
    till.platform.pay(number)
    [received] = till.merchant.wait_for(1)
    told, asked = till.told(received), till.gateway.query(number)
    assert replace(told, raw="") == replace(asked, raw="")


def test_headers_may_come_in_any_case(till: Till) -> None:
    number = till.opened()
    till.platform.pay(number)
    [received] = till.merchant.wait_for(1)
    lower = {name.lower(): value for name, value in received.headers.items()}
    answer = till.gateway.parse_notification(received.body, lower, datetime.now(UTC))
    assert answer.number == number


@pytest.mark.parametrize("place", [0.2, 0.5, 0.8])
def test_a_changed_callback_is_refused(till: Till, place: float) -> None:
    till.platform.pay(till.opened())
    [received] = till.merchant.wait_for(1)
    at = int(len(received.body) * place)
    other = b"0" if received.body[at : at + 1] != b"0" else b"1"
    body = received.body[:at] + other + received.body[at + 1 :]
    with pytest.raises(NotificationRefused, match="signature"):
        till.gateway.parse_notification(body, received.headers, datetime.now(UTC))


@pytest.mark.parametrize("body", [b"", b"{}", b"a=1&sign=x", b"\xff\xfe", b"[" * 5000, b"&&&"])
def test_a_callback_without_a_seal_is_refused(till: Till, body: bytes) -> None:
    with pytest.raises(NotificationRefused):
        till.gateway.parse_notification(body, {}, datetime.now(UTC))


def test_a_callback_is_repeated_until_it_is_understood(till: Till) -> None:
    till.merchant.failures = 2
    number = till.opened()
    till.platform.pay(number)
    told = {till.told(received).number for received in till.merchant.wait_for(3)}
    deadline = time.monotonic() + 60
    while not till.platform.order(number)["callbacks"][0]["understood"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert told == {number}
    assert till.platform.order(number)["callbacks"][0]["attempts"] == 3


# statements


def test_a_day_lists_what_was_booked_that_day(till: Till) -> None:
    booked = {
        "2024-02-28T23:59:59+08:00": 101,
        "2024-02-29T00:00:00+08:00": 102,
        "2024-02-29T23:59:59+08:00": 103,
        "2024-03-01T00:00:00+08:00": 104,
    }
    numbers, expected = [], []
    for moment, amount in booked.items():
        number = till.opened(amount_fen=amount)
        till.platform.switch(number, settle_at=moment)
        trade = till.platform.pay(number)["trade_number"]
        numbers.append(number)
        expected.append((number, trade, amount, datetime.fromisoformat(moment)))
    rows = [
        (row.number, row.trade_number, row.amount_fen, row.paid_at)
        for row in till.gateway.statement_rows(date(2024, 2, 29))
        if isinstance(row, StatementRow) and row.number in numbers
    ]
    assert rows == expected[1:3]


def test_a_row_keeps_its_line(till: Till) -> None:
    number = till.opened(amount_fen=110_000)
    till.platform.switch(number, settle_at="2024-05-06T10:00:00+08:00")
    till.platform.pay(number)
    rows = till.gateway.statement_rows(date(2024, 5, 6))
    [row] = [row for row in rows if row.number == number]
    assert number in row.raw
    assert "1100.00" in row.raw


def test_a_day_lists_the_refunds_of_that_day(till: Till) -> None:
    wanted = till.paid()
    till.gateway.refund(wanted)
    till.platform.switch(statement="ready")
    rows = till.gateway.statement_rows(datetime.now(SHANGHAI).date())
    gone = [row for row in rows if isinstance(row, StatementRefund)]
    assert [
        (row.number, row.trade_number, row.refund_number, row.amount_fen)
        for row in gone
        if row.number == wanted.number
    ] == [(wanted.number, wanted.trade_number, wanted.refund_number, 110_000)]


def test_a_day_without_payments_is_empty(till: Till) -> None:
    assert list(till.gateway.statement_rows(date(2020, 1, 1))) == []


def test_a_day_that_is_not_over_has_no_file(till: Till) -> None:
    with pytest.raises(StatementNotReady):
        till.gateway.statement_rows(datetime.now(SHANGHAI).date())
