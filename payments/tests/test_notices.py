"""我已付款 and a release: the payer is told who decided, and what to do."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from payments.models import Order
from payments.services import closing
from payments.services.check import mark_closed
from payments.services.orders import claim_paid
from payments.services.release import release_due
from payments.services.settle import settle
from payments.tests.desk import make_clerk
from payments.tests.factories import (
    NOW,
    make_arrival,
    make_charge,
    make_charges,
    make_order,
    make_payer,
    minutes,
)
from portal.inbox.models import Message

pytestmark = pytest.mark.django_db
WATCHED = NOW + timedelta(days=2)


@pytest.fixture(autouse=True)
def watch(settings: Settings) -> None:
    settings.ORDER_WATCH = WATCHED - NOW


def claimed_order() -> Order:
    order = make_order([make_charge(make_payer())])
    return claim_paid(payer_id=order.payer_id, number=order.number, now=NOW + minutes(5))


def released(order: Order, now: datetime) -> Message:
    assert release_due(now, 10) == 1
    return Message.objects.get(user_id=order.payer_id, title__contains="已释放")


def test_platform_said_that_nothing_came() -> None:
    order = claimed_order()
    mark_closed([order.number], NOW + minutes(40))
    told = released(order, NOW + minutes(40))
    assert f"你说过订单 {order.number} 已付款，缴费平台确认没有收到" in told.body
    assert "4月25日（周五）14:23 前到账会自动记上" in told.body
    assert told.link == f"/payments/orders/{order.number}/"


def test_two_days_are_over() -> None:
    order = claimed_order()
    mark_closed([order.number], WATCHED)
    told = released(order, WATCHED)
    assert "到 14:23 没有到账，已转财务处核对，结果发消息给你" in told.body
    closing.close_claim(clerk=make_clerk(), number=order.number, note="查过工行", now=WATCHED)
    found = Message.objects.get(user_id=order.payer_id, key=f"claim-closed:{order.pk}")
    assert (found.title, "工行" in found.body) == ("财务处查过了：没有收到你说的付款", False)


def test_another_amount_came() -> None:
    order = claimed_order()
    settle([make_arrival(order, 1)], NOW + minutes(40))
    told = released(order, NOW + minutes(40))
    assert f"你说过订单 {order.number} 已付款，收到的金额与订单不符" in told.body


def test_nothing_was_claimed() -> None:
    order = make_order([make_charge(make_payer())])
    mark_closed([order.number], NOW + minutes(20))
    told = released(order, NOW + minutes(20))
    assert (told.body, told.link) == (
        f"订单 {order.number} 没有付款，没有扣款。这笔订单不要再付。",
        "/payments/",
    )


def test_courses_released_together_are_one_message() -> None:
    order = make_order(make_charges(make_payer(), (40000, 30000, 20000)))
    mark_closed([order.number], NOW + minutes(20))
    assert release_due(NOW + minutes(20), 10) == 3
    told = Message.objects.get(user_id=order.payer_id)
    titles = "、".join(line.charge.title for line in order.lines.order_by("pk"))
    assert told.title.startswith("3 门课已释放，")
    assert told.body.startswith(f"{titles}。订单 {order.number} 没有付款")


def test_course_released_in_a_later_round_is_told_of_too() -> None:
    order = make_order(make_charges(make_payer(), (40000, 30000, 20000)))
    mark_closed([order.number], NOW + minutes(20))
    assert [release_due(NOW + minutes(20), 2) for _ in range(3)] == [2, 1, 0]
    last = order.lines.latest("pk").charge.title
    found = Message.objects.filter(user_id=order.payer_id).order_by("pk")
    assert [row.title.partition("已释放")[0] for row in found] == ["2 门课", last]
