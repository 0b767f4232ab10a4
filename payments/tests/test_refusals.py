"""Past its time an unclaimed order is being checked: no refusal names a date two days off."""

from dataclasses import replace

from payments import refusals
from payments.standing import LineHistory, PayWindow, Waits, position
from payments.states import ChargeState, LineState, OrderState
from payments.tests.factories import NOW, minutes

WAITS = Waits(minutes(20), minutes(30), minutes(2880))
WINDOW = PayWindow(NOW - minutes(60), NOW + minutes(6000))
DUE = NOW + minutes(20)
HELD = LineHistory(1, "ZZJF1", OrderState.OPEN, NOW, None, None, LineState.HELD, None, None)
CLAIMED = replace(HELD, claimed_at=NOW)


def not_payable(line: LineHistory) -> str:
    where = position(ChargeState.OWED, (line,), WINDOW, DUE, WAITS)
    return refusals.not_payable("军事理论", where, DUE).message


def test_course_of_an_order_past_its_time() -> None:
    assert not_payable(HELD) == "军事理论的订单 ZZJF1 付款时间已过，正在向缴费平台核对。"


def test_course_of_a_claimed_order_says_until_when() -> None:
    known = "最晚 4月25日（周五）14:23 有结果"
    assert not_payable(CLAIMED) == f"军事理论的订单 ZZJF1 正在确认是否到账，{known}。"


def test_withdrawing_from_an_order_past_its_time() -> None:
    error = refusals.in_payment("退", HELD, DUE, WAITS)
    assert error.message == "没有退成：订单 ZZJF1 的付款时间已过，正在向缴费平台核对。"
    assert error.advice == "没有收到就自动释放；不想等，在缴费页释放这笔订单，再退。"
