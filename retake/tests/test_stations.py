"""The stations of a paid course: when 对账 is done, and on which day each was."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.models import Order
from payments.reconcile.services.closing import seal
from payments.reconcile.tests.statements import apply, listed, preview
from payments.tests.factories import pay
from portal.accounts.roles import Role
from portal.calendar.services import seed_official_days
from portal.records.models import GradePolicy
from retake.billing import RetakeCharges
from retake.models import Enrollment, TeachingGroup
from retake.selectors.mine import my_enrollments
from retake.services.verify import verify
from retake.teaching import results
from retake.teaching.clashes import Slot
from retake.teaching.groups import assign
from retake.teaching.slots import take
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.factories import MOMENT, NOW
from retake.tests.sheets import result_file

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


def shown_days(world: make.World) -> list[str]:
    """The stations that are done, with the days they show."""
    [card] = my_enrollments(world.user_id, AFTER_THE_PLAN)
    return [f"{one.label} {one.date:%m-%d}" for one in card.steps if one.state == "done"]


def test_every_station_that_is_done_shows_its_day() -> None:
    seed_official_days()
    world = make.make_world()
    [row] = world.enroll()
    order = world.open_order(row)
    seal_day_with(order)
    assert shown_days(world) == ["报名 04-23", "缴费 04-23", "对账 04-24"]
    verified(world, date(2025, 5, 3))
    group = teaching.make_group(row.course)
    seat(group, row, date(2025, 5, 6))
    assert shown_days(world)[3:] == ["核实 05-03"]
    give_a_time(group, date(2025, 5, 7))
    assert shown_days(world)[3:] == ["核实 05-03", "落实 05-07"]
    enter_result(group, row, date(2025, 5, 23))
    assert shown_days(world)[4:] == ["落实 05-07", "上课 05-12", "成绩 05-23"]


def test_the_way_of_the_money_says_when_it_was_verified() -> None:
    seed_official_days()
    world = make.make_world()
    [row] = world.enroll()
    pay(world.open_order(row), now=NOW)
    verified(world, date(2025, 5, 3))
    told = RetakeCharges().steps([row.reference])
    assert told[row.reference].done_at == at(date(2025, 5, 3))


def at(day: date) -> datetime:
    return datetime.combine(day, time(12), make.SHANGHAI)


def verified(world: make.World, day: date) -> None:
    """核实 with a reason why the days without a 日结 need not be waited for."""
    asked = {"staff": make.make_staff(), "round_id": world.round.pk}
    verify(**asked, override_reason="对账单补传中", now=at(day))  # type: ignore[arg-type]


def seat(group: TeachingGroup, row: Enrollment, day: date) -> None:
    assign(staff=group.created_by, group_id=group.pk, enrollment_ids=[row.pk], now=at(day))


def give_a_time(group: TeachingGroup, day: date) -> None:
    """Periods 9 and 10 of a Monday: 5月12日."""
    slot = Slot(1, 9, 10, (13,))
    take(staff=group.created_by, group_id=group.pk, slot=slot, room="A101", now=at(day))


def enter_result(group: TeachingGroup, row: Enrollment, day: date) -> None:
    GradePolicy.objects.get_or_create(valid_from="2015-09-01")
    asked = {"staff": group.created_by, "term": group.term, "reason": "", "now": at(day)}
    results.apply_plan(data=result_file([row], "72"), **asked)  # type: ignore[arg-type]


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
