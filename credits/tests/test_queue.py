"""The queue: what waits for whom, and how it is found."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from credits.services import deciding
from credits.tests.desk import LIST, classmate_case, queue, signed_in
from credits.tests.factories import Exchange, build_exchange
from portal.records.tests.factories import NOON


@pytest.fixture
def exchange(db: None) -> Exchange:
    return build_exchange()


def test_the_queue_opens_on_what_waits_for_me_oldest_first(exchange: Exchange) -> None:
    second = classmate_case(exchange)
    first = exchange.submitted(now=NOON - timedelta(days=3))
    assert queue(exchange.reviewer) == [first.pk, second.pk]
    deciding.ask(staff=exchange.reviewer, application_id=first.pk, seen=1, note="补一张", now=NOON)
    assert queue(exchange.reviewer) == [second.pk]
    assert queue(exchange.reviewer, desk="asked") == [first.pk]


def test_another_colleges_cases_are_not_there(exchange: Exchange) -> None:
    row = exchange.submitted()
    assert queue(exchange.stranger, desk="all") == []
    url = reverse("admin:credits_application_change", args=[row.pk])
    assert signed_in(exchange.stranger).get(url).status_code == 302
    post = reverse("admin:credits_application_decide", args=[row.pk])
    assert signed_in(exchange.stranger).post(post, {"decision": "approve"}).status_code == 404
    assert exchange.held() == 8


def test_overdue_cases_come_first_and_say_by_how_much(exchange: Exchange) -> None:
    early, late = exchange.submitted(now=timezone.now()), classmate_case(exchange)
    assert queue(exchange.reviewer) == [late.pk, early.pk]
    assert queue(exchange.teaching, desk="overdue") == [late.pk]
    shown = signed_in(exchange.reviewer).get(reverse(LIST)).content.decode()
    assert re.search(r"已超 \d+ 个工作日", shown)
    assert "1 份已超期" in shown


def test_what_waits_for_the_student_is_not_late(exchange: Exchange) -> None:
    row = exchange.submitted()
    deciding.ask(staff=exchange.reviewer, application_id=row.pk, seen=1, note="补一张", now=NOON)
    assert queue(exchange.reviewer, desk="overdue") == []
    assert queue(exchange.reviewer, desk="asked") == [row.pk]


def test_a_number_finds_its_application_wherever_it_is(exchange: Exchange) -> None:
    row = exchange.submitted()
    deciding.reject(staff=exchange.reviewer, application_id=row.pk, seen=1, note="过期", now=NOON)
    assert queue(exchange.reviewer) == []
    assert queue(exchange.reviewer, q=row.number) == [row.pk]
    assert queue(exchange.stranger, q=row.number) == []


def test_the_beginning_of_a_number_name_or_title_finds(exchange: Exchange) -> None:
    row = exchange.submitted()
    words = (row.student.number[:4], row.student.name, row.target.code, row.target.name[:2])
    assert [queue(exchange.reviewer, q=one) for one in words] == [[row.pk]] * 4
    assert queue(exchange.reviewer, q="无") == []
    assert queue(exchange.stranger, q=row.student.number) == []


@pytest.mark.usefixtures("steady")
def test_the_age_is_in_working_days(exchange: Exchange) -> None:
    exchange.submitted(now=timezone.now())
    assert "0 个工作日" in signed_in(exchange.reviewer).get(reverse(LIST)).content.decode()
