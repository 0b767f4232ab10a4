"""学院落实: each round of a term has its own dates, and its own colleges that are late."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.roles import Role
from retake.models import Enrollment, Round
from retake.selectors.arranging import overview
from retake.states import RoundState
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.factories import NOW

pytestmark = pytest.mark.django_db
DEADLINE = date(2025, 5, 9)


def two_rounds() -> tuple[list[Enrollment], Round]:
    """Students of an earlier round wait; a later one of the same term is open."""
    rows = teaching.make_confirmed(2)
    earlier = rows[0].round
    Round.objects.filter(pk=earlier.pk).update(
        state=RoundState.ARCHIVED.value, college_deadline=DEADLINE
    )
    later = make.make_round(
        name="第二轮",
        enrol_opens_at=NOW + timedelta(days=60),
        enrol_closes_at=NOW + timedelta(days=64),
        pay_opens_at=NOW + timedelta(days=60),
        pay_closes_at=NOW + timedelta(days=66),
        reconcile_on=date(2025, 6, 30),
        verify_on=date(2025, 7, 1),
        college_deadline=date(2025, 7, 8),
    )
    return rows, later


def test_a_later_round_does_not_hide_who_is_late_in_an_earlier_one() -> None:
    rows, later = two_rounds()
    seen = overview(make.make_staff(), rows[0].term, DEADLINE + timedelta(days=1))
    first, second = seen.rounds
    [line] = first.colleges
    assert (first.round, line.courses, line.waiting, line.is_overdue) == (
        rows[0].round,
        1,
        2,
        True,
    )
    assert (second.round, second.colleges) == (later, ())


def test_on_the_last_day_nobody_is_late() -> None:
    rows, _ = two_rounds()
    [line] = overview(make.make_staff(), rows[0].term, DEADLINE).rounds[0].colleges
    assert line.is_overdue is False


def test_another_college_sees_neither_courses_nor_lateness() -> None:
    rows, later = two_rounds()
    stranger = make.make_staff(Role.REVIEWER, make.make_college("体育学院"))
    seen = overview(stranger, rows[0].term, DEADLINE + timedelta(days=1))
    assert ([one.round for one in seen.rounds], seen.courses) == ([later], ())


def statements() -> int:
    staff, term = make.make_staff(), make.make_term()
    with CaptureQueriesContext(connection) as seen:
        overview(staff, term, DEADLINE)
    return len(seen)


def test_statements_do_not_grow_with_rounds_and_courses() -> None:
    teaching.make_confirmed(1)
    before = statements()
    two_rounds()
    assert (before, statements()) == (5, 5)


def test_the_page_names_the_round_that_is_late() -> None:
    rows, _ = two_rounds()
    client = Client()
    client.force_login(teaching.make_reviewer(rows[0].course))
    page = client.get("/admin/retake/teachinggroup/overview/").content.decode()
    assert page.count("已过期限") == 1
    assert page.count("这一轮没有等安排的。") == 1
