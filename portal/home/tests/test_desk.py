"""The start page of admin begins with what waits for this account, and says so in its heading."""

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from credits.tests.factories import build_exchange
from payments.tests.desk import filed, make_clerk, withdrawn
from payments.tests.factories import HANDLERS
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.accounts.tests.factories import user
from portal.home.desk import tasks_of
from portal.home.tests.scene import enrolled, open_round, student
from portal.records.states import VeteranState
from retake.models import Enrollment
from retake.tests.factories import make_college, make_staff, make_student, make_veteran

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def charges_of_no_workflow(settings: Settings) -> None:
    settings.CHARGE_HANDLERS = settings.CHARGE_HANDLERS | HANDLERS


def told(staff: User, now: datetime | None = None) -> list[tuple[str, int]]:
    return [(task.status.text, task.count) for task in tasks_of(staff, now or timezone.now())]


def opened(staff: User, client: Client) -> str:
    client.force_login(staff)
    return client.get("/admin/").content.decode()


def test_a_reviewer_is_told_of_applications_of_his_own_college() -> None:
    exchange = build_exchange()
    row = exchange.submitted()
    waiting, late = ("等你审核", 1), ("已超期", 1)
    assert told(exchange.reviewer, row.submitted_at) == [waiting]
    assert told(exchange.reviewer) == [waiting, late]
    assert told(exchange.stranger) == []


def test_a_college_is_told_of_courses_without_a_class() -> None:
    now = timezone.now()
    enrolled(student(), open_round(now), 2, now)
    Enrollment.objects.update(state="confirmed")
    college = Enrollment.objects.select_related("course__offering_college")[0].course
    assert told(make_staff(Role.REVIEWER, college.offering_college)) == [("等安排", 2)]
    assert told(make_staff(Role.REVIEWER, make_college("另一学院"))) == []


def test_the_teaching_office_is_told_of_claims() -> None:
    make_veteran(make_student(), VeteranState.PENDING)
    assert told(make_staff()) == [("退役身份待审核", 1)]


def test_money_waits_for_a_second_person_not_for_who_filed_it() -> None:
    first, second = withdrawn(40000, 30000)
    clerk = make_clerk()
    filed(first, clerk=clerk)
    unfiled = ("余款待申请处理", 1)
    assert told(clerk, second.opened_at) == [unfiled]
    assert told(make_clerk("孙会计"), second.opened_at) == [unfiled, ("余款处理待复核", 1)]


def test_each_line_leads_to_its_rows(client: Client) -> None:
    withdrawn(40000)
    page = opened(make_clerk(), client)
    assert "1 类事等你处理" in page
    link = '<a href="/admin/payments/surplus/?stage=new">1 笔</a>'
    assert link in page
    assert client.get("/admin/payments/surplus/?stage=new").context["cl"].result_count == 1


def test_who_has_nothing_to_do_is_told_so(client: Client) -> None:
    assert "现在没有等你处理的事" in opened(user(role=Role.TEACHING), client)


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_any_number(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        withdrawn(40000)
    clerk = make_clerk()
    with django_assert_num_queries(14):
        tasks_of(clerk, timezone.now())
