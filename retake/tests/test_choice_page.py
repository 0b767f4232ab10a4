"""The page on which a student chooses, and the notice before it."""

from datetime import date, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from portal.accounts.models import Contact
from portal.records.models import MakeupSitting
from retake.models import Enrollment, NoticeAcknowledgement
from retake.selectors import choice, dashboard, opened_for
from retake.selectors.choice import Choice
from retake.tests import factories as make
from retake.tests.factories import CLOSES
from retake.tests.opened import browser, open_now, post, statements, text

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("courses", [1, 3, 20])
def test_choice_costs_the_same_for_any_number_of_courses(client: Client, courses: int) -> None:
    world = make.make_world(courses, grade_year=2022)
    open_now(world)
    assert statements(browser(world, client), "/retake/") == 9


def test_notice_comes_first_and_again_with_a_new_version(client: Client) -> None:
    world = make.make_world()
    open_now(world, notice_version=2)
    student = browser(world, client)
    assert student.get("/retake/")["Location"] == "/retake/notice/"
    asked = {"round": world.round.pk, "version": 2}
    assert student.post("/retake/notice/read/", asked)["Location"] == "/retake/"
    assert student.get("/retake/").status_code == 200
    versions = NoticeAcknowledgement.objects.order_by("version").values_list("version", flat=True)
    assert list(versions) == [1, 2]


def test_reading_an_old_version_is_refused(client: Client) -> None:
    world = make.make_world()
    open_now(world, notice_version=2)
    asked = {"round": world.round.pk, "version": 1}
    answer = browser(world, client).post("/retake/notice/read/", asked)
    assert answer.status_code == 409
    assert "须知已更新到第 2 版" in text(answer)


def test_enrolling_leads_to_the_list(client: Client) -> None:
    world = make.make_world(2)
    open_now(world)
    answer = post(browser(world, client), world, *[course.pk for course in world.courses])
    assert answer["Location"] == "/retake/enrollments/"  # type: ignore[index]
    assert Enrollment.objects.filter(student=world.student).count() == 2


def test_refusal_keeps_what_was_chosen(client: Client) -> None:
    world = make.make_world(4)
    open_now(world)
    answer = post(browser(world, client), world, *[course.pk for course in world.courses])
    assert answer.status_code == 409  # type: ignore[attr-defined]
    page = text(answer)
    assert "2023 级本学期最多 3 门：已报 0 门，这次选了 4 门。" in page
    assert page.count(" checked>") == 4
    assert "<title>有误：" in page


@pytest.mark.parametrize("bent", ["x", "-1", "１", "9" * 30])
def test_bent_ids_are_a_stale_page(client: Client, bent: str) -> None:
    world = make.make_world()
    open_now(world)
    sent = {"round": world.round.pk, "course": bent}
    assert browser(world, client).post("/retake/enroll/", sent).status_code == 400


def test_stale_page_after_closing(client: Client) -> None:
    world = make.make_world()
    open_now(world, enrol_closes_at=timezone.now() - timedelta(minutes=1))
    answer = post(browser(world, client), world, world.courses[0].pk)
    assert answer.status_code == 409  # type: ignore[attr-defined]
    assert not Enrollment.objects.exists()


def test_reason_names_the_office(client: Client) -> None:
    world = make.make_world()
    make.fail(world.student, makeup=False)
    Contact.objects.create(topic="makeup", office="教学部", phone="分机 6013", hours="工作日")
    open_now(world)
    page = text(browser(world, client).get("/retake/"))
    assert "理论课先补考，仍不及格才重修。" in page
    assert "教学部，分机 6013，工作日。" in page


def test_veteran_sees_no_price(client: Client) -> None:
    world = make.make_world()
    make.make_veteran(world.student)
    open_now(world)
    page = text(browser(world, client).get("/retake/"))
    assert "不用缴费，选完就是报名成功" in page
    assert "¥400.00" not in page


@pytest.mark.parametrize(
    ("changes", "heading"),
    [
        ({"enrol_opens_at": timedelta(days=1)}, "重修报名还没开始"),
        ({"enrol_closes_at": timedelta(minutes=-1)}, "重修报名已截止"),
    ],
)
def test_closed_pages_say_when(client: Client, changes: dict[str, timedelta], heading: str) -> None:
    world = make.make_world()
    now: datetime = timezone.now()
    open_now(world, **{name: now + shift for name, shift in changes.items()})
    assert heading in text(browser(world, client).get("/retake/"))


def test_no_round_at_all(client: Client) -> None:
    client.force_login(make.make_student().user)  # type: ignore[arg-type]
    assert "现在没有重修报名" in text(client.get("/retake/"))


def choose(world: make.World) -> Choice:
    opened = opened_for(world.user_id, make.NOW)
    assert opened is not None
    return choice(world.user_id, opened, make.NOW)


def test_courses_over_the_cap_share_one_sentence() -> None:
    world = make.make_world(5)
    world.enroll(*world.courses[:3])
    shown = choose(world)
    names = "、".join(course.name for course in world.courses[3:])
    assert [(one.name, one.count) for one in shown.refusals] == [(names, 2)]
    assert shown.refused == 2


@pytest.mark.parametrize(
    ("sits_on", "step"),
    [
        (CLOSES.date(), "补考，成绩公布后这里自动更新。"),
        (
            CLOSES.date() + timedelta(days=1),
            "补考，在这一轮报名截止之后，这一轮赶不上；仍不及格的，下一轮再报。",
        ),
    ],
    ids=["in time", "too late for this round"],
)
def test_makeup_after_the_round_says_so(sits_on: date, step: str) -> None:
    world = make.make_world(0)
    course = make.fail(world.student, makeup=False)
    MakeupSitting.objects.create(
        student=world.student, course=course, term=world.round.term, sits_on=sits_on
    )
    assert [one.step for one in choose(world).refusals] == [step]


def test_only_who_has_something_to_choose_is_invited() -> None:
    world = make.make_world()
    nothing = make.make_student()
    users = (world.user_id, nothing.user_id or 0, make.make_staff().pk)
    assert [dashboard(user, make.NOW).may_enroll for user in users] == [True, False, False]
    world.enroll()
    assert dashboard(world.user_id, make.NOW).may_enroll is False


@pytest.mark.parametrize(
    ("chosen", "said"),
    [(2, "已报名 1 门（另 1 门之前已报名），缴费到 "), (1, "选的 1 门之前已报名，没有变动。")],
    ids=["one is new", "none is"],
)
def test_a_page_sent_again_counts_what_is_new(client: Client, chosen: int, said: str) -> None:
    world = make.make_world(2)
    open_now(world)
    student = browser(world, client)
    post(student, world, world.courses[0].pk)
    student.get("/retake/enrollments/")
    answer = post(student, world, *[course.pk for course in world.courses[:chosen]])
    [told] = get_messages(answer.wsgi_request)  # type: ignore[attr-defined]
    assert str(told).startswith(said)
