"""Paying by hand, late, twice or for somebody else: refused in words, and nothing changes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from payments.cashier.testing.process import CashierProcess
from payments.models import Charge, OrderLine
from payments.services.release import release_line
from portal.tests.people import OTHER, W, browser_of, enrolled, ordered
from portal.tests.refusing import move_round, nothing_changes, post_courses, said, withdraw, words
from retake.models import Enrollment

pytestmark = pytest.mark.usefixtures("college")
Waits = Callable[..., None]
AT_ONCE = 0.000_001  # the shortest wait, in seconds


@pytest.fixture
def waits(settings: Settings) -> Waits:
    """Set the waits, in seconds."""

    def change(*, release: float, repay: float = 1800) -> None:
        settings.ORDER_RELEASE_AFTER = timedelta(seconds=release)
        settings.ORDER_REPAY_AFTER = timedelta(seconds=repay)

    return change


def released(waits: Waits, *, repay: float = 1800) -> tuple[Charge, OrderLine]:
    """A course of W whose order was released just now; the release wait is 20 minutes again."""
    (charge,) = enrolled(W, 1)
    waits(release=AT_ONCE, repay=repay)
    line = ordered([charge]).lines.get()
    line = release_line(line_id=line.pk, payer_id=charge.payer_id, now=timezone.now())
    waits(release=1200, repay=repay)
    return charge, line


def test_four_courses_in_one_order() -> None:
    charges = enrolled(W, 4)
    with nothing_changes():
        answer = browser_of(W).post("/payments/open/", {"charge": [c.pk for c in charges]})
    assert said(answer) == (409, "一笔订单最多 3 门，选了 4 门。")


def test_no_course_in_an_order() -> None:
    enrolled(W, 1)
    with nothing_changes():
        answer = browser_of(W).post("/payments/open/")
    assert said(answer) == (409, "还没有选课程。")


def test_ids_that_are_none() -> None:
    with nothing_changes():
        answer = browser_of(W).post("/payments/open/", {"charge": "1 OR 1=1"})
    assert said(answer) == (400, "没有读懂选了哪些课。")


def test_charge_of_somebody_else() -> None:
    (own,), (other,) = enrolled(W, 1), enrolled(OTHER, 1)
    with nothing_changes():
        answer = browser_of(W).post("/payments/open/", {"charge": [own.pk, other.pk]})
    assert said(answer) == (404, "没有找到要缴费的课程。")


@pytest.mark.parametrize("action", ["pay", "claim", "retract"])
def test_order_of_somebody_else(action: str) -> None:
    order = ordered(enrolled(OTHER, 1))
    with nothing_changes():
        answer = browser_of(W).post(f"/payments/orders/{order.number}/{action}/")
    assert said(answer) == (404, "没有找到这笔订单。")


def test_line_of_somebody_else(waits: Waits) -> None:
    waits(release=AT_ONCE)
    line = ordered(enrolled(OTHER, 1)).lines.get()
    with nothing_changes():
        answer = browser_of(W).post(f"/payments/lines/{line.pk}/release/")
    assert said(answer) == (404, "没有找到这门课的订单。")


def test_paying_after_the_window() -> None:
    (charge,) = enrolled(W, 1)
    closed = move_round(enrol_closes_at=timedelta(hours=-2), pay_closes_at=timedelta(hours=-1))
    with nothing_changes():
        answer = browser_of(W).post("/payments/open/", {"charge": charge.pk})
    assert said(answer) == (
        409,
        f"{charge.title}的缴费已在 {words(closed.pay_closes_at)} 截止。",
    )


def test_course_in_an_open_order() -> None:
    first, second = enrolled(W, 2)
    order = ordered([first])
    with nothing_changes():
        answer = browser_of(W).post("/payments/open/", {"charge": [first.pk, second.pk]})
    until = words(order.expires_at)
    sentence = f"{first.title}已在一笔没付完的订单里：{order.number}，{until} 后自动释放。"
    assert said(answer) == (409, sentence)


def test_releasing_too_early(cashier: CashierProcess) -> None:
    line = ordered(enrolled(W, 1)).lines.get()
    with nothing_changes():
        answer = browser_of(W).post(f"/payments/lines/{line.pk}/release/")
    assert said(answer) == (
        409,
        f"没有释放：订单 {line.order.number} 正在付款，{words(line.order.expires_at)} 后可释放。",
    )


def test_course_that_cools_down(cashier: CashierProcess, waits: Waits) -> None:
    charge, line = released(waits)
    with nothing_changes():
        answer = browser_of(W).post("/payments/open/", {"charge": charge.pk})
    until = words(line.payable_again_at)
    sentence = f"{charge.title}刚从订单 {line.order.number} 释放，{until} 后可重新缴费。"
    assert said(answer) == (409, sentence)


def test_withdrawing_does_not_skip_the_cooling(cashier: CashierProcess, waits: Waits) -> None:
    charge, line = released(waits)
    assert withdraw(W).status_code == 302
    assert post_courses(W, Enrollment.objects.get().course_id).status_code == 302
    with nothing_changes():
        answer = browser_of(W).post("/payments/open/", {"charge": charge.pk})
    assert answer.status_code == 409
    assert words(line.payable_again_at) in said(answer)[1]


def test_earlier_order_is_shown_before_paying_again(cashier: CashierProcess, waits: Waits) -> None:
    charge, line = released(waits, repay=AT_ONCE)
    with nothing_changes():
        answer = browser_of(W).post("/payments/open/", {"charge": charge.pk})
    assert said(answer) == (
        409,
        f"{charge.title}的上一笔订单 {line.order.number} 没有付完，两天内的付款仍会到账。",
    )


def test_double_click_on_paying(cashier: CashierProcess) -> None:
    (charge,) = enrolled(W, 1)
    first = browser_of(W).post("/payments/open/", {"charge": charge.pk})
    with nothing_changes():
        second = browser_of(W).post("/payments/open/", {"charge": charge.pk})
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]


def test_double_click_on_releasing(cashier: CashierProcess, waits: Waits) -> None:
    charge, line = released(waits)
    with nothing_changes():
        answer = browser_of(W).post(f"/payments/lines/{line.pk}/release/")
    assert said(answer) == (409, f"{charge.title}已经释放。")


def test_payment_page_from_before_the_order_ran_out(cashier: CashierProcess, waits: Waits) -> None:
    waits(release=AT_ONCE)
    order = ordered(enrolled(W, 1))
    with nothing_changes():
        answer = browser_of(W).post(f"/payments/orders/{order.number}/pay/")
    sentence = f"订单 {order.number} 的支付时间到 {words(order.expires_at)} 为止，已经过了。"
    assert said(answer) == (409, sentence)


def test_payment_page_from_before_withdrawing() -> None:
    (charge,) = enrolled(W, 1)
    withdraw(W)
    with nothing_changes():
        answer = browser_of(W).post("/payments/open/", {"charge": charge.pk})
    assert said(answer) == (409, f"{charge.title}已退报名，不用缴费。")
