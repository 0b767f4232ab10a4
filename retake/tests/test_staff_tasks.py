"""The front page of admin names what waits for whom, with the way there."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from payments.tests.factories import give_back, pay
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.calendar.services import seed_official_days
from retake.models import Enrollment, Round
from retake.selectors.waiting import staff_tasks
from retake.states import EnrollmentState
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.factories import NOW, PAY_CLOSES

pytestmark = pytest.mark.django_db
AFTER = PAY_CLOSES + timedelta(hours=1)


def told(staff: User, now: datetime = AFTER) -> list[tuple[str, int]]:
    return [(one.status.text, one.count) for one in staff_tasks(staff, now)]


def test_the_office_is_told_what_to_verify_once_payment_is_over() -> None:
    make.make_world(2).enroll()
    office = make.make_staff()
    assert told(office, PAY_CLOSES) == []
    [task] = staff_tasks(office, AFTER)
    row = Round.objects.get()
    assert (task.status.text, task.count, task.text) == (
        "等核实",
        2,
        f"门次，缴费已截止（{row.name}）",
    )
    assert task.href == f"/admin/retake/round/{row.pk}/verification/"


def test_late_money_is_named_until_it_is_decided() -> None:
    world = make.make_world()
    [row] = world.enroll()
    order = world.open_order(row)
    give_back(order, now=NOW + timedelta(minutes=20))
    Enrollment.objects.update(state=EnrollmentState.LAPSED.value)
    office = make.make_staff()
    assert told(office) == []
    pay(order, now=AFTER)
    assert told(office) == [("失效后到账", 1)]
    page = f"/admin/retake/round/{world.round.pk}/verification/#late"
    assert [one.href for one in staff_tasks(office, AFTER)] == [page]
    Enrollment.objects.update(state=EnrollmentState.CONFIRMED.value)
    assert ("失效后到账", 1) not in told(office)


def test_a_college_is_told_of_its_own_courses_and_of_the_day() -> None:
    seed_official_days()
    rows = teaching.make_confirmed(2)
    reviewer = teaching.make_reviewer(rows[0].course)
    stranger = make.make_staff(Role.REVIEWER, make.make_college("体育学院"))
    [task] = staff_tasks(reviewer, AFTER)
    assert (task.status.text, task.count) == ("等安排", 2)
    assert "期限 5月7日（周三）" in task.text
    assert told(reviewer, AFTER + timedelta(days=30)) == [("已过期限", 2)]
    assert told(stranger) == told(make.make_staff(Role.FINANCE)) == []


def test_the_front_page_leads_there(client: Client) -> None:
    rows = teaching.make_confirmed(1)
    client.force_login(teaching.make_reviewer(rows[0].course))
    page = client.get("/admin/").content.decode()
    assert f'href="/admin/retake/teachinggroup/overview/?term={rows[0].term.code}"' in page
    rows[0].state = EnrollmentState.ARRANGED.value
    rows[0].save(update_fields=["state"])
    assert "现在没有等你处理的事" in client.get("/admin/").content.decode()


def test_statements_do_not_grow() -> None:
    office, costs = make.make_staff(), set()
    staff_tasks(office, AFTER)  # what he may do is read once
    for number in (1, 3):
        make.make_world(number).enroll()
        teaching.make_confirmed(number)
        with CaptureQueriesContext(connection) as seen:
            staff_tasks(office, AFTER)
        costs.add(len(seen))
    assert costs == {4}
