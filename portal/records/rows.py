"""The three statements behind course histories; each takes any number of students."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, DateField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from portal.lib.prepared import Planned, Prepared, Row, Slot, among
from portal.records.kinds import Standing
from portal.records.models import (
    AcademicTerm,
    Course,
    CourseEquivalence,
    GradeAttempt,
    GradePolicy,
    MakeupSitting,
    PlanCourse,
    ProgrammePlan,
    StandingChange,
    Student,
    StudentCourse,
    VeteranStatus,
)
from portal.records.states import VeteranState

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


def in_force(course: str) -> Coalesce:
    """Id of the course that stands today for the one in the foreign key ``course``."""
    successor = CourseEquivalence.objects.filter(old=OuterRef(course)).order_by().values("new")
    return Coalesce(Subquery(successor), F(f"{course}_id"), output_field=BigIntegerField())


def with_facts(students: QuerySet[Student], **more: Any) -> QuerySet[Any, Any]:
    """What ``StudentFacts`` holds, and the expressions of ``more``."""
    own = {"student": OuterRef("pk")}
    veteran = VeteranStatus.objects.filter(**own, state=VeteranState.APPROVED.value)
    completed = StandingChange.objects.filter(**own, standing=Standing.COMPLETED_NO_DIPLOMA.value)
    return students.values(
        "id",
        "user_id",
        "number",
        "name",
        "grade_year",
        "standing",
        "in_arrears",
        college_id=F("admin_class__major__college"),
        length_years=F("admin_class__major__length_years"),
        max_years=F("admin_class__major__max_years"),
        veteran_from=Subquery(veteran.values("valid_from")[:1]),
        completed_on=Subquery(completed.order_by("-changed_on").values("changed_on")[:1]),
        **more,
    )


def with_record(students: QuerySet[Student], **more: Any) -> QuerySet[Any, Any]:
    """The facts, the plan, the 个人课表 and the 补考, and what all share: term and policies.

    Read with the slot ``today``, and with the expressions of ``more`` beside them.
    """
    plan = ProgrammePlan.objects.filter(
        major=OuterRef("admin_class__major"), grade_year=OuterRef("grade_year")
    ).order_by()
    return with_facts(
        students,
        plan_id=Subquery(plan.values("id")),
        current_term=Subquery(terms_running(Slot("today", DateField())).values("code")[:1]),
        policies=ArraySubquery(GradePolicy.objects.values(row=POLICY)),
        timetable=ArraySubquery(_timetable()),
        sittings=ArraySubquery(_sittings()),
        **more,
    )


def _timetable() -> QuerySet[Any, Any]:
    """Every line of the 个人课表 of the outer student, oldest term first."""
    row = JSONObject(
        course_id="teaching_class__course_id",
        term_code="teaching_class__term__code",
        absent_hours="absent_hours",
    )
    lines = StudentCourse.objects.filter(student=OuterRef("pk"))
    return lines.order_by("teaching_class__term__code", "id").values(row=row)


def _sittings() -> QuerySet[Any, Any]:
    """Every 补考 registration of the outer student, oldest term first."""
    row = JSONObject(course_id="course_id", term_code="term__code", sits_on="sits_on")
    sittings = MakeupSitting.objects.filter(student=OuterRef("pk"))
    return sittings.order_by("term__code").values(row=row)


@Prepared
def _students() -> QuerySet[Any, Any]:
    return with_record(Student.objects.filter(among("id", "student_ids")))


@Planned
def _own() -> QuerySet[Any, Any]:
    return with_record(Student.objects.filter(user=Slot("user_id")))


def students(student_ids: Collection[int], today: date) -> list[Row]:
    """Each student with facts, plan, ``timetable`` and ``sittings``; the latter two as JSON."""
    return _students(student_ids=list(student_ids), today=today)


def student_of(user_id: int, today: date) -> list[Row]:
    """The same of the student behind an account; empty when it is nobody's."""
    return _own(user_id=user_id, today=today)


def _of_attempts() -> QuerySet[Any, Any]:
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


_attempts, _attempts_of_one = Prepared(_of_attempts), Planned(_of_attempts)


def attempts(student_ids: Collection[int]) -> list[Row]:
    """Every attempt, corrected ones included, in the order they were recorded."""
    read = _attempts if len(student_ids) > 1 else _attempts_of_one
    return read(student_ids=list(student_ids))


def _of_courses() -> QuerySet[Any, Any]:
    in_plans = PlanCourse.objects.filter(among("plan_id", "plan_ids")).order_by()
    place = JSONObject(**{name: name for name in ("plan_id", "nature", "category", "term_number")})
    return Course.objects.filter(id__in=_wanted(in_plans.values("course_id"))).values(
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
        "exchange_excluded",
        "offering_college_id",
        college=F("offering_college__name"),
        new_id=F("replacement__new"),  # None while the code is in force
        places=ArraySubquery(in_plans.filter(course=OuterRef("pk")).values(row=place)),
    )


def _wanted(planned: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Ids of the slot ``course_ids``, the planned ones, and those in force in place of either.

    A union: where one condition is OR-ed to another, PostgreSQL looks at every course there is.
    """
    replaced = CourseEquivalence.objects.order_by().values("new_id")
    taken = Course.objects.filter(among("id", "course_ids")).order_by().values("id")
    return taken.union(
        planned,
        replaced.filter(among("old_id", "course_ids")),
        replaced.filter(old__in=planned),
    )


_courses, _courses_of_one = Prepared(_of_courses), Planned(_of_courses)


def courses(course_ids: Collection[int], plan_ids: Collection[int]) -> list[Row]:
    """These courses and those of the plans with their ``places`` in the plans, and those in
    force in place of them (``new_id``).
    """
    read = _courses if len(plan_ids) > 1 else _courses_of_one
    return read(course_ids=list(course_ids), plan_ids=list(plan_ids))
