"""What the staff pages ask of the database: the same for one application and for many."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from credits.models import Application
from credits.services import deciding, replaying
from credits.services.filing import submit
from credits.tests.factories import (
    Exchange,
    another_student,
    build_exchange,
    build_rules,
    shot,
)
from portal.accounts.models import User
from portal.jobs.services import work
from portal.records.kinds import AttemptKind

RULE_SETS = reverse("admin:credits_ruleset_changelist")
LIST = reverse("admin:credits_application_changelist")
FEW, MANY = 2, 9


@pytest.fixture
def exchange(db: None) -> Exchange:
    return build_exchange()


def classmates(exchange: Exchange, number: int) -> list[Application]:
    """Applications of so many classmates about the same course, each with two files."""
    return [_classmate(exchange, serial) for serial in range(number)]


def _classmate(exchange: Exchange, serial: int) -> Application:
    student = another_student(exchange, f"00202302{serial:02}")
    for score, kind in ((45, AttemptKind.REGULAR), (50, AttemptKind.MAKEUP)):
        exchange.world.attempt(exchange.target, student=student, score=Decimal(score), kind=kind)
    for elective in exchange.electives:
        exchange.world.attempt(elective, student=student, score=Decimal(70))
    files = (shot(serial), shot(serial + 50))
    filing = exchange.filing(files=files)
    return submit(user_id=student.user_id or 0, filing=filing, now=timezone.now())


def cost(staff: User, path: str) -> int:
    """Statements of a page that was opened before."""
    client = Client()
    client.force_login(staff)
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


@pytest.mark.parametrize("number", [FEW, MANY])
@pytest.mark.parametrize("query", ["", "?desk=all", "?q=高等", "?desk=over&is_clean__exact=1"])
def test_the_queue(exchange: Exchange, number: int, query: str) -> None:
    rows = classmates(exchange, number)
    for row in rows[: number // 2]:
        deciding.approve(
            staff=exchange.reviewer, application_id=row.pk, seen=1, note="", now=timezone.now()
        )
    assert cost(exchange.reviewer, LIST + query) == (12 if "q=" in query else 10)


@pytest.mark.parametrize("number", [FEW, MANY])
def test_the_decision_page(exchange: Exchange, number: int) -> None:
    first, *others = classmates(exchange, number)
    for row in others:
        deciding.reject(
            staff=exchange.reviewer, application_id=row.pk, seen=1, note="否", now=timezone.now()
        )
    page = reverse("admin:credits_application_change", args=[first.pk])
    assert cost(exchange.reviewer, page) == 10


@pytest.mark.parametrize("number", [FEW, MANY])
def test_the_page_before_a_bulk_approval(exchange: Exchange, number: int) -> None:
    rows = classmates(exchange, number)
    client = Client()
    client.force_login(exchange.reviewer)
    data = {"action": "approve_clean", "_selected_action": [one.pk for one in rows]}
    client.post(LIST, data)
    with CaptureQueriesContext(connection) as seen:
        client.post(LIST, data)
    assert len(seen) == 19


@pytest.mark.parametrize("number", [FEW, MANY])
def test_the_list_of_rule_sets(exchange: Exchange, number: int) -> None:
    for serial in range(number):
        build_rules(f"第 {serial} 版")
    assert cost(exchange.teaching, RULE_SETS) == 6


@pytest.mark.parametrize("number", [FEW, MANY])
def test_the_pages_of_a_draft(exchange: Exchange, number: int) -> None:
    classmates(exchange, number)
    draft = build_rules("试算", published=False, term_cap="3.5")
    job = replaying.start(rule_set_id=draft.pk, staff=exchange.teaching, now=timezone.now())
    work(job.pk, timezone.now)
    pages = ("replay", "publish")
    paths = [reverse(f"admin:credits_ruleset_{one}", args=[draft.pk]) for one in pages]
    assert [cost(exchange.teaching, one) for one in paths] == [10, 10]
