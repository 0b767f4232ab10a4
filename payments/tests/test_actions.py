"""Every button: one POST, one change, one redirect; everything else is told why not."""

import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from payments.cashier.testing.process import CashierProcess
from payments.models import Charge, Order, OrderLine
from payments.services import orders
from payments.services.check import mark_closed
from payments.services.settle import settle
from payments.states import LineState, OrderState
from payments.tests.factories import give_back, make_arrival, make_order, make_payer, minutes
from payments.tests.test_plan_page import owing
from portal.accounts.models import User

pytestmark = pytest.mark.django_db
OPEN = "/payments/open/"
ACTIONS = [
    OPEN,
    "/payments/lines/1/release/",
    "/payments/orders/ZZJF1/pay/",
    "/payments/orders/ZZJF1/claim/",
    "/payments/orders/ZZJF1/retract/",
]


def send(client: Client, payer: User, charges: list[Charge], **more: str) -> HttpResponse:
    client.force_login(payer)
    return client.post(OPEN, {"charge": [charge.pk for charge in charges], **more})  # type: ignore[return-value]


def hand_over(order: Order) -> None:
    """Tell the cashier of the order, as the portal did when it was opened."""
    orders.pay_url(
        order=order,
        return_url="http://testserver/",
        notify_url="http://127.0.0.1:1/",
        now=order.opened_at,
    )


def late_order(payer: User, count: int = 2, ago: int = 21) -> Order:
    now = timezone.now()
    return make_order(owing(payer, count), now=now - minutes(ago))


@pytest.mark.parametrize("path", ACTIONS)
def test_get_is_told_to_use_the_button(client: Client, path: str) -> None:
    client.force_login(make_payer())
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "要从页面上的按钮进入" in answer.content.decode()


@pytest.mark.parametrize("path", ACTIONS)
def test_signed_out_comes_back_to_the_page(client: Client, path: str) -> None:
    assert client.post(path).headers["Location"] == "/accounts/login/?next=/payments/"


@pytest.mark.parametrize("path", ACTIONS[1:])
def test_somebody_elses_is_not_found(client: Client, path: str) -> None:
    order = late_order(make_payer(), 1)
    line = order.lines.get()
    client.force_login(make_payer())
    real = path.replace("ZZJF1", order.number).replace("lines/1/", f"lines/{line.pk}/")
    assert client.post(real).status_code == 404
    line.refresh_from_db()
    assert line.state == LineState.HELD


def test_payer_is_sent_to_the_cashier(client: Client, cashier: CashierProcess) -> None:
    payer = make_payer()
    answer = send(client, payer, owing(payer, 3))
    order = Order.objects.get(payer=payer)
    assert answer.headers["Location"] == order.pay_url
    assert order.pay_url.startswith(cashier.url)
    assert order.lines.count() == 3


def test_double_click_is_one_order(client: Client, cashier: CashierProcess) -> None:
    payer = make_payer()
    charges = owing(payer, 2)
    first, second = send(client, payer, charges), send(client, payer, charges)
    assert first.headers["Location"] == second.headers["Location"]
    assert Order.objects.filter(payer=payer).count() == 1


def test_going_on_paying_is_the_same_order(client: Client, cashier: CashierProcess) -> None:
    payer = make_payer()
    first = send(client, payer, owing(payer, 1))
    order = Order.objects.get(payer=payer)
    again = client.post(f"/payments/orders/{order.number}/pay/")
    assert again.headers["Location"] == first.headers["Location"]


def test_silent_cashier_keeps_the_order(client: Client, cashier: CashierProcess) -> None:
    cashier.switch(down="closed")
    payer = make_payer()
    answer = send(client, payer, owing(payer, 2))
    order = Order.objects.get(payer=payer)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert order.state == OrderState.OPEN
    assert "缴费平台没有应答，订单已保留" in text
    assert f"/payments/orders/{order.number}/pay/" in text


@pytest.mark.parametrize(
    ("count", "sentence"),
    [(0, "还没有选课程。"), (4, "一笔订单最多 3 门，选了 4 门。")],
    ids=["none", "four"],
)
def test_wrong_number_of_courses(client: Client, count: int, sentence: str) -> None:
    payer = make_payer()
    charges = owing(payer, 5)
    answer = send(client, payer, charges[:count])
    text = answer.content.decode()
    assert answer.status_code == 409
    assert re.findall(r'<h2 id="errors-title">(.*)</h2>', text) == [sentence]
    assert re.findall(r'value="(\d+)" data-keep checked', text) == [
        str(charge.pk) for charge in charges[:count]
    ]
    assert not Order.objects.filter(payer=payer).exists()


def test_course_of_somebody_else_opens_nothing(client: Client) -> None:
    payer = make_payer()
    answer = send(client, payer, [*owing(payer, 1), *owing(make_payer(), 1)])
    assert answer.status_code == 404
    assert not Order.objects.exists()


@pytest.mark.parametrize("value", ["x", "-1", "1.5", "", "9" * 30])
def test_nonsense_is_a_sentence(client: Client, value: str) -> None:
    client.force_login(make_payer())
    answer = client.post(OPEN, {"charge": value})
    assert answer.status_code == 400
    assert "没有读懂选了哪些课。" in answer.content.decode()


