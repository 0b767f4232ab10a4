"""No page asks the database more than twelve times, however many courses there are."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

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
from portal.tests.people import W, browser_of, enrolled, ordered
from retake.models import Enrollment

pytestmark = pytest.mark.usefixtures("college")
BUDGET = 12
MANY = 20
PAGES = {
    "home": "/",
    "choice": "/retake/",
    "notice": "/retake/notice/",
    "enrolments": "/retake/enrollments/",
    "rounds": "/retake/rounds/",
    "payments": "/payments/",
    "board": "/payments/board/",
    "orders": "/payments/orders/",
    "messages": "/messages/",
    "me": "/accounts/me/",
}


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
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = client.get(path)
    assert answer.status_code == 200
    return len(seen)


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_statements_of_a_page_do_not_grow(path: str) -> None:
    live_through(1)
    few = statements(path)
    fail_more_courses(W, MANY)
    live_through(MANY)
    many = statements(path)
    assert (many, many <= BUDGET) == (few, True)


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
