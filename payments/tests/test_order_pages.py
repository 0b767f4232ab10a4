"""One order, all orders, and the way back from the cashier."""

import re

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from payments.cashier.testing.process import CashierProcess
from payments.models import Order
from payments.services import orders
from payments.services.charges import void_charge
from payments.services.check import mark_closed
from payments.services.settle import settle
from payments.states import OrderState
from payments.tests.factories import make_arrival, make_order, make_payer, minutes, pay
from payments.tests.test_plan_page import heading, owing, page, primary
from portal.accounts.models import User
from portal.lib.money import yuan

pytestmark = pytest.mark.django_db


def handed_over(payer: User, count: int = 2) -> Order:
    """An order that the cashier knows."""
    now = timezone.now()
    order = make_order(owing(payer, count), now=now)
    orders.pay_url(
        order=order, return_url="http://testserver/", notify_url="http://127.0.0.1:1/", now=now
    )
    return order


@pytest.mark.parametrize("tail", ["", "return/"])
def test_signed_out_goes_to_sign_in(client: Client, tail: str) -> None:
    path = f"/payments/orders/ZZJF1/{tail}"
    assert client.get(path).headers["Location"] == f"/accounts/login/?next={path}"


@pytest.mark.parametrize("tail", ["", "return/", "result/"])
def test_order_of_another_is_not_found(client: Client, tail: str) -> None:
    order = make_order(owing(make_payer(), 1), now=timezone.now())
    client.force_login(make_payer())
    answer = client.get(f"/payments/orders/{order.number}/{tail}")
    assert answer.status_code == 404
    assert order.number not in re.sub(r'href="[^"]*"', "", answer.content.decode())


def test_paid_order_is_a_receipt(client: Client) -> None:
    payer, now = make_payer(), timezone.now()
    order = make_order(owing(payer, 2), now=now)
    pay(order, now=now)
    receipt = order.receipts.get()
    text = page(client, payer, f"/payments/orders/{order.number}/")
    assert heading(text) == "2 门课已缴费"
    assert receipt.trade_number in text
    assert "¥600.00" in text
    assert "data-print hidden" in text  # print.js shows it where something can print


def test_receipt_hides_a_number_that_is_not_the_channels(client: Client) -> None:
    payer, now = make_payer(), timezone.now()
    order = make_order(owing(payer, 1), now=now)
    settle([make_arrival(order, trade="")], now)
    path = f"/payments/orders/{order.number}/"
    assert "交易号" not in page(client, payer, path)
    settle([make_arrival(order, trade="4200001")], now)
    assert '<dd class="num small">4200001</dd>' in page(client, payer, path)


def test_withdrawn_course_reads_as_refund_case(client: Client) -> None:
    payer, now = make_payer(), timezone.now()
    (charge,) = owing(payer, 1)
    order = make_order([charge], now=now)
    pay(order, now=now)
    with transaction.atomic():
        void_charge(purpose=charge.purpose, reference=charge.reference, now=now)
    text = page(client, payer, f"/payments/orders/{order.number}/")
    assert heading(text) == "这一单已转退费"
    assert "缴费后报名取消：" in page(client, payer)


def test_open_order_can_be_paid_from_its_page(client: Client) -> None:
    payer = make_payer()
    order = make_order(owing(payer, 1), now=timezone.now())
    text = page(client, payer, f"/payments/orders/{order.number}/")
    assert primary(text) == ["继续支付 ¥300.00"]


def test_back_without_paying_goes_on_paying(client: Client, cashier: CashierProcess) -> None:
    payer = make_payer()
    order = handed_over(payer)
    for tail in ("return/", "result/"):  # the second does not ask again
        text = page(client, payer, f"/payments/orders/{order.number}/{tail}")
        assert heading(text) == "还没有收到付款"
        assert primary(text) == ["继续支付 ¥600.00"]
        assert "我已付款，等结果" in text
        assert f'hx-get="/payments/orders/{order.number}/result/"' in text


def test_back_after_saying_paid_asks_not_to_pay_twice(
    client: Client, cashier: CashierProcess
) -> None:
    payer = make_payer()
    order = handed_over(payer)
    orders.claim_paid(payer_id=payer.pk, number=order.number, now=timezone.now())
    text = page(client, payer, f"/payments/orders/{order.number}/return/")
    assert heading(text) == "正在确认，请勿重复缴费"
    assert "继续支付" not in text
    assert "平台说没有收到就会释放，并发站内消息告诉你" in text


def test_back_after_the_money_leads_to_the_next_batch(
    client: Client, cashier: CashierProcess
) -> None:
    payer, now = make_payer(), timezone.now()
    charges = owing(payer, 8)
    order = make_order(charges[:3], now=now)
    orders.pay_url(
        order=order, return_url="http://testserver/", notify_url="http://127.0.0.1:1/", now=now
    )
    cashier.pay(order.number)
    text = page(client, payer, f"/payments/orders/{order.number}/return/")
    order.refresh_from_db()
    assert order.state == OrderState.PAID
    assert heading(text) == "缴费成功"
    assert primary(text) == ["下一批 3 门 ¥900.00"]
    sent = re.findall(r'name="charge" value="(\d+)"', text)
    assert sent == [str(charge.pk) for charge in charges[3:6]]
    assert "hx-trigger" not in text


