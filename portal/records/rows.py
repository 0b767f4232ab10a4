"""The six statements behind course histories; each takes any number of students."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from portal.records.models import (
    AcademicTerm,
    Course,
    CourseEquivalence,
    GradeAttempt,
    GradePolicy,
    MakeupSitting,
    PlanCourse,
    ProgrammePlan,
    Student,
    StudentCourse,
)
from portal.records.prepared import Prepared, Row, Slot, among

_POLICY_FIELDS = (
    "valid_from",
    "pass_mark",
    "makeup_cap",
    "effective",
    "levels",
    "round_before_points",
    "failed_in_gpa",
)
POLICY = JSONObject(**{name: name for name in _POLICY_FIELDS})


def terms_running(today: date | Slot) -> QuerySet[AcademicTerm]:
    """The term held by the office first, else the latest that has begun."""
    return AcademicTerm.objects.filter(Q(is_current=True) | Q(starts_on__lte=today)).order_by(
        "-is_current", "-starts_on"
    )


@Prepared
def _students() -> QuerySet[Any, Any]:
    plan = ProgrammePlan.objects.filter(
        major=OuterRef("admin_class__major"), grade_year=OuterRef("grade_year")
    )
    return Student.objects.filter(among("id", "student_ids")).values(
        "id",
        "grade_year",
        plan_id=Subquery(plan.values("id")[:1]),
        current_term=Subquery(terms_running(Slot("today", DateField())).values("code")[:1]),
        policies=ArraySubquery(GradePolicy.objects.values(row=POLICY)),
    )


def students(student_ids: Collection[int], today: date) -> list[Row]:
    """Each student with his plan, and what all share: the current term and the policies."""
    return _students(student_ids=list(student_ids), today=today)


@Prepared
def _plan_courses() -> QuerySet[Any, Any]:
    return (
        PlanCourse.objects.filter(among("plan_id", "plan_ids"))
        .order_by("term_number")
        .values("plan_id", "course_id", "nature", "category", "term_number")
    )


def plan_courses(plan_ids: Collection[int]) -> list[Row]:
    """The courses of the plans."""
    return _plan_courses(plan_ids=list(plan_ids))


@Prepared
def _attempts() -> QuerySet[Any, Any]:
    return (
        GradeAttempt.objects.filter(among("student_id", "student_ids"))
        .order_by("recorded_on", "id")
        .values(
            "id",
            "student_id",
            "course_id",
            "kind",
            "score",
            "text",
            "flag",
            "recorded_on",
            "corrects_id",
            term_code=F("term__code"),
        )
    )


def attempts(student_ids: Collection[int]) -> list[Row]:
    """Every attempt, corrected ones included, in the order they were recorded."""
    return _attempts(student_ids=list(student_ids))


@Prepared
def _timetables() -> QuerySet[Any, Any]:
    return (
        StudentCourse.objects.filter(among("student_id", "student_ids"))
        .order_by("teaching_class__term__code", "id")
        .values(
            "student_id",
            "absent_hours",
            course_id=F("teaching_class__course"),
            term_code=F("teaching_class__term__code"),
        )
    )


def timetables(student_ids: Collection[int]) -> list[Row]:
    """Every line of the 个人课表, oldest term first."""
    return _timetables(student_ids=list(student_ids))


@Prepared
def _sittings() -> QuerySet[Any, Any]:
    return (
        MakeupSitting.objects.filter(among("student_id", "student_ids"))
        .order_by("term__code")
        .values("student_id", "course_id", "sits_on", term_code=F("term__code"))
    )


def sittings(student_ids: Collection[int]) -> list[Row]:
    """Every 补考 registration, oldest term first."""
    return _sittings(student_ids=list(student_ids))


@Prepared
def _courses() -> QuerySet[Any, Any]:
    successors = CourseEquivalence.objects.filter(among("old_id", "course_ids")).values("new_id")
    return Course.objects.filter(Q(among("id", "course_ids")) | Q(id__in=successors)).values(
        "id",
        "code",
        "name",
        "credit_hours",
        "course_hours",
        "nature",
        "category",
        "is_practical",
        "is_certificate",
        "selection",
        "offering_college_id",
        college=F("offering_college__name"),
        new_id=F("replacement__new"),  # None while the code is in force
    )


def courses(course_ids: Collection[int]) -> list[Row]:
    """These courses, and those in force in place of them (``new_id``)."""
    return _courses(course_ids=list(course_ids))