def test_stale_page_is_told_which_order_holds_the_course(client: Client) -> None:
    payer = make_payer()
    charges = owing(payer, 2)
    order = make_order(charges, now=timezone.now())
    answer = send(client, payer, charges[:1])
    assert answer.status_code == 409
    assert order.number in answer.content.decode()
    assert Order.objects.filter(payer=payer).count() == 1


def test_watched_course_asks_first_and_then_opens(client: Client, cashier: CashierProcess) -> None:
    payer, now = make_payer(), timezone.now()
    charges = owing(payer, 1)
    earlier = make_order(charges, now=now - minutes(90))
    give_back(earlier, now=now - minutes(60))
    asked = send(client, payer, charges)
    text = asked.content.decode()
    assert asked.status_code == 409
    assert "我没有付过，重新缴费 ¥300.00" in text
    assert earlier.number in text
    opened = send(client, payer, charges, never_paid="1")
    assert opened.status_code == 302
    assert Order.objects.filter(payer=payer).count() == 2


def test_early_release_says_when(client: Client) -> None:
    payer = make_payer()
    line = late_order(payer, 1, ago=19).lines.get()
    client.force_login(payer)
    answer = client.post(f"/payments/lines/{line.pk}/release/")
    line.refresh_from_db()
    assert answer.status_code == 409
    assert "后可释放" in answer.content.decode()
    assert line.state == LineState.HELD


def test_due_line_is_released_alone(client: Client, cashier: CashierProcess) -> None:
    payer = make_payer()
    order = late_order(payer)
    client.force_login(payer)
    first = order.lines.get(position=1)
    answer = client.post(f"/payments/lines/{first.pk}/release/", follow=True)
    states = OrderLine.objects.filter(order=order).order_by("position").values_list("state")
    assert [state for (state,) in states] == [LineState.RELEASED, LineState.HELD]
    assert f"{first.charge.title}已释放，没有扣款" in answer.content.decode()


def test_release_that_finds_the_money_is_good_news(client: Client, cashier: CashierProcess) -> None:
    payer = make_payer()
    order = late_order(payer, 1)
    hand_over(order)
    cashier.pay(order.number, late=True)
    client.force_login(payer)
    line = order.lines.get()
    answer = client.post(f"/payments/lines/{line.pk}/release/", follow=True)
    line.refresh_from_db()
    assert line.state == LineState.PAID
    assert "已经到账，不用释放" in answer.content.decode()


def test_silent_cashier_releases_nothing(client: Client, cashier: CashierProcess) -> None:
    cashier.switch(down="closed")
    payer = make_payer()
    line = late_order(payer, 1).lines.get()
    client.force_login(payer)
    answer = client.post(f"/payments/lines/{line.pk}/release/")
    line.refresh_from_db()
    assert answer.status_code == 409
    assert line.state == LineState.HELD
    assert "没有释放" in answer.content.decode()


def test_claim_stops_the_release_and_retracting_allows_it(
    client: Client, cashier: CashierProcess
) -> None:
    payer = make_payer()
    order = late_order(payer, 1)
    line = order.lines.get()
    client.force_login(payer)
    said = client.post(f"/payments/orders/{order.number}/claim/")
    assert said.headers["Location"] == f"/payments/orders/{order.number}/return/"
    refused = client.post(f"/payments/lines/{line.pk}/release/")
    assert refused.status_code == 409
    client.post(f"/payments/orders/{order.number}/retract/")
    assert client.post(f"/payments/lines/{line.pk}/release/").headers["Location"] == "/payments/"
    line.refresh_from_db()
    assert line.state == LineState.RELEASED


def test_claim_says_by_when_it_will_be_known(client: Client, cashier: CashierProcess) -> None:
    payer = make_payer()
    order = late_order(payer, 1)
    client.force_login(payer)
    text = client.post(f"/payments/orders/{order.number}/claim/", follow=True).content.decode()
    known = timezone.localtime(order.opened_at + timedelta(days=2))
    assert f"{known.month}月{known.day}日" in text


def test_order_closed_early_is_not_said_to_be_out_of_time(client: Client) -> None:
    """Another amount came: nobody can pay it any more, though its time is not over."""
    payer, now = make_payer(), timezone.now()
    order = make_order(owing(payer, 1), now=now - minutes(5))
    settle([make_arrival(order, 1)], now)
    client.force_login(payer)
    answer = client.post(f"/payments/orders/{order.number}/pay/")
    text = answer.content.decode()
    assert (answer.status_code, "已经关闭，不能再付" in text) == (409, True)


def test_claim_from_an_old_tab_promises_nothing_of_a_closed_order(client: Client) -> None:
    payer, now = make_payer(), timezone.now()
    order = late_order(payer, 1)
    mark_closed([order.number], now)
    client.force_login(payer)
    answer = client.post(f"/payments/orders/{order.number}/claim/", follow=True)
    text = answer.content.decode()
    assert ("平台已经关单" in text, "先留着" in text) == (True, False)