def test_last_batch_ends_the_way(client: Client, cashier: CashierProcess) -> None:
    payer = make_payer()
    order = handed_over(payer)
    cashier.pay(order.number)
    text = page(client, payer, f"/payments/orders/{order.number}/return/")
    assert "2 门课已缴清，共 ¥600.00" in text
    assert primary(text) == ["返回首页"]


def test_silent_cashier_is_said_and_nothing_changes(
    client: Client, cashier: CashierProcess
) -> None:
    payer = make_payer()
    order = handed_over(payer)
    cashier.switch(down="closed")
    text = page(client, payer, f"/payments/orders/{order.number}/return/")
    order.refresh_from_db()
    assert order.state == OrderState.OPEN
    assert "缴费平台没有应答" in text
    assert heading(text) == "正在确认，请勿重复缴费"


def test_gateway_is_not_asked_at_every_poll(client: Client, cashier: CashierProcess) -> None:
    payer = make_payer()
    order = handed_over(payer)
    page(client, payer, f"/payments/orders/{order.number}/return/")
    asked = Order.objects.get(pk=order.pk).checked_at
    page(client, payer, f"/payments/orders/{order.number}/result/")
    assert Order.objects.get(pk=order.pk).checked_at == asked


@pytest.mark.parametrize("others", [0, 30])
def test_asking_stays_within_the_budget_of_a_page(
    client: Client,
    cashier: CashierProcess,
    others: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    payer = make_payer()
    owing(payer, others, prefix="more")
    order = handed_over(payer, 3)
    client.force_login(payer)
    with django_assert_num_queries(8):  # two of them savepoints of the test itself
        client.get(f"/payments/orders/{order.number}/return/")


def test_settling_reads_the_order_once_more_only(
    client: Client,
    cashier: CashierProcess,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """Five statements settle: three find what the money meets, under locks, two write."""
    payer = make_payer()
    order = handed_over(payer, 3)
    cashier.pay(order.number)
    client.force_login(payer)
    with django_assert_num_queries(16):  # four of them savepoints of the test itself
        client.get(f"/payments/orders/{order.number}/return/")


def test_all_orders_newest_first(client: Client) -> None:
    payer, now = make_payer(), timezone.now()
    first, second = (make_order([charge], now=now) for charge in owing(payer, 2))
    text = page(client, payer, "/payments/orders/")
    assert heading(text) == "2 笔订单"
    assert re.findall(r'href="/payments/orders/(ZZJF\d+)/"', text) == [second.number, first.number]


def test_no_order_yet(client: Client) -> None:
    assert heading(page(client, make_payer(), "/payments/orders/")) == "还没有订单"


@pytest.mark.parametrize("count", [1, 3, 8, 30])
def test_list_costs_the_same_for_any_number(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    payer, now = make_payer(), timezone.now()
    for charge in owing(payer, count):
        pay(make_order([charge], now=now - minutes(1)), now=now)
    client.force_login(payer)
    with django_assert_num_queries(7):  # session, user, count, orders, lines, receipts, unread
        client.get("/payments/orders/")


@pytest.mark.parametrize("others", [0, 30])
def test_receipt_costs_the_same_for_any_number(
    client: Client, others: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    payer, now = make_payer(), timezone.now()
    charges = owing(payer, 3 + others)
    order = make_order(charges[:3], now=now)
    pay(order, now=now)
    client.force_login(payer)
    # session, user, order, lines, receipts, unread; surplus, statement rows
    with django_assert_num_queries(8):
        client.get(f"/payments/orders/{order.number}/")
    # session, user, order, its lines, the board's charges with lines, unread
    with django_assert_num_queries(6):
        client.get(f"/payments/orders/{order.number}/return/")


def test_closed_and_not_yet_released_says_one_thing(client: Client) -> None:
    """The platform has closed it though its payer says that he paid; the job has not been round."""
    payer, now = make_payer(), timezone.now()
    order = make_order(owing(payer, 2), now=now - minutes(21))
    orders.claim_paid(payer_id=payer.pk, number=order.number, now=now)
    mark_closed([order.number], now)
    text = page(client, payer, f"/payments/orders/{order.number}/")
    assert heading(text) == "这一单正在向缴费平台核对"
    assert text.count("正在向缴费平台核对") == 4  # the heading, the order and each course
    assert ("我还没付" in text, "我已付款" in text, "待支付" in text) == (False,) * 3


def test_what_is_being_confirmed_is_not_owed(client: Client) -> None:
    payer, now = make_payer(), timezone.now()
    paid, claimed, owed = owing(payer, 3)
    order, other = make_order([paid], now=now), make_order([claimed], now=now)
    orders.claim_paid(payer_id=payer.pk, number=other.number, now=now)
    pay(order, now=now)
    path = f"/payments/orders/{order.number}/return/"
    assert f"还剩 1 门，{yuan(owed.amount_fen)}" in page(client, payer, path)
    pay(make_order([owed], now=now), now=now)
    assert "其余的课正在确认是否到账" in page(client, payer, path)
