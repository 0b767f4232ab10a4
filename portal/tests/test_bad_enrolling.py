"""Enrolling and withdrawing by hand, late, twice or for somebody else: refused in words."""

from datetime import timedelta

import pytest

from portal.records.models import Course, PlanCourse
from portal.tests.people import (
    OTHER,
    RULES,
    W,
    browser_of,
    eligible,
    enrolled,
    ordered,
    read_notice,
    the_round,
)
from portal.tests.refusing import move_round, nothing_changes, post_courses, said, withdraw, words
from retake.models import Enrollment

pytestmark = pytest.mark.usefixtures("college")


def test_enrolment_of_somebody_else() -> None:
    enrolled(OTHER, 1)
    row = Enrollment.objects.get()
    with nothing_changes():
        answer = browser_of(W).post(f"/retake/enrollments/{row.pk}/withdrawal/")
    assert said(answer) == (404, "没有找到这条报名。")


def test_course_of_somebody_else() -> None:
    read_notice(W)
    own = PlanCourse.objects.filter(plan__major__adminclass__student__number=W)
    foreign = Course.objects.exclude(pk__in=own.values("course_id")).filter(plancourse__gt=0)[0]
    with nothing_changes():
        answer = post_courses(W, foreign.pk)
    assert said(answer) == (404, "选的课程里有一门不在你的课程里。")


def test_course_that_may_not_be_retaken() -> None:
    read_notice(W)
    passed = Course.objects.get(name="英语（2-2）")
    with nothing_changes():
        answer = post_courses(W, passed.pk)
    assert said(answer) == (409, "英语（2-2）现在不能报名：这门课已经及格（补考 62）。")


def test_more_courses_than_the_cap() -> None:
    read_notice(RULES)
    with nothing_changes():
        answer = post_courses(RULES, *eligible(RULES)[:4])
    assert said(answer) == (409, "2023 级本学期最多 3 门：已报 0 门，这次选了 4 门。")


def test_enrolling_after_the_window() -> None:
    read_notice(W)
    courses = eligible(W)
    closed = move_round(enrol_closes_at=timedelta(hours=-1))
    with nothing_changes():
        answer = post_courses(W, courses[0])
    assert said(answer) == (409, f"报名已在 {words(closed.enrol_closes_at)} 截止。")


@pytest.mark.usefixtures("steady")
def test_enrolling_before_the_window() -> None:
    read_notice(W)
    courses = eligible(W)
    coming = move_round(enrol_opens_at=timedelta(hours=1))
    with nothing_changes():
        answer = post_courses(W, courses[0])
    assert said(answer) == (409, f"报名还没开始，{words(coming.enrol_opens_at)} 开放。")


def test_withdrawing_after_the_window() -> None:
    enrolled(W, 1)
    closed = move_round(enrol_closes_at=timedelta(hours=-2), pay_closes_at=timedelta(hours=-1))
    with nothing_changes():
        answer = withdraw(W)
    assert said(answer) == (
        409,
        f"退报名到缴费截止为止，已在 {words(closed.pay_closes_at)} 截止。",
    )


def test_withdrawing_a_course_in_an_open_order() -> None:
    order = ordered(enrolled(W, 1))
    with nothing_changes():
        answer = withdraw(W)
    assert said(answer) == (409, f"没有退成：正在付款，{words(order.expires_at)} 后再退。")


def test_double_click_on_enrolling() -> None:
    read_notice(W)
    course = eligible(W)[0]
    first = post_courses(W, course)
    with nothing_changes():
        second = post_courses(W, course)
    assert [answer.status_code for answer in (first, second)] == [302, 302]


def test_double_click_on_withdrawing() -> None:
    enrolled(W, 1)
    first = withdraw(W)
    with nothing_changes():
        second = withdraw(W)
    assert [answer.status_code for answer in (first, second)] == [302, 302]


def test_notice_page_from_before_the_new_version() -> None:
    opened = the_round()
    opened.notice_version += 1
    opened.save(update_fields=["notice_version"])
    old = {"round": opened.pk, "version": opened.notice_version - 1}
    with nothing_changes():
        answer = browser_of(W).post("/retake/notice/read/", old)
    assert said(answer) == (409, f"须知已更新到第 {opened.notice_version} 版。")


def test_choice_page_from_before_the_notice_changed() -> None:
    read_notice(W)
    courses = eligible(W)
    opened = the_round()
    opened.notice_version += 1
    opened.save(update_fields=["notice_version"])
    with nothing_changes():
        answer = post_courses(W, courses[0])
    sentence = f"报名须知有第 {opened.notice_version} 版，你还没有读过。"
    assert said(answer) == (409, sentence)
