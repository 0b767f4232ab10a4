"""A course gets another code while its credits are held or used, or while it is applied for."""

import pytest
from django.utils import timezone

from credits import rules
from credits.models import Application
from credits.services import deciding
from credits.services.filing import FindingsRefused
from credits.services.rechecking import findings_now
from credits.services.revoking import revoke
from credits.states import ApplicationState
from credits.tests.factories import LATER, Exchange, build_exchange
from portal.records.kinds import CourseCategory
from portal.records.models import Course, CourseEquivalence, PlanCourse


@pytest.fixture
def exchange(db: None) -> Exchange:
    return build_exchange()


def replaced(exchange: Exchange, old: Course) -> Course:
    """The course that stands for ``old`` from now on."""
    new = exchange.world.course(
        f"{old.code}N", old.name, term_number=0, category=old.category, nature=old.nature
    )
    Course.objects.filter(pk=new.pk).update(credit_hours=old.credit_hours)
    CourseEquivalence.objects.create(old=old, new=new)
    return new


def approve(exchange: Exchange, row: Application) -> Application:
    return deciding.approve(
        staff=exchange.reviewer, application_id=row.pk, seen=row.version, now=LATER
    )


def second_target(exchange: Exchange) -> Course:
    """It costs six credits, three electives."""
    course = exchange.failed("M2", "线性代数")
    Course.objects.filter(pk=course.pk).update(credit_hours=3)
    PlanCourse.objects.filter(course=course).update(category=CourseCategory.PUBLIC_REQUIRED)
    return course


@pytest.mark.parametrize("approved", [False, True])
def test_what_was_given_is_not_offered_again_under_the_new_code(
    exchange: Exchange, approved: bool
) -> None:
    row, other = exchange.submitted(), second_target(exchange)
    if approved:
        approve(exchange, row)
    new = replaced(exchange, exchange.electives[0])
    keys = (f"course:{new.pk}", *exchange.keys(2, start=4))
    with pytest.raises(FindingsRefused) as refused:
        exchange.submitted(target_id=other.pk, keys=keys)
    assert refused.value.code == "rules.taken"


def test_under_review_it_goes_on_under_the_new_codes(exchange: Exchange) -> None:
    row = exchange.submitted()
    for old in (exchange.target, exchange.electives[0]):
        replaced(exchange, old)
    assert rules.stops(findings_now(row, timezone.now())) == ()
    assert approve(exchange, row).state == ApplicationState.APPROVED
    assert (exchange.held(), exchange.consumed()) == (0, 8)
    revoke(staff=exchange.teaching, application_id=row.pk, seen=2, note="材料不实", now=LATER)
    assert exchange.consumed() == 0


def test_nobody_applies_twice_for_one_course_under_two_codes(exchange: Exchange) -> None:
    exchange.submitted(keys=exchange.keys(4))
    new = replaced(exchange, exchange.target)
    with pytest.raises(FindingsRefused) as refused:
        exchange.submitted(target_id=new.pk, keys=exchange.keys(2, start=4))
    assert refused.value.code == "rules.applied"
