"""/payments/: what the payer sees, at a constant number of statements."""

import re

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from payments.models import Charge
from payments.services import orders
from payments.services.settle import settle
from payments.tests.factories import (
    give_back,
    make_arrival,
    make_charge,
    make_order,
    make_payer,
    minutes,
    pay,
)
from portal.accounts.models import User

pytestmark = pytest.mark.django_db
PATH = "/payments/"


def owing(payer: User, count: int, prefix: str = "a", **fields: object) -> list[Charge]:
    return [
        make_charge(payer, 30_000, reference=f"live-{payer.pk}-{prefix}{n}", **fields)  # type: ignore[arg-type]
        for n in range(count)
    ]


def page(client: Client, payer: User, path: str = PATH) -> str:
    client.force_login(payer)
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def heading(text: str) -> str:
    (found,) = re.findall(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    return str(found)


def primary(text: str) -> list[str]:
    return [b.strip() for b in re.findall(r'class="btn btn-primary[^>]*>([^<]+)<', text)]


def test_signed_out_goes_to_sign_in(client: Client) -> None:
    assert client.get(PATH).headers["Location"] == f"/accounts/login/?next={PATH}"


def test_fragment_of_a_signed_out_reader_reloads_the_page(client: Client) -> None:
    assert client.get("/payments/board/").headers["HX-Refresh"] == "true"


def test_eight_courses_are_planned_in_three(client: Client) -> None:
    payer = make_payer()
    owing(payer, 8)
    text = page(client, payer)
    assert heading(text) == "8 门课，分 3 次缴清"
    assert primary(text) == ["缴第 1 批 ¥900.00"]
    assert text.count("data-keep checked") == 3


def test_open_order_leads(client: Client) -> None:
    payer, now = make_payer(), timezone.now()
    charges = owing(payer, 8)
    pay(make_order(charges[:3], now=now - minutes(60)), now=now)
    order = make_order(charges[3:6], now=now - minutes(8))
    text = page(client, payer)
    assert primary(text) == ["继续支付 ¥900.00"]
    assert f"/payments/orders/{order.number}/pay/" in text
    assert "没付也没关系：到点自动释放，不扣款" in text
    assert 'role="timer"' in text


def test_cooling_course_says_when(client: Client) -> None:
    payer, now = make_payer(), timezone.now()
    charges = owing(payer, 2)
    (line,) = give_back(make_order(charges[:1], now=now - minutes(30)), now=now - minutes(9))
    assert line.payable_again_at is not None
    again = timezone.localtime(line.payable_again_at)
    text = page(client, payer)
    assert f"{again:%H:%M} 后可重新缴费" in text
    assert primary(text) == ["先缴这 1 门 ¥300.00"]


def test_due_line_has_its_own_release_button(client: Client) -> None:
    payer, now = make_payer(), timezone.now()
    order = make_order(owing(payer, 2), now=now - minutes(21))
    text = page(client, payer)
    assert text.count("正在向缴费平台核对") == 2  # the chip and the clock
    assert ("继续支付" in text, "最晚" in text, "付过了就按" in text) == (False, False, True)
    assert re.findall(r"/payments/lines/(\d+)/release/", text) == [
        str(pk) for pk in order.lines.order_by("position").values_list("pk", flat=True)
    ]
    assert "every 10s" in text


def test_an_order_closed_by_another_amount_names_its_release(client: Client) -> None:
    payer, now = make_payer(), timezone.now()
    order = make_order(owing(payer, 1), now=now)
    settle([make_arrival(order, order.amount_fen - 1)], now)
    text = page(client, payer)
    untrue = ("付款时间已过", "不扣款", "正在向缴费平台核对")
    assert [words for words in untrue if words in text] == []
    due = timezone.localtime(order.opened_at + minutes(20))
    assert f"{due:%H:%M} 起自动释放" in text


def test_claimed_order_waits_without_release_button(client: Client) -> None:
    payer, now = make_payer(), timezone.now()
    order = make_order(owing(payer, 1), now=now - minutes(21))
    orders.claim_paid(payer_id=payer.pk, number=order.number, now=now)
    text = page(client, payer)
    assert "/release/" not in text
    assert f"/payments/orders/{order.number}/retract/" in text


def test_paid_up_says_so(client: Client) -> None:
    payer, now = make_payer(), timezone.now()
    order = make_order(owing(payer, 2), now=now)
    pay(order, now=now)
    text = page(client, payer)
    assert heading(text) == "2 门课已缴清"
    assert f'href="/payments/orders/{order.number}/"' in text
    assert primary(text) == []


def test_veteran_pays_nothing(client: Client) -> None:
    payer = make_payer()
    owing(payer, 3, waived=True)
    text = page(client, payer)
    assert heading(text) == "不用缴费"
    assert "¥900.00" in text


def test_nothing_owed(client: Client) -> None:
    assert heading(page(client, make_payer())) == "现在没有要缴的费用"


def test_payment_over_says_since_when(client: Client) -> None:
    payer = make_payer()
    make_charge(payer, 30_000)  # the test workflow's window closed in April 2025
    text = page(client, payer)
    assert heading(text) == "缴费已截止，1 门没有缴"
    assert "2025年4月30日（周三）17:00" in text


def test_refused_course_says_why(client: Client) -> None:
    payer = make_payer()
    make_charge(payer, 30_000, reference="no-1")
    assert "这门课的报名已取消。" in page(client, payer)


def test_money_paid_twice_is_said(client: Client) -> None:
    payer, now = make_payer(), timezone.now()
    order = make_order(owing(payer, 1), now=now)
    pay(order, now=now)
    settle([make_arrival(order)], now)
    text = page(client, payer)
    assert ("这门课已经缴过：" in text, "在财务处核对" in text) == (True, True)


def test_page_of_one_payer_shows_no_other(client: Client) -> None:
    other = make_payer()
    owing(other, 3)
    assert heading(page(client, make_payer())) == "现在没有要缴的费用"


def test_limit_of_the_setting_is_shown(client: Client, settings: Settings) -> None:
    settings.ORDER_MAX_COURSES = 2
    payer = make_payer()
    owing(payer, 4)
    text = page(client, payer)
    assert heading(text) == "4 门课，分 2 次缴清"
    assert "每次最多 2 门" in text


@pytest.mark.parametrize("path", [PATH, "/payments/board/"])
@pytest.mark.parametrize("count", [1, 3, 8, 30])
def test_page_costs_the_same_for_any_number(
    client: Client, path: str, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    payer, now = make_payer(), timezone.now()
    charges = owing(payer, count)
    pay(make_order(charges[-1:], now=now - minutes(1)), now=now)
    client.force_login(payer)
    # Session, user, charges with lines, surplus, unread messages and how they reach him.
    with django_assert_num_queries(5):
        client.get(path)
