"""Why the platform says no to a refund, in its own codes."""

from dataclasses import replace

import pytest

from payments.cashier.testing.process import CashierProcess
from payments.cashier.tests.conftest import NewRequest
from payments.gateways.base import GatewayRefused, RefundRequest, RefundState
from payments.gateways.registry import gateway


@pytest.fixture
def refund(cashier: CashierProcess, new_request: NewRequest) -> RefundRequest:
    """The whole of a paid order, to be sent back."""
    order = new_request()
    gateway("finance").create(order)
    trade = cashier.pay(order.number)["trade_number"]
    return RefundRequest(order.number, f"TK{order.number}", trade, 110_000, 110_000, "未开班")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"number": "NOBODY"}, "unknown_order"),
        ({"trade_number": "FP0"}, "trade_differs"),
        ({"total_fen": 110_001}, "trade_differs"),
        ({"amount_fen": 0}, "malformed"),
        ({"amount_fen": 110_001}, "malformed"),
        ({"refund_number": ""}, "malformed"),
    ],
    ids=["order", "trade", "total", "nothing", "more than all", "no number"],
)
def test_a_refund_that_fits_no_payment_is_refused(
    refund: RefundRequest, change: dict[str, object], code: str
) -> None:
    changed = RefundRequest(**{**vars(refund), **change})
    with pytest.raises(GatewayRefused, match=f"^{code}$"):
        gateway("finance").refund(changed)


def test_an_unpaid_order_is_refused(new_request: NewRequest, refund: RefundRequest) -> None:
    order = new_request()
    gateway("finance").create(order)
    with pytest.raises(GatewayRefused, match=r"^not_paid$"):
        gateway("finance").refund(replace(refund, number=order.number))


def test_one_number_names_one_refund(refund: RefundRequest) -> None:
    gateway("finance").refund(replace(refund, amount_fen=1))
    with pytest.raises(GatewayRefused, match=r"^refund_differs$"):
        gateway("finance").refund(replace(refund, amount_fen=2))
    with pytest.raises(GatewayRefused, match=r"^too_much$"):
        gateway("finance").refund(replace(refund, refund_number="TK-OTHER"))


def test_a_refund_that_failed_leaves_its_amount_for_another(
    cashier: CashierProcess, refund: RefundRequest
) -> None:
    cashier.switch(refund.number, refund_fail=True)
    gateway("finance").refund(refund)
    cashier.switch(refund.number, refund_fail=False)
    again = replace(refund, refund_number=f"{refund.refund_number}-2")
    gateway("finance").refund(again)
    states = [each["state"] for each in cashier.order(refund.number)["refunds"]]
    assert states == [RefundState.FAILED, RefundState.ARRIVED]


def test_a_refund_outlives_kill_9(cashier: CashierProcess, refund: RefundRequest) -> None:
    gateway("finance").refund(refund)
    cashier.kill()
    cashier.start()
    answer = gateway("finance").query_refund(refund.number, refund.refund_number)
    assert (answer.state, answer.amount_fen) == (RefundState.ARRIVED, 110_000)
