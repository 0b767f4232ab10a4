"""The student's pages: what they show, what they refuse, what they cost."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from payments.tests.factories import pay
from portal.accounts.models import Contact
from portal.records.models import MakeupSitting
from portal.records.states import VeteranState
from retake.models import Enrollment, NoticeAcknowledgement, Round
from retake.selectors import choice, dashboard, opened_for
from retake.selectors.choice import Choice
from retake.states import EnrollmentState
from retake.tests import factories as make
from retake.tests.factories import CLOSES

pytestmark = pytest.mark.django_db
MOST_STATEMENTS = 12  # of a page, session and user included


def open_now(world: make.World, **changes: object) -> None:
    """Move the round's windows around the real clock, which pages read."""
    now = timezone.now()
    windows = {
        "enrol_opens_at": now - timedelta(days=1),
        "enrol_closes_at": now + timedelta(days=2),
        "pay_opens_at": now - timedelta(days=1),
        "pay_closes_at": now + timedelta(days=4),
    }
    Round.objects.filter(pk=world.round.pk).update(**(windows | changes))


def browser(world: make.World, client: Client) -> Client:
    client.force_login(world.student.user)  # type: ignore[arg-type]
    return client


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200
    return len(found)


def post(client: Client, world: make.World, *courses: int) -> object:
    return client.post("/retake/enroll/", {"round": world.round.pk, "course": courses})


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined,no-any-return]


PAGES = [
    "/retake/",
    "/retake/notice/",
    "/retake/enrollments/",
    "/retake/rounds/",
    "/retake/veteran/",
]
ACTIONS = [
    "/retake/enroll/",
    "/retake/notice/read/",
    "/retake/enrollments/1/withdrawal/",
    "/retake/veteran/claim/",
]


@pytest.mark.parametrize("address", PAGES)
def test_pages_need_a_sign_in(client: Client, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={address}")


@pytest.mark.parametrize("address", ACTIONS)
def test_actions_take_no_get(client: Client, address: str) -> None:
    assert browser(make.make_world(), client).get(address).status_code == 405


@pytest.mark.parametrize("address", PAGES)
def test_every_page_carries_its_old_menu_name(client: Client, address: str) -> None:
    world = make.make_world()
    open_now(world)
    assert "报名申请-重修报名" in text(browser(world, client).get(address))


@pytest.mark.parametrize("courses", [1, 3, 20])
def test_choice_costs_the_same_for_any_number_of_courses(client: Client, courses: int) -> None:
    world = make.make_world(courses, grade_year=2022)
    open_now(world)
    assert statements(browser(world, client), "/retake/") == 9


@pytest.mark.parametrize("courses", [1, 3, 20])
@pytest.mark.parametrize(("address", "cost"), [("/retake/enrollments/", 7), ("/retake/rounds/", 8)])
def test_lists_cost_the_same_for_any_number_of_rows(
    client: Client, courses: int, address: str, cost: int
) -> None:
    world = make.make_world(courses, grade_year=2022)
    world.enroll()
    open_now(world)
    assert statements(browser(world, client), address) == cost


def test_detail_stays_in_the_budget(client: Client) -> None:
    world = make.make_world()
    [row] = world.enroll()
    open_now(world)
    assert statements(browser(world, client), f"/retake/enrollments/{row.pk}/") <= MOST_STATEMENTS


def test_dashboard_costs_five_statements(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    world = make.make_world(8, grade_year=2022)
    world.enroll()
    with django_assert_num_queries(5):
        found = dashboard(world.user_id, make.NOW)
    assert len(found.active) == 8


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


def test_withdrawing_asks_first_and_says_what_happens_to_the_money(client: Client) -> None:
    world = make.make_world()
    [row] = world.enroll()
    pay(world.open_order(row), now=make.NOW)
    open_now(world)
    student = browser(world, client)
    page = text(student.get(f"/retake/enrollments/{row.pk}/withdraw/"))
    assert "已缴 ¥400.00 由财务处退回，两人复核后原路退；之后再报要重新缴。" in page
    row.refresh_from_db()
    assert row.state == EnrollmentState.ENROLLED
    student.post(f"/retake/enrollments/{row.pk}/withdrawal/")
    row.refresh_from_db()
    assert row.state == EnrollmentState.WITHDRAWN


def test_held_course_has_no_withdraw_button(client: Client) -> None:
    world = make.make_world()
    [row] = world.enroll()
    open_now(world)
    world.open_order(row, now=timezone.now())
    page = text(browser(world, client).get(f"/retake/enrollments/{row.pk}/withdraw/"))
    assert "付款有结果或释放后再来退" in page
    assert "/withdrawal/" not in page


def test_paid_course_reads_as_qualified(client: Client) -> None:
    world = make.make_world()
    [row] = world.enroll()
    pay(world.open_order(row), now=make.NOW)
    open_now(world)
    page = text(browser(world, client).get(f"/retake/enrollments/{row.pk}/"))
    assert "已缴费，已取得重修学习资格。预计 " in page


def test_paid_course_says_who_has_it_once_payment_is_over(client: Client) -> None:
    world = make.make_world()
    [row] = world.enroll()
    pay(world.open_order(row), now=make.NOW)
    page = text(browser(world, client).get(f"/retake/enrollments/{row.pk}/"))
    assert "已取得重修学习资格。缴费已截止，财务处对账后由教学部核实。预计 " in page


@pytest.mark.parametrize("address", ["", "withdraw/"])
def test_other_peoples_enrolments_do_not_exist(client: Client, address: str) -> None:
    world = make.make_world()
    [row] = world.enroll()
    open_now(world)
    client.force_login(make.make_student().user)  # type: ignore[arg-type]
    assert client.get(f"/retake/enrollments/{row.pk}/{address}").status_code == 404


def test_other_peoples_enrolments_cannot_be_withdrawn(client: Client) -> None:
    world = make.make_world()
    [row] = world.enroll()
    open_now(world)
    client.force_login(make.make_student().user)  # type: ignore[arg-type]
    assert client.post(f"/retake/enrollments/{row.pk}/withdrawal/").status_code == 404
    row.refresh_from_db()
    assert row.state == EnrollmentState.ENROLLED


def test_pending_claim_is_shown_and_not_asked_again(client: Client) -> None:
    world = make.make_world()
    make.make_veteran(world.student, VeteranState.PENDING)
    page = text(browser(world, client).get("/retake/veteran/"))
    assert "退役身份审核中" in page
    assert '<form method="post" action="/retake/veteran/claim/"' not in page


def test_what_is_still_to_be_paid_is_one_sum(client: Client) -> None:
    world = make.make_world(3)
    rows = world.enroll()
    pay(world.open_order(rows[0]), now=make.NOW)
    open_now(world)
    world.open_order(rows[1], now=timezone.now())
    answer = browser(world, client).get("/retake/enrollments/")
    assert (len(answer.context["owed"]), answer.context["owed_fen"]) == (2, 80_000)
    assert client.get("/payments/").context["board"].left_fen == 80_000


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
