"""Frozen facts for pure rules: a theory course failed in 正考 and 补考 unless told otherwise."""

from datetime import date
from decimal import Decimal
from typing import Any

from portal.records.history import Attempt, CourseHistory, MakeupSitting, StudentFacts
from portal.records.kinds import (
    AttemptKind,
    CourseCategory,
    CourseNature,
    ResultFlag,
    Selection,
    Standing,
)
from retake.eligibility import Applicant, Rules, Verdict, assess

TERM = "2024-2025-2"
TODAY = date(2025, 4, 21)


def attempt(
    kind: AttemptKind = AttemptKind.REGULAR,
    score: float | None = 42,
    *,
    flag: ResultFlag = ResultFlag.NONE,
    passed: bool = False,
    term: str = "2023-2024-1",
) -> Attempt:
    """One grade; a flag replaces the score."""
    number = None if flag or score is None else Decimal(str(score))
    return Attempt(
        kind=kind,
        term=term,
        result=flag.label if flag else f"{number}",
        score=number,
        flag=flag,
        recorded_on=date(2024, 1, 20),
        passed=passed,
    )


REGULAR = attempt()
MAKEUP = attempt(AttemptKind.MAKEUP, 51)


def course(**changes: Any) -> CourseHistory:
    """高等数学（2-1）, 4.0 credits, failed twice."""
    usual: dict[str, Any] = {
        "course_id": 1,
        "code": "M1000001",
        "name": "高等数学（2-1）",
        "credit_hours": Decimal("4.0"),
        "course_hours": 64,
        "nature": CourseNature.REQUIRED,
        "category": CourseCategory.PUBLIC_REQUIRED,
        "is_practical": False,
        "is_certificate": False,
        "selection": Selection.NONE,
        "offering_college_id": 9,
        "offering_college": "通识教育学院",
        "in_plan": True,
        "plan_term": "2023-2024-1",
        "is_due": True,
        "studied": True,
        "in_progress": False,
        "attempts": (REGULAR, MAKEUP),
        "makeup": MakeupSitting(date(2024, 3, 1), has_result=True),
        "deferred_pending": False,
        "absent_share": None,
    }
    return CourseHistory(**(usual | changes))


def unstudied(**changes: Any) -> CourseHistory:
    """A course of the plan that never stood in the student's timetable."""
    return course(**({"studied": False, "attempts": (), "makeup": None} | changes))


def student(**changes: Any) -> StudentFacts:
    """2023 级 of a three-year programme."""
    usual: dict[str, Any] = {
        "student_id": 1,
        "user_id": 1,
        "number": "2023010101",
        "name": "陈同学",
        "college_id": 3,
        "grade_year": 2023,
        "length_years": 3,
        "standing": Standing.ENROLLED,
        "in_arrears": False,
        "veteran_from": None,
        "completed_on": None,
        "last_day": date(2029, 8, 31),
    }
    return StudentFacts(**(usual | changes))


def applicant(**changes: Any) -> Applicant:
    """That student in spring 2025."""
    usual: dict[str, Any] = {"facts": student(), "term": TERM, "today": TODAY}
    return Applicant(**(usual | changes))


def verdict(one: CourseHistory, rules: Rules | None = None, **who: Any) -> Verdict:
    """What the rules say of one course."""
    return assess(applicant(**who), one, rules or Rules())
