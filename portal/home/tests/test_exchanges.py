"""What the home page says of exchanges, within the statements it makes anyway."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from credits.services import deciding
from credits.tests.factories import Exchange, build_exchange
from portal.records.kinds import AttemptKind
from portal.records.models import Course, CourseEquivalence, PlanCourse
from retake.tests import factories as retake

pytestmark = pytest.mark.django_db
CHANCE = "补考或重修后仍不及格"


@pytest.fixture
def exchange() -> Exchange:
    return build_exchange()


def home(client: Client, exchange: Exchange) -> str:
    assert exchange.student.user is not None
    client.force_login(exchange.student.user)
    return client.get("/").content.decode()


def decided(exchange: Exchange, days: int, service: Any, note: str = "") -> None:
    row = exchange.submitted(now=timezone.now() - timedelta(days=days + 1))
    at = timezone.now() - timedelta(days=days)
    service(staff=exchange.reviewer, application_id=row.pk, seen=1, note=note, now=at)


def test_a_date_above_what_waits_says_whose_it_is(client: Client, exchange: Exchange) -> None:
    now = timezone.now()
    row = exchange.submitted(now=now)
    deciding.ask(
        staff=exchange.reviewer, application_id=row.pk, seen=1, note="请补一张清楚的。", now=now
    )
    retake.make_round(
        enrol_opens_at=now - timedelta(days=2),
        enrol_closes_at=now + timedelta(days=1),
        pay_opens_at=now - timedelta(days=2),
        pay_closes_at=now + timedelta(days=2),
    )
    shown = home(client, exchange)
    assert "1 件事等你处理" in shown
    assert "<p>重修报名 <time" in shown


def test_a_course_failed_again_leads_to_the_exchange(client: Client, exchange: Exchange) -> None:
    assert f"高等数学（2-1）{CHANCE}" in home(client, exchange)


def test_nothing_is_offered_that_has_another_way(client: Client, exchange: Exchange) -> None:
    exchange.submitted(now=timezone.now())
    exchange.failed("X1", "军事理论")
    exchange.failed("P1", "实训", is_practical=True)
    passed = exchange.failed("B1", "数据库")
    exchange.world.attempt(passed, score=Decimal(70), kind=AttemptKind.RETAKE)
    assert CHANCE not in home(client, exchange)


def test_a_pass_under_the_new_code_counts(client: Client, exchange: Exchange) -> None:
    new = exchange.world.course("M1N", "高等数学（新）")
    CourseEquivalence.objects.create(old=exchange.target, new=new)
    exchange.world.attempt(new, score=Decimal(70))
    assert CHANCE not in home(client, exchange)


def test_an_application_under_review_says_until_when(client: Client, exchange: Exchange) -> None:
    exchange.submitted(now=timezone.now())
    shown = home(client, exchange)
    assert "现在没有要你处理的事" in shown
    assert "审核中" in shown
    assert "前给结果，到时发站内消息给你。" in shown


@pytest.mark.parametrize(
    ("service", "button"),
    [(deciding.send_back, "去修改"), (deciding.ask, "补交材料")],
    ids=["returned", "asked"],
)
def test_what_the_college_wants_is_a_thing_to_do(
    client: Client, exchange: Exchange, service: Any, button: str
) -> None:
    decided(exchange, 0, service, "截图看不清。")
    shown = home(client, exchange)
    assert "1 件事等你处理" in shown
    assert "学院说：截图看不清。" in shown
    assert f">{button}</a>" in shown


@pytest.mark.parametrize(("days", "told"), [(13, True), (15, False)], ids=["13", "15"])
def test_a_decision_is_told_for_two_weeks(
    client: Client, exchange: Exchange, days: int, told: bool
) -> None:
    decided(exchange, days, deciding.approve)
    assert ("成绩已记为兑换通过" in home(client, exchange)) is told


@pytest.mark.parametrize("number", [1, 12])
def test_the_page_costs_no_statement_more(
    client: Client,
    exchange: Exchange,
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for serial in range(number):
        course: Course = exchange.failed(f"N{serial}", f"课程 {serial}")
        PlanCourse.objects.filter(course=course).update(category="core")
    exchange.submitted(now=timezone.now())
    assert exchange.student.user is not None
    client.force_login(exchange.student.user)
    with django_assert_num_queries(6):
        client.get("/")
