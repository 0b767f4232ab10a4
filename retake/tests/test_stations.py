"""The 对账 station of a paid course: done when a statement of a sealed day lists its money."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.models import Order
from payments.reconcile.services.closing import seal
from payments.reconcile.tests.statements import apply, listed, preview
from payments.tests.factories import pay
from portal.accounts.roles import Role
from retake.selectors.mine import my_enrollments
from retake.tests import factories as make
from retake.tests.factories import MOMENT, NOW

pytestmark = pytest.mark.django_db
TOMORROW = NOW + timedelta(days=1)
AFTER_THE_PLAN = NOW + timedelta(days=60)


def stations(world: make.World, now: object = TOMORROW) -> list[str]:
    """Where each course stands, in the order of enrolling."""
    return [
        step.label
        for card in my_enrollments(world.user_id, now)  # type: ignore[arg-type]
        for step in card.steps
        if step.state == "now"
    ]


def seal_day_with(*orders: Order) -> None:
    """The channel's file lists these orders, and finance closes the day."""
    clerk = make.make_staff(Role.FINANCE)
    lines = [listed(order, f"T-{order.number}", at=NOW) for order in orders]
    apply(preview(lines, clerk.pk, now=TOMORROW), clerk.pk, now=TOMORROW)
    day = NOW.date()
    seal("finance", day, actor_id=clerk.pk, now=TOMORROW, note="另一笔渠道次日补传")


def test_a_statement_of_a_sealed_day_reconciles_what_it_lists() -> None:
    world = make.make_world(2, grade_year=2022)
    rows = world.enroll()
    told, silent = (world.open_order(row) for row in rows)
    pay(silent, now=NOW + MOMENT)
    assert stations(world) == ["缴费", "对账"]
    seal_day_with(told)
    assert stations(world) == ["核实", "对账"]


def test_a_planned_day_alone_reconciles_nothing() -> None:
    world = make.make_world()
    [row] = world.enroll()
    pay(world.open_order(row), now=NOW)
    assert stations(world, AFTER_THE_PLAN) == ["对账"]


def statements(paid: int) -> int:
    world = make.make_world(paid, grade_year=2022)
    for row in world.enroll():
        pay(world.open_order(row), now=NOW)
    with CaptureQueriesContext(connection) as found:
        assert stations(world) == ["对账"] * paid
    return len(found)


def test_paid_courses_cost_the_same_whatever_their_number() -> None:
    statements(1)  # compiles what is compiled once
    assert statements(1) == statements(3) == 4
