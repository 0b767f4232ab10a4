"""What other rooms may ask the record; reads only."""

from collections import defaultdict
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
    TeachingSlot,
    VeteranStatus,
)
from portal.records.rows import terms_running
from portal.records.states import VeteranState

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


def timetable_clashes(student_id: int, course_ids: Collection[int], term: str) -> dict[int, str]:
    """Courses none of whose classes of ``term`` fits the student's own timetable (R11).

    The text names the first clash of the first class: ``周三 3–4 节``. Courses without a class
    or a time have no entry. Two statements.
    """
    own = list(
        TeachingSlot.objects.filter(
            teaching_class__studentcourse__student=student_id, teaching_class__term__code=term
        )
    )
    by_course: dict[int, dict[int, list[TeachingSlot]]] = defaultdict(lambda: defaultdict(list))
    offered = TeachingSlot.objects.filter(
        teaching_class__course__in=course_ids, teaching_class__term__code=term
    ).select_related("teaching_class")
    for slot in offered:
        by_course[slot.teaching_class.course_id][slot.teaching_class_id].append(slot)
    clashes = {}
    for course_id, classes in by_course.items():
        found = [_first_clash(slots, own) for slots in classes.values()]
        if found[0] is not None and all(found):
            clashes[course_id] = str(found[0])
    return clashes


def _first_clash(slots: list[TeachingSlot], own: list[TeachingSlot]) -> TeachingSlot | None:
    return next((slot for slot in slots if any(_overlap(slot, other) for other in own)), None)


def _overlap(one: TeachingSlot, other: TeachingSlot) -> bool:
    return (
        one.teaching_class_id != other.teaching_class_id
        and one.weekday == other.weekday
        and one.first_period <= other.last_period
        and other.first_period <= one.last_period
        and one.first_week <= other.last_week
        and other.first_week <= one.last_week
    )
