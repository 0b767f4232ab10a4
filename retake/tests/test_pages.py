"""The student's pages: what they show, what they refuse, what they cost."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from payments.tests.factories import pay
from portal.records.states import VeteranState
from retake.models import Enrollment
from retake.selectors import dashboard
from retake.states import EnrollmentState
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.opened import browser, open_now, statements, text

pytestmark = pytest.mark.django_db
MOST_STATEMENTS = 12  # of a page, session and user included


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
    ended = timezone.now() - timedelta(hours=1)
    open_now(world, enrol_closes_at=ended, pay_closes_at=ended)
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


def test_a_day_that_has_passed_is_no_promise(client: Client) -> None:
    [row] = teaching.make_confirmed(1)
    client.force_login(row.student.user)  # type: ignore[arg-type]
    shown = text(client.get("/retake/enrollments/"))
    assert "2025年5月9日（周五）过了，还有没排好的。" in shown
    assert "原定 2025年5月9日（周五）起可查时间地点，已经过了，" in shown
    one = text(client.get(f"/retake/enrollments/{row.pk}/"))
    assert "2025年5月9日（周五）过了，" in one
    assert ("预计" in shown, "预计" in one) == (False, False)


def test_a_course_of_an_earlier_term_is_not_counted_with_this_one(client: Client) -> None:
    world = make.make_world(3)
    now, *_, before = world.enroll()
    term = make.make_term("2023-2024-2", current=False)
    Enrollment.objects.filter(pk=before.pk).update(term=term)
    shown = text(browser(world, client).get("/retake/enrollments/"))
    current, _, earlier = shown.partition("以前学期的")
    assert "已报名 2 门" in current
    assert [now.course.name in part for part in (current, earlier)] == [True, False]
    assert [before.course.name in part for part in (current, earlier)] == [False, True]


def test_a_completed_course_leads_to_its_result_and_what_comes_next(client: Client) -> None:
    _, [row] = teaching.make_seated()
    Enrollment.objects.filter(pk=row.pk).update(state=EnrollmentState.COMPLETED.value)
    client.force_login(row.student.user)  # type: ignore[arg-type]
    link = f'href="/guidance/?term={row.term.code}">看重修成绩和下一步</a>'
    pages = ("/retake/enrollments/", f"/retake/enrollments/{row.pk}/")
    assert [link in text(client.get(page)) for page in pages] == [True, True]
