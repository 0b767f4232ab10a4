"""A reviewer sees rows of his own college only: the student's, or the one that offers the course.

Every student of the small demo college is of ``reviewer``'s college; courses are offered by both.
"""

import pytest
from django.apps import apps
from django.db.models import Model, QuerySet

from portal.tests.people import OTHER, W, browser_of, eligible, enrolled, read_notice, user
from portal.tests.refusing import post_courses
from retake.models import Enrollment

pytestmark = pytest.mark.usefixtures("college")
OF_STUDENTS = (
    "gradeattempt",
    "levelexamscore",
    "makeupsitting",
    "othercredit",
    "standingchange",
    "student",
    "studentcourse",
    "veteranstatus",
)
OF_COURSES = {
    "teachingclass": "course__offering_college",
    "teachingslot": "teaching_class__course__offering_college",
}


def shown(username: str, address: str) -> QuerySet[Model]:
    """The rows a list of admin would page through for somebody."""
    answer = browser_of(username).get(f"/admin/{address}/")
    assert answer.status_code == 200
    rows: QuerySet[Model] = answer.context["cl"].queryset
    return rows


def opened(username: str, address: str, row: Model) -> int:
    """Status of a row's own page."""
    return browser_of(username).get(f"/admin/{address}/{row.pk}/change/").status_code


@pytest.mark.parametrize("name", OF_STUDENTS)
def test_rows_of_students_belong_to_their_home_college(name: str) -> None:
    address, rows = f"records/{name}", apps.get_model("records", name)._default_manager.all()
    row = rows[0]
    assert [shown(who, address).count() for who in ("reviewer", "reviewer2")] == [rows.count(), 0]
    assert [opened(who, address, row) for who in ("reviewer", "reviewer2")] == [200, 302]


@pytest.mark.parametrize("name", OF_COURSES)
def test_classes_belong_to_the_offering_college(name: str) -> None:
    rows, path = apps.get_model("records", name)._default_manager.all(), OF_COURSES[name]
    for who in ("reviewer", "reviewer2"):
        own = rows.filter(**{path: user(who).college_id})
        assert set(shown(who, f"records/{name}")) == set(own)
        assert 0 < own.count() < rows.count()


def test_enrolments_belong_to_the_offering_college() -> None:
    read_notice(W)
    post_courses(W, *eligible(W))
    colleges = {who: user(who).college_id for who in ("reviewer", "reviewer2")}
    for who, college in colleges.items():
        own = Enrollment.objects.filter(course__offering_college=college)
        assert set(shown(who, "retake/enrollment")) == set(own)
        assert 0 < own.count() < 8
    foreign = Enrollment.objects.exclude(course__offering_college=colleges["reviewer"])[0]
    assert opened("reviewer", "retake/enrollment", foreign) == 302


def test_offices_see_every_college() -> None:
    enrolled(W, 8)
    enrolled(OTHER, 2)
    seen = [shown(who, "retake/enrollment").count() for who in ("teaching", "finance", "admin")]
    assert seen == [10, 10, 10]
