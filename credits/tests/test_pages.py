"""The student's pages: what is offered, what is said, what bad input gets."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from credits.models import Application
from credits.services import deciding
from credits.states import ApplicationState
from credits.tests.factories import Exchange, another_student, build_exchange
from credits.tests.uploads import encoded, image_upload, screenshot, upload
from portal.accounts.models import Contact
from portal.records.kinds import AttemptKind, CourseCategory
from portal.records.models import Course, PlanCourse

State = ApplicationState
COLUMNS = (
    *("流程跟踪", "审核状态", "申请学年", "申请学期", "申请类型", "学分", "认定关系"),
    *("校内课程代码", "校内课程名称", "校内课程英文名", "课程性质", "校内学分", "校内成绩", "备注"),
)


@pytest.fixture
def exchange(db: None) -> Exchange:
    return build_exchange()


@pytest.fixture
def browser(exchange: Exchange, client: Client) -> Client:
    assert exchange.student.user is not None
    client.force_login(exchange.student.user)
    return client


def page(browser: Client, **query: Any) -> str:
    answer = browser.get(reverse("credits:choice"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def post(browser: Client, exchange: Exchange, name: str = "submit", **changed: Any) -> Any:
    data: dict[str, Any] = {
        "target": exchange.target.pk,
        "source": list(exchange.keys()),
        "files": [image_upload()],
    } | changed
    return browser.post(reverse(f"credits:{name}"), data)


def test_the_cheapest_set_is_ticked_and_said(browser: Client) -> None:
    shown = page(browser)
    assert "已选 8.0，刚好够" in shown
    assert "比例 2 : 1，需 8.0 学分换 4.0 学分" in shown
    assert shown.count(" checked") == 5  # the course and four electives
    assert "你的通识选修已得 12.0，毕业要求 4.0，最多可用 8.0。" in shown


def test_every_other_failed_course_has_its_reason(browser: Client, exchange: Exchange) -> None:
    exchange.failed("X1", "军事理论")
    once = exchange.world.course("O1", "云计算概论")
    exchange.world.attempt(once, score=Decimal(47))
    exchange.failed("B1", "数据库应用基础")
    shown = page(browser)
    assert "其他 3 门为什么不能兑换" in shown
    assert "<b>军事理论</b> 第六条。" in shown
    assert "<b>云计算概论</b> 正考 47，还没参加补考或重修。先参加补考或重修。" in shown
    assert "<b>数据库应用基础</b> 只能用专业拓展学分兑换，你名下没有可用的。" in shown


def test_whom_to_ask_about_co_curricular_credit(browser: Client) -> None:
    Contact.objects.create(topic="second", office="二级学院团委", phone="分机 6041")
    assert "第二课堂学分有疑问，问二级学院团委 分机 6041" in page(browser)


def test_a_course_that_cannot_be_exchanged_leads_to_those_that_can(
    browser: Client, exchange: Exchange
) -> None:
    excluded = exchange.failed("X1", "军事理论")
    url = reverse("credits:choice")
    answer = browser.get(url, {"target": excluded.pk}, follow=True)
    assert answer.redirect_chain == [(url, 302)]
    assert "这门课现在不能兑换" in answer.content.decode()
    swap = browser.get(url, {"target": excluded.pk}, headers={"HX-Request": "true"})
    assert swap.headers["HX-Redirect"] == url


def test_another_set_of_credits_is_proposed_on_demand(browser: Client) -> None:
    first, second = page(browser), page(browser, set=1)
    assert "换一组" in first
    ticked = [
        [line for line in shown.splitlines() if 'name="source"' in line and " checked" in line]
        for shown in (first, second)
    ]
    assert ticked[0] != ticked[1]
    assert len(ticked[1]) == 4


def test_nothing_failed_is_an_empty_state(exchange: Exchange, client: Client) -> None:
    user = another_student(exchange).user
    assert user is not None
    client.force_login(user)
    assert "没有不及格的课程" in page(client)


def test_feedback_while_ticking(browser: Client, exchange: Exchange) -> None:
    query: dict[str, Any] = {"target": exchange.target.pk, "source": list(exchange.keys(3))}
    shown = browser.get(reverse("credits:feedback"), query).content.decode()
    assert "已选 6.0，还差 2.0" in shown
    assert 'id="effect" hx-swap-oob="true"' in shown


def test_submitting_leads_to_the_trace(browser: Client, exchange: Exchange) -> None:
    answer = post(browser, exchange)
    row = Application.objects.get()
    assert answer.headers["Location"] == f"/credits/applications/{row.pk}/"
    shown = browser.get(f"/credits/applications/{row.pk}/").content.decode()
    assert "你提交申请" in shown
    assert "审核中不能修改或删除，这 8.0 学分已为它留住" in shown
    assert "删除这份申请" not in shown


def refused(browser: Client, exchange: Exchange, **changed: Any) -> tuple[int, str]:
    """Status and page of a submission; nothing may be filed."""
    answer = post(browser, exchange, **changed)
    assert not Application.objects.exists()
    return answer.status_code, answer.content.decode()


def test_two_targets_are_refused(browser: Client, exchange: Exchange) -> None:
    other = exchange.failed("M2", "英语（2-2）")
    status, shown = refused(browser, exchange, target=[exchange.target.pk, other.pk])
    assert (status, "一份申请只能兑换一门课。" in shown) == (400, True)


def test_half_a_credit_short_keeps_the_ticks(browser: Client, exchange: Exchange) -> None:
    for at, hours in (0, "1.5"), (4, "3.0"):
        Course.objects.filter(pk=exchange.electives[at].pk).update(credit_hours=hours)
    status, shown = refused(browser, exchange, source=list(exchange.keys(4)))
    assert (status, "需 8.0，已选 7.5，还差 0.5。再选一项" in shown) == (409, True)
    assert shown.count(" checked") == 5
    assert "刚才选的文件没有收下，要再选一次。" in shown


def test_a_program_named_png_is_refused(browser: Client, exchange: Exchange) -> None:
    fake = upload(b"MZ\x90\x00" + bytes(300), "cj.png")
    status, shown = refused(browser, exchange, files=[fake])
    assert (status, "这个文件不是图片或 PDF。" in shown) == (400, True)


def test_without_a_screenshot(browser: Client, exchange: Exchange) -> None:
    status, shown = refused(browser, exchange, files=[])
    assert (status, shown.count("需要 1 份成绩截图，现有 0 份。")) == (409, 1)


def test_eleven_megabytes_are_refused_with_the_size(browser: Client, exchange: Exchange) -> None:
    big = upload(encoded(screenshot()) + bytes(11 * 1024 * 1024))
    status, shown = refused(browser, exchange, files=[big])
    assert (status, "文件有 11.0 MB，超过了 10 MB。" in shown) == (400, True)


def test_too_many_files_in_an_hour_keep_the_ticks(
    browser: Client, exchange: Exchange, settings: Settings
) -> None:
    settings.ATTACHMENTS_PER_HOUR = 0
    status, shown = refused(browser, exchange)
    assert (status, "一小时内最多交 0 个附件，这次的没有收下。" in shown) == (429, True)
    assert shown.count(" checked") == 5


@pytest.mark.parametrize(
    "changed",
    [{"target": "x"}, {"target": ""}, {"source": ["y" * 99]}, {"kept": ["-1"]}],
    ids=["word", "none", "long", "negative"],
)
def test_nonsense_is_a_stale_form(
    browser: Client, exchange: Exchange, changed: dict[str, Any]
) -> None:
    status, shown = refused(browser, exchange, **changed)
    assert (status, "页面上的内容已经变了" in shown) == (400, True)


def test_another_students_credit_posted_by_hand(browser: Client, exchange: Exchange) -> None:
    status, shown = refused(browser, exchange, source=["course:1", "other:1"])
    assert (status, "不在你名下" in shown) == (409, True)


def test_an_excluded_course_posted_by_hand(browser: Client, exchange: Exchange) -> None:
    course = exchange.failed("X1", "军事理论")
    status, shown = refused(browser, exchange, target=course.pk)
    assert (status, "第六条。" in shown) == (409, True)


def test_a_draft_is_kept_with_its_file(browser: Client, exchange: Exchange) -> None:
    post(browser, exchange, "draft")
    row = Application.objects.get()
    assert (row.state, exchange.held()) == (State.DRAFT, 0)
    assert "有草稿" in page(browser)
    assert "附件 1.jpg" in page(browser)
    post(browser, exchange, files=[], kept=[row.attachments.get().pk])
    row.refresh_from_db()
    assert row.state == State.PENDING


def test_the_list_without_applications(browser: Client) -> None:
    shown = browser.get(reverse("credits:applications")).content.decode()
    assert "没有符合表中记录" in shown
    assert "学号 0020230101" in shown


def test_the_columns_are_those_of_the_manual_in_their_order(
    browser: Client, exchange: Exchange
) -> None:
    exchange.submitted()
    shown = browser.get(reverse("credits:applications")).content.decode()
    places = [shown.index(f">{column}</th>") for column in COLUMNS]
    assert places == sorted(places)
    assert "→ 高等数学（2-1） 4.0" in shown


def test_where_the_credits_went_is_said_kind_by_kind(browser: Client, exchange: Exchange) -> None:
    exchange.submitted()
    shown = browser.get(reverse("credits:applications")).content.decode()
    assert "可用 <b>4.0</b>" in shown
    assert "已得 12.0 · 审核中留住 8.0" in shown


def test_a_draft_reads_without_a_process(browser: Client, exchange: Exchange) -> None:
    post(browser, exchange, "draft")
    assert "无流程" in browser.get(reverse("credits:applications")).content.decode()


def test_sixteen_applications_are_two_pages(browser: Client, exchange: Exchange) -> None:
    for serial in range(16):
        course = exchange.failed(f"N{serial}")
        PlanCourse.objects.filter(course=course).update(category=CourseCategory.PUBLIC_REQUIRED)
        row = exchange.submitted(target_id=course.pk)
        deciding.reject(
            staff=exchange.reviewer,
            application_id=row.pk,
            seen=1,
            note="否",
            now=timezone.now(),
        )
    shown = browser.get(reverse("credits:applications")).content.decode()
    assert shown.count('<tr role="row">') == 1 + 15
    assert "共 2 页" in shown


def test_a_pending_application_is_not_deleted(browser: Client, exchange: Exchange) -> None:
    row = exchange.submitted()
    answer = browser.post(reverse("credits:delete", args=[row.pk]), follow=True)
    assert "审核中的申请不能删除。" in answer.content.decode()
    row.refresh_from_db()
    assert row.deleted_at is None


def test_a_deleted_draft_is_gone_from_the_pages(browser: Client, exchange: Exchange) -> None:
    post(browser, exchange, "draft")
    row = Application.objects.get()
    browser.post(reverse("credits:delete", args=[row.pk]))
    assert browser.get(reverse("credits:application", args=[row.pk])).status_code == 404
    assert "没有符合表中记录" in browser.get(reverse("credits:applications")).content.decode()


def test_material_that_was_asked_for(browser: Client, exchange: Exchange) -> None:
    row = exchange.submitted(now=timezone.now())
    deciding.ask(
        staff=exchange.reviewer, application_id=row.pk, seen=1, note="补一张", now=timezone.now()
    )
    url = reverse("credits:application", args=[row.pk])
    assert "学院说</b>：补一张。" in browser.get(url).content.decode()
    answer = browser.post(
        reverse("credits:supply", args=[row.pk]), {"files": [image_upload(2)]}, follow=True
    )
    assert "已补交，学院接着审核。" in answer.content.decode()


@pytest.mark.parametrize("number", [1, 20])
def test_the_page_costs_the_same_for_any_number_of_courses(
    browser: Client, exchange: Exchange, number: int
) -> None:
    for serial in range(number):
        course = exchange.failed(f"N{serial}")
        exchange.world.attempt(course, score=Decimal(44), kind=AttemptKind.RETAKE)
    with CaptureQueriesContext(connection) as seen:
        page(browser)
    assert len(seen) == 9
