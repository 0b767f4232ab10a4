"""No page asks the database more than twelve times, however many courses there are."""

import re
from collections.abc import Callable, Sequence
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from payments.cashier.testing.process import CashierProcess
from payments.models import Order
from payments.services.settle import settle
from payments.tests.factories import make_arrival
from portal.records.models import (
    AcademicTerm,
    Course,
    GradeAttempt,
    Student,
    StudentCourse,
    TeachingClass,
)
from portal.tests.people import (
    Answer,
    W,
    browser_of,
    eligible,
    enrolled,
    ordered,
    read_notice,
    the_round,
    user,
)
from retake.models import Enrollment
from retake.services.withdraw import withdraw

pytestmark = pytest.mark.usefixtures("college")
BUDGET = 12
MANY = 20
PAGES = {
    "/": 10,
    "/retake/": 9,
    "/retake/notice/": 4,
    "/retake/enrollments/": 7,
    "/retake/rounds/": 8,
    "/payments/": 6,
    "/payments/board/": 6,
    "/payments/orders/": 7,
    "/credits/": 9,
    "/credits/applications/": 9,
    "/guidance/": 8,
    "/messages/": 7,
    "/accounts/me/": 3,
    "/me/data/": 6,
}
ENROLLING, OPENING = 12, 11
ENROLLING_AGAIN = 13  # what was owed before is locked first
# The frame of every test is a transaction, so a transaction of ours is a savepoint there.
SAVEPOINT = re.compile("SAVEPOINT|RELEASE SAVEPOINT")


def fail_more_courses(username: str, number: int) -> None:
    """Practice courses that were studied and failed: straight to the retake."""
    student = Student.objects.get(number=username)
    term = AcademicTerm.objects.order_by("code")[0]
    college = student.admin_class.major.college
    for serial in range(number):
        course = Course.objects.create(
            code=f"P{serial:03}",
            name=f"综合实训（{serial}）",
            credit_hours=1,
            offering_college=college,
            is_practical=True,
        )
        taught = TeachingClass.objects.create(
            code=course.code, name=course.name, course=course, term=term
        )
        StudentCourse.objects.create(student=student, teaching_class=taught)
        GradeAttempt.objects.create(
            student=student, course=course, term=term, score=40, recorded_on=date(2024, 1, 7)
        )


def live_through(number: int) -> Order:
    """Enrol in ``number`` courses; the first three are in an order that is paid, one in another."""
    charges = enrolled(W, number)
    paid = ordered(charges[:3])
    settle([make_arrival(paid)], paid.opened_at)
    if charges[3:]:
        ordered(charges[3:6])
    return paid


def statements(path: str) -> int:
    """How often one page asks the database."""
    client = browser_of(W)
    return counted(lambda: client.get(path), 200)


def counted(request: Callable[[], Answer], status: int) -> int:
    """How often a request asks the database."""
    with CaptureQueriesContext(connection) as seen:
        answer = request()
    assert answer.status_code == status
    return sum(not SAVEPOINT.match(query["sql"]) for query in seen)


@pytest.mark.parametrize(("path", "most"), PAGES.items(), ids=PAGES)
def test_statements_of_a_page_do_not_grow(path: str, most: int) -> None:
    live_through(1)
    few = statements(path)
    fail_more_courses(W, MANY)
    live_through(MANY)
    many = statements(path)
    assert (many, many <= min(most, BUDGET)) == (few, True)


def test_statements_of_the_home_page_that_invites() -> None:
    few = statements("/")
    fail_more_courses(W, MANY)
    assert (statements("/"), few <= BUDGET) == (few, True)


def enrolling(courses: Sequence[int]) -> int:
    """How often 提交报名 asks the database."""
    client, fields = browser_of(W), {"course": list(courses), "round": the_round().pk}
    return counted(lambda: client.post("/retake/enroll/", fields), 302)


@pytest.mark.parametrize("number", [1, MANY])
def test_statements_of_enrolling_do_not_grow(number: int) -> None:
    fail_more_courses(W, MANY)
    read_notice(W)
    assert enrolling(eligible(W)[:number]) == ENROLLING


def test_statements_of_enrolling_again_do_not_grow() -> None:
    fail_more_courses(W, MANY)
    read_notice(W)
    wanted = eligible(W)[:MANY]
    for course_ids in (wanted[:1], wanted):
        enrolling(course_ids)
        for row in Enrollment.objects.filter(student__number=W):
            withdraw(user_id=user(W).pk, enrollment_id=row.pk, now=timezone.now())
    assert enrolling(wanted[:1]) == ENROLLING_AGAIN
    assert enrolling(wanted[1:]) == ENROLLING_AGAIN


@pytest.mark.parametrize("number", [1, 3])
def test_statements_of_opening_an_order_do_not_grow(number: int, cashier: CashierProcess) -> None:
    charges = enrolled(W, number)
    client, fields = browser_of(W), {"charge": [charge.pk for charge in charges]}
    assert counted(lambda: client.post("/payments/open/", fields), 302) == OPENING


def test_statements_of_an_order_do_not_grow() -> None:
    one, three = live_through(1), live_through(4)
    few = statements(f"/payments/orders/{one.number}/")
    many = statements(f"/payments/orders/{three.number}/")
    assert (many, many <= BUDGET) == (few, True)


def test_statements_of_one_enrolment() -> None:
    live_through(4)
    row = Enrollment.objects.order_by("pk")[0]
    assert statements(f"/retake/enrollments/{row.pk}/") <= BUDGET
    assert statements(f"/retake/enrollments/{row.pk}/withdraw/") <= BUDGET


def test_statements_of_the_page_a_payer_returns_to() -> None:
    live_through(3)
    assert statements(f"/payments/orders/{Order.objects.get().number}/return/") <= BUDGET
