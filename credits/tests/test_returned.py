"""A returned application is taken up again on the page it came from."""

import pytest
from django.test import Client
from django.urls import reverse

from credits.models import Application
from credits.services.deciding import send_back
from credits.tests.factories import LATER, Exchange, build_exchange
from portal.records.kinds import CourseCategory
from portal.records.models import PlanCourse
from portal.records.tests.factories import NOON


@pytest.fixture
def exchange(db: None) -> Exchange:
    return build_exchange()


@pytest.fixture
def returned(exchange: Exchange) -> Application:
    row = exchange.submitted()
    return send_back(
        staff=exchange.reviewer, application_id=row.pk, seen=1, note="看不清", now=NOON
    )


def page(exchange: Exchange, row: Application) -> str:
    client = Client()
    assert exchange.student.user is not None
    client.force_login(exchange.student.user)
    return client.get(reverse("credits:choice"), {"target": row.target_id}).content.decode()


def test_it_opens_with_reason_ticks_and_files(exchange: Exchange, returned: Application) -> None:
    shown = page(exchange, returned)
    assert "退回原因</b>：看不清。" in shown
    assert "被退回，改好再提交" in shown
    assert "已选 8.0，刚好够" in shown
    assert "附件 1.jpg" in shown


def test_credits_given_elsewhere_meanwhile_are_not_ticked(
    exchange: Exchange, returned: Application
) -> None:
    english = exchange.failed("M2", "英语（2-2）")
    PlanCourse.objects.filter(course=english).update(category=CourseCategory.PUBLIC_REQUIRED)
    exchange.world.plan.requirements.filter(category="elective").update(credit_hours=0)
    exchange.submitted(target_id=english.pk, now=LATER)
    assert "现在没有能兑换的课" in page(exchange, returned)


def test_with_two_credits_taken_the_others_are_left(
    exchange: Exchange, returned: Application
) -> None:
    english = exchange.failed("M2", "英语（2-2）")
    PlanCourse.objects.filter(course=english).update(category=CourseCategory.PUBLIC_REQUIRED)
    type(english).objects.filter(pk=english.pk).update(credit_hours=1)
    exchange.world.plan.requirements.filter(category="elective").update(credit_hours=0)
    exchange.submitted(target_id=english.pk, keys=exchange.keys(1), now=LATER)
    shown = page(exchange, returned)
    assert "已选 6.0，还差 2.0" in shown
    assert "<b>选修 0</b>" not in shown


def test_deleting_is_asked_for_before_it_is_done(
    client: Client, exchange: Exchange, returned: Application
) -> None:
    assert exchange.student.user is not None
    client.force_login(exchange.student.user)
    shown = client.get(f"/credits/applications/{returned.pk}/").content.decode()
    asked = shown.partition("<details")[2].partition("</details>")[0]
    assert ("删了找不回来" in asked, f"删除 {returned.number}</button>" in asked) == (True, True)
    assert shown.count(f"/credits/applications/{returned.pk}/delete/") == 1
