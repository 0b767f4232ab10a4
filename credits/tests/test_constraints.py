"""What the database itself refuses, whoever asks."""

from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction

from credits.models import Application, ApplicationEvent, ApplicationSource
from credits.services.deciding import approve
from credits.states import APPLICATION_MOVES, APPLICATION_STARTS, ApplicationState
from credits.tests.factories import LATER, Exchange, another_student, build_exchange
from portal.records.models import Course
from portal.records.tests.factories import NOON

State = ApplicationState
REFUSED = (IntegrityError, InternalError)


@pytest.fixture
def exchange(db: None) -> Exchange:
    return build_exchange()


def blank(exchange: Exchange, state: State, **changed: Any) -> Application:
    """An application with every date it may need, as no service would make it."""
    given: dict[str, Any] = {
        "student": exchange.student,
        "target": exchange.target,
        "term": exchange.world.terms[-1],
        "rule_set": exchange.rule_set,
        "state": state,
        "created_at": NOON,
        "submitted_at": NOON,
        "decided_at": NOON,
        "decided_by": exchange.reviewer,
        "attempt": exchange.world.student.gradeattempt_set.first(),
    }
    return Application.objects.create(**(given | changed))


def accepted(act: Any) -> bool:
    try:
        with transaction.atomic():
            act()
    except REFUSED:
        return False
    return True


@pytest.mark.parametrize("state", State, ids=str)
def test_an_application_begins_as_the_table_says(exchange: Exchange, state: State) -> None:
    assert accepted(lambda: blank(exchange, state)) is (state in APPLICATION_STARTS)


# A way from a first state to each state.
WAYS = {
    State.DRAFT: (),
    State.PENDING: (State.PENDING,),
    State.RETURNED: (State.PENDING, State.RETURNED),
    State.APPROVED: (State.PENDING, State.APPROVED),
    State.REJECTED: (State.PENDING, State.REJECTED),
    State.REVOKED: (State.PENDING, State.APPROVED, State.REVOKED),
}


@pytest.mark.parametrize(("source", "target"), tuple(product(State, State)), ids=str)
def test_the_database_knows_the_moves(exchange: Exchange, source: State, target: State) -> None:
    rows = Application.objects.filter(pk=blank(exchange, State.DRAFT).pk)
    for step in WAYS[source]:
        rows.update(state=step)
    legal = source is target or (source, target) in APPLICATION_MOVES
    assert accepted(lambda: rows.update(state=target)) is legal


def test_one_application_about_a_course_at_a_time(exchange: Exchange) -> None:
    exchange.submitted()
    assert not accepted(lambda: blank(exchange, State.DRAFT))


def test_somebody_else_may_apply_for_the_same_course(exchange: Exchange) -> None:
    exchange.submitted()
    other = another_student(exchange)
    assert accepted(lambda: blank(exchange, State.DRAFT, student=other))


def test_the_course_of_an_application_stays(exchange: Exchange) -> None:
    row = exchange.submitted()
    other = Course.objects.exclude(pk=row.target_id)[0]
    rows = Application.objects.filter(pk=row.pk)
    assert not accepted(lambda: rows.update(target=other))
    assert not accepted(lambda: rows.update(student=another_student(exchange)))


@pytest.mark.parametrize("state", State, ids=str)
def test_only_drafts_and_returned_ones_are_hidden(exchange: Exchange, state: State) -> None:
    rows = Application.objects.filter(pk=blank(exchange, State.DRAFT).pk)
    for step in WAYS[state]:
        rows.update(state=step)
    hidden = accepted(lambda: rows.update(deleted_at=LATER))
    assert hidden is (state in (State.DRAFT, State.RETURNED))


def test_no_application_is_ever_deleted(exchange: Exchange) -> None:
    rows = Application.objects.filter(pk=blank(exchange, State.DRAFT).pk)
    assert not accepted(rows.delete)


def test_an_approval_has_its_grade(exchange: Exchange) -> None:
    rows = Application.objects.filter(pk=exchange.submitted().pk)
    decided = {"state": State.APPROVED, "decided_at": NOON}
    assert not accepted(lambda: rows.update(**decided))


def test_a_decision_has_its_date(exchange: Exchange) -> None:
    rows = Application.objects.filter(pk=exchange.submitted().pk)
    assert not accepted(lambda: rows.update(state=State.REJECTED))


@pytest.mark.parametrize("first", ["reviewer", ""], ids=["same_person", "nobody"])
def test_where_two_agree_they_are_two(exchange: Exchange, first: str) -> None:
    agreed = getattr(exchange, first) if first else None
    row = blank(exchange, State.PENDING, needs_second=True, first_by=agreed)
    rows = Application.objects.filter(pk=row.pk)
    assert not accepted(lambda: rows.update(state=State.APPROVED))
    rows.update(first_by=exchange.colleague)
    assert accepted(lambda: rows.update(state=State.APPROVED))


def test_a_source_is_a_course_or_something_else(exchange: Exchange) -> None:
    row = exchange.submitted()
    bare = {"application": row, "kind": "elective", "title": "x", "credit_hours": 1}
    assert not accepted(lambda: ApplicationSource.objects.create(**bare))


def test_the_trace_is_never_changed(exchange: Exchange) -> None:
    row = exchange.submitted()
    approve(staff=exchange.reviewer, application_id=row.pk, seen=1, now=NOON)
    events = ApplicationEvent.objects.filter(application=row)
    assert not accepted(lambda: events.update(reason="改"))
    assert not accepted(events.delete)
