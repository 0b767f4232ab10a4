"""The home page answers: what must I do now, until when, what happens by itself."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from payments.models import Charge, Order
from payments.services.check import mark_closed
from payments.services.orders import open_order
from payments.services.release import release_line
from payments.states import ChargeState
from portal.accounts.models import User
from portal.accounts.tests.factories import user
from portal.home.tests.scene import enrolled, open_round, student
from portal.records.models import Student
from portal.records.states import VeteranState
from retake.tests.factories import fail, make_veteran

pytestmark = pytest.mark.django_db


def order(account: User, charges: list[Charge], now: datetime) -> Order:
    return open_order(
        payer_id=account.pk,
        charge_ids=[charge.pk for charge in charges],
        channel="finance",
        now=now,
    )


def page(client: Client, account: User) -> str:
    client.force_login(account)
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def heading(text: str) -> str:
    (found,) = re.findall(r"<h1>(.*?)</h1>", text)
    return str(found)


def timeline(text: str) -> list[str]:
    start = text.index('class="timeline"')
    return re.findall(r"<p>(.*?)</p>", text[start : text.index("</ol>", start)])


def test_account_without_a_record_or_a_round(client: Client) -> None:
    text = page(client, user())
    assert heading(text) == "现在没有要你处理的事"
    assert "现在没有开放的报名，开放时发站内消息给你。" in text
    assert "近期没有安排。" in text


def test_open_round_invites_who_has_not_enrolled(client: Client) -> None:
    opened = open_round(timezone.now())
    account = student()
    fail(Student.objects.get(user=account))
    text = page(client, account)
    assert heading(text) == "重修报名已开放"
    assert opened.name in text
    assert timeline(text) == ["重修报名截止", "重修缴费截止"]


def test_whoever_has_nothing_to_choose_is_led_to_the_reasons(client: Client) -> None:
    open_round(timezone.now())
    text = page(client, student())
    assert '这一轮没有你现在能报的课，<a href="/retake/">看原因</a>。' in text
    invited = student()
    fail(Student.objects.get(user=invited))
    assert "没有你现在能报的课" not in page(client, invited)


def test_unpaid_courses_are_one_thing_to_do(client: Client) -> None:
    now = timezone.now()
    opened, account = open_round(now), student()
    enrolled(account, opened, 8, now)
    text = page(client, account)
    assert heading(text) == "1 件事等你处理"
    assert "8 门课还没缴费" in text
    assert "去缴费 ¥900.00" in text
    assert text.count('<ol class="track"') == 8


def test_every_open_order_waits_for_the_payer(client: Client) -> None:
    now = timezone.now()
    opened, account = open_round(now), student()
    charges = enrolled(account, opened, 8, now)
    first = order(account, charges[:3], now - timedelta(minutes=8))
    second = order(account, charges[3:6], now - timedelta(minutes=2))
    text = page(client, account)
    assert heading(text) == "2 件事等你处理"
    assert re.findall(r"orders/(ZZJF\d+)/pay/", text) == [first.number, second.number]
    assert text.count("btn btn-primary") == 1


def test_end_of_a_cool_down_is_announced(client: Client) -> None:
    now = timezone.now()
    opened, account = open_round(now), student()
    charges = enrolled(account, opened, 1, now)
    lost = order(account, charges, now - timedelta(minutes=30))
    mark_closed([lost.number], now - timedelta(minutes=9))
    line = lost.lines.get()
    release_line(line_id=line.pk, payer_id=account.pk, now=now - timedelta(minutes=9))
    text = page(client, account)
    assert heading(text) == "现在没有要你处理的事"
    assert timeline(text)[0] == f"{charges[0].title}可重新缴费"
    assert timeline(text)[-1] == "学院落实上课时间、地点和老师"


def test_veteran_is_told_no_date_of_payment(client: Client) -> None:
    now = timezone.now()
    account = student()
    for charge in enrolled(account, open_round(now), 2, now):
        Charge.objects.filter(pk=charge.pk).update(state=ChargeState.WAIVED)
    assert [text for text in timeline(page(client, account)) if "缴费" in text] == []


def test_courses_of_another_student_stay_his(client: Client) -> None:
    now = timezone.now()
    opened, other = open_round(now), student()
    (charge,) = enrolled(other, opened, 1, now)
    assert charge.title not in page(client, student())


def test_fragment_of_a_signed_out_reader_reloads_the_page(client: Client) -> None:
    assert client.get("/today/").headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("courses", [1, 3, 8, 30])
def test_page_costs_the_same_for_any_number(
    client: Client, courses: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    now = timezone.now()
    opened, account = open_round(now), student()
    order(account, enrolled(account, opened, courses, now)[-1:], now)
    client.force_login(account)
    with django_assert_num_queries(10):
        client.get("/")


def test_pending_veteran_claim_is_said_where_money_is_asked(client: Client) -> None:
    now = timezone.now()
    account = student()
    enrolled(account, open_round(now), 2, now)
    assert "退役身份审核中" not in page(client, account)
    make_veteran(Student.objects.get(user=account), VeteranState.PENDING)
    text = page(client, account)
    assert "退役身份审核中" in text
    assert "认定后不用缴费，先缴了的由财务处退回" in text
