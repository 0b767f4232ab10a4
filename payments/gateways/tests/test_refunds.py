"""Money that goes back, on every channel: once by its number, taken on before it arrives."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from payments.gateways.base import GatewayRefused, RefundState
from payments.gateways.tests.conftest import Till

ARRIVES_AFTER = 1.2  # seconds; enough to ask for it and about it on a busy machine


def test_a_refund_is_taken_on_and_arrives_later(till: Till) -> None:
    request = till.paid(amount_fen=40_001)
    before = datetime.now(UTC).replace(microsecond=0)
    till.platform.switch(request.number, refund_after=ARRIVES_AFTER)
    taken = till.gateway.refund(request)
    assert (taken.number, taken.refund_number, taken.state, taken.amount_fen) == (
        request.number, request.refund_number, RefundState.ACCEPTED, 40_001,
    )  # fmt: skip
    waiting = till.gateway.query_refund(request.number, request.refund_number)
    # Alipay does not tell "not yet" from "never": the same request may be repeated safely.
    expected = RefundState.UNKNOWN if till.gateway.channel == "alipay" else RefundState.ACCEPTED
    assert (waiting.state, waiting.arrived_at) == (expected, None)
    time.sleep(ARRIVES_AFTER)
    arrived = till.gateway.query_refund(request.number, request.refund_number)
    assert (arrived.state, arrived.amount_fen) == (RefundState.ARRIVED, 40_001)
    assert arrived.refund_trade_number != ""
    assert arrived.arrived_at is not None
    assert before <= arrived.arrived_at <= datetime.now(UTC)


@pytest.mark.parametrize("till", ["finance", "wechat"], indirect=True)
def test_a_refund_may_fail_after_it_was_taken_on(till: Till) -> None:
    request = till.paid()
    till.platform.switch(request.number, refund_fail=True)
    assert till.gateway.refund(request).state == RefundState.ACCEPTED
    failed = till.gateway.query_refund(request.number, request.refund_number)
    assert (failed.state, failed.arrived_at) == (RefundState.FAILED, None)


def test_asking_twice_sends_money_once(till: Till) -> None:
    request = till.paid()
    till.gateway.refund(request)
    again = till.gateway.refund(request)
    assert again.refund_number == request.refund_number
    assert [each["amount_fen"] for each in till.platform.order(request.number)["refunds"]] == [
        request.amount_fen
    ]


def test_parts_of_one_trade_are_kept_apart(till: Till) -> None:
    whole = till.paid(amount_fen=100)
    parts = [
        replace(whole, refund_number=f"{whole.refund_number}-{part}", amount_fen=part)
        for part in (30, 69, 1)
    ]
    for part in parts:
        till.gateway.refund(part)
    amounts = [
        till.gateway.query_refund(part.number, part.refund_number).amount_fen for part in parts
    ]
    assert amounts == [30, 69, 1]


def test_more_than_is_left_is_refused(till: Till) -> None:
    whole = till.paid(amount_fen=100)
    till.gateway.refund(replace(whole, amount_fen=60))
    rest = replace(whole, refund_number=f"{whole.refund_number}-2", amount_fen=41)
    with pytest.raises(GatewayRefused):
        till.gateway.refund(rest)
    assert till.gateway.refund(replace(rest, amount_fen=40)).amount_fen == 40


def test_another_amount_under_the_same_number_is_refused(till: Till) -> None:
    request = till.paid(amount_fen=100)
    till.gateway.refund(replace(request, amount_fen=60))
    with pytest.raises(GatewayRefused):
        till.gateway.refund(replace(request, amount_fen=61))
    answer = till.gateway.query_refund(request.number, request.refund_number)
    assert answer.amount_fen == 60


def test_an_unpaid_order_has_nothing_to_send_back(till: Till) -> None:
    number = till.opened(amount_fen=100)
    with pytest.raises(GatewayRefused):
        till.gateway.refund(replace(till.paid(100), number=number))


def test_a_refund_nobody_asked_for_is_unknown(till: Till) -> None:
    request = till.paid()
    answer = till.gateway.query_refund(request.number, request.refund_number)
    assert (answer.state, answer.amount_fen) == (RefundState.UNKNOWN, 0)


def test_a_refund_does_not_unpay_the_order(till: Till) -> None:
    request = till.paid(amount_fen=100)
    till.gateway.refund(request)
    answer = till.gateway.query(request.number)
    assert (answer.state, answer.amount_fen) == ("paid", 100)
