"""What the database refuses by itself."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Model

from portal.records import models
from portal.records.states import VeteranState
from portal.records.tests.factories import NOON, TODAY, World, add_student, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return build_world()


def refused(row: Model, reason: str) -> None:
    """The row is not stored, for the reason named."""
    with pytest.raises(DatabaseError, match=reason), transaction.atomic():
        row.save()


def test_a_grade_is_never_changed_or_deleted(world: World) -> None:
    row = world.attempt(world.course("A1"), score=40)
    for change in (
        lambda: models.GradeAttempt.objects.filter(pk=row.pk).update(score=90),
        lambda: models.GradeAttempt.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
            change()
    assert models.GradeAttempt.objects.get().score == Decimal(40)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"score": Decimal("100.5")}, "attempt_score_range"),
        ({"score": Decimal(-1)}, "attempt_score_range"),
        ({}, "attempt_has_result"),
        ({"text": "优秀", "kind": "guess"}, "attempt_kind_known"),
        ({"flag": "sleepy"}, "attempt_flag_known"),
    ],
)
def test_a_grade_that_makes_no_sense(
    world: World, fields: dict[str, object], constraint: str
) -> None:
    row = models.GradeAttempt(
        student=world.student,
        course=world.course("A1"),
        term=world.terms[0],
        recorded_on=TODAY,
        **fields,
    )
    refused(row, constraint)


def another(first: models.GradeAttempt, **fields: object) -> models.GradeAttempt:
    """A row for the same student, course, term and kind."""
    return models.GradeAttempt(
        student=first.student,
        course=first.course,
        term=first.term,
        score=50,
        recorded_on=TODAY,
        **fields,
    )


def test_one_grade_of_a_kind_in_a_term(world: World) -> None:
    refused(another(world.attempt(world.course("A1"), score=40)), "attempt_once")


def test_one_correction_of_a_grade(world: World) -> None:
    first = world.attempt(world.course("A1"), score=40)
    another(first, corrects=first).save()
    refused(another(first, corrects=first), "attempt_(once|corrected_once)")


def test_a_correction_stays_with_its_student(world: World) -> None:
    wrong = world.attempt(world.course("A1"), score=40)
    other = add_student(world.student.admin_class, "X1")
    row = models.GradeAttempt(
        student=other,
        course=wrong.course,
        term=wrong.term,
        score=90,
        recorded_on=TODAY,
        corrects=wrong,
    )
    refused(row, "same student")


def test_equivalences_never_chain(world: World) -> None:
    first, second, third = (world.course(code) for code in "ABC")
    models.CourseEquivalence.objects.create(old=first, new=second)
    refused(models.CourseEquivalence(old=second, new=third), "equivalence chain")
    refused(models.CourseEquivalence(old=third, new=first), "equivalence chain")
    refused(models.CourseEquivalence(old=third, new=third), "equivalence_two_courses")


@pytest.mark.parametrize("hours", ["2.3", "-0.5"])
def test_credits_come_in_halves(world: World, hours: str) -> None:
    row = world.course("A1")
    row.credit_hours = Decimal(hours)
    refused(row, "course_credit_steps")


@pytest.mark.parametrize(
    ("code", "ends", "constraint"),
    [
        ("2025/2026-1", 100, "term_code_shape"),
        ("2025-2026-4", 100, "term_code_shape"),
        ("2025-2026-1", 0, "term_dates_in_order"),
    ],
)
def test_a_term_that_is_none(code: str, ends: int, constraint: str) -> None:
    row = models.AcademicTerm(code=code, starts_on=TODAY, ends_on=TODAY + timedelta(days=ends))
    refused(row, constraint)


def test_only_one_term_is_current(world: World) -> None:
    world.terms[0].is_current = True
    refused(world.terms[0], "term_one_current")


def claim(world: World, **fields: object) -> models.VeteranStatus:
    given = {"student": world.student, "valid_from": TODAY, "basis": "证", "claimed_at": NOON}
    return models.VeteranStatus(**(given | fields))


def test_one_standing_claim_a_student_but_a_new_one_after_a_refusal(world: World) -> None:
    claim(world, state=VeteranState.REFUSED, decided_at=NOON).save()
    claim(world).save()
    refused(claim(world), "veteran_one_claim")


def test_a_decision_has_its_time_and_is_final(world: World) -> None:
    refused(claim(world, state=VeteranState.APPROVED), "veteran_decision_dated")
    row = claim(world, state=VeteranState.APPROVED, decided_at=NOON)
    row.save()
    row.state = VeteranState.REFUSED
    refused(row, "state_moves")


def test_years_of_a_major_are_in_order(world: World) -> None:
    row = models.Major(code="X", name="X", college=world.college, length_years=3, max_years=2)
    refused(row, "major_years_in_order")


def test_a_timetable_line_stands_once(world: World) -> None:
    taught = models.TeachingClass.objects.create(
        code="T", name="T", course=world.course("A1"), term=world.terms[0]
    )
    models.StudentCourse.objects.create(student=world.student, teaching_class=taught)
    refused(
        models.StudentCourse(student=world.student, teaching_class=taught), "student_course_once"
    )


def test_a_makeup_is_arranged_once_a_term(world: World) -> None:
    given = {"student": world.student, "course": world.course("A1"), "term": world.terms[0]}
    models.MakeupSitting.objects.create(**given)
    refused(models.MakeupSitting(**given, sits_on=date(2024, 3, 1)), "makeup_once")
