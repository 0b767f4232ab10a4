"""What other rooms may ask the record; reads only."""

from collections.abc import Collection
from datetime import date

from django.db.models import OuterRef, Subquery

from portal.records.histories import course_histories
from portal.records.history import StudentFacts
from portal.records.kinds import Standing
from portal.records.models import (
    HOME_COLLEGE,
    AcademicTerm,
    StandingChange,
    Student,
    VeteranStatus,
)
from portal.records.rows import terms_running
from portal.records.states import VeteranState
from portal.records.timetable import timetable_clashes

__all__ = ["course_histories", "current_term", "facts_of", "student_facts", "timetable_clashes"]


def current_term(today: date) -> AcademicTerm | None:
    """The running term; between two terms the one that ended last."""
    return terms_running(today).first()


def student_facts(user_id: int) -> StudentFacts | None:
    """The student behind an account, None when the account is nobody's. One statement."""
    return next(iter(_facts({"user": user_id})), None)


def facts_of(student_ids: Collection[int]) -> dict[int, StudentFacts]:
    """The facts of many students by id. One statement."""
    return {facts.student_id: facts for facts in _facts({"id__in": student_ids})}


def _facts(which: dict[str, object]) -> list[StudentFacts]:
    veteran = VeteranStatus.objects.filter(
        student=OuterRef("pk"), state=VeteranState.APPROVED
    ).values("valid_from")
    completed = (
        StandingChange.objects.filter(
            student=OuterRef("pk"), standing=Standing.COMPLETED_NO_DIPLOMA.value
        )
        .order_by("-changed_on")
        .values("changed_on")
    )
    students = Student.objects.filter(**which).select_related(HOME_COLLEGE)
    return [
        _frozen(student)
        for student in students.annotate(
            veteran_from=Subquery(veteran[:1]), completed_on=Subquery(completed[:1])
        )
    ]


def _frozen(student: Student) -> StudentFacts:
    major = student.admin_class.major
    standing = Standing(student.standing)
    is_completed = standing is Standing.COMPLETED_NO_DIPLOMA
    return StudentFacts(
        student_id=student.pk,
        user_id=student.user_id or 0,
        number=student.number,
        name=student.name,
        college_id=major.college_id,
        grade_year=student.grade_year,
        length_years=major.length_years,
        standing=standing,
        in_arrears=student.in_arrears,
        veteran_from=getattr(student, "veteran_from", None),
        completed_on=getattr(student, "completed_on", None) if is_completed else None,
        last_day=date(student.grade_year + major.max_years, 8, 31),
    )
