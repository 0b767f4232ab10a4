"""Records and snapshots for tests, without a database."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from portal.records.academic import AcademicRecord, LevelExam
from portal.records.grading import Policy
from portal.records.history import Attempt, CourseHistory
from portal.records.kinds import (
    AttemptKind,
    CourseCategory,
    CourseNature,
    ResultFlag,
    Selection,
)
from transcripts.document import Snapshot, snapshot

FIRST, SECOND, THIRD = "2023-2024-1", "2023-2024-2", "2024-2025-1"
NAMES = (
    "程序设计基础",
    "传统文化与现代经营管理",
    "形势与政策（2-1）",
    "毛泽东思想和中国特色社会主义理论体系概论（2-1）",
    "Linux 应用技术",
    "建筑材料——石膏涂料",
)


def attempt(
    score: int | str, kind: AttemptKind = AttemptKind.REGULAR, term: str = FIRST
) -> Attempt:
    """A number is a score; a word passes when it is 合格, 良好 or 兑换's 合格."""
    flag = ResultFlag.ABSENT if score == "缺考" else ResultFlag.NONE
    value = Decimal(score) if isinstance(score, int) else None
    passed = score >= 60 if isinstance(score, int) else score in ("合格", "良好")
    day = date(int(term[:4]) + (term[-1] == "2"), 6, len(kind))
    return Attempt(kind, term, str(score), value, flag, day, passed)


def course(
    number: int,
    attempts: Sequence[Attempt],
    *,
    name: str = "",
    hours: str = "4.0",
    nature: CourseNature = CourseNature.REQUIRED,
) -> CourseHistory:
    """A course of the record."""
    return CourseHistory(
        course_id=number,
        code=f"C{number:03d}",
        name=name or NAMES[number % len(NAMES)],
        credit_hours=Decimal(hours),
        course_hours=64,
        nature=nature,
        category=CourseCategory.MAJOR_BASIC,
        is_practical=False,
        is_certificate=False,
        selection=Selection.NONE,
        offering_college_id=1,
        offering_college="智能制造学院",
        in_plan=True,
        plan_term=FIRST,
        is_due=True,
        studied=True,
        in_progress=False,
        attempts=tuple(attempts),
        makeup=None,
        deferred_pending=False,
        absent_share=None,
    )


def record(courses: Sequence[CourseHistory], **changed: Any) -> AcademicRecord:
    """A student with these courses."""
    known: dict[str, Any] = {
        "student_id": 1,
        "number": "20220101",
        "roll_number": "3211020220101",
        "name": "王思远",
        "english_name": "Wang Siyuan",
        "college": "智能制造学院",
        "major": "云计算技术应用",
        "college_english": "School of Intelligent Manufacturing",
        "major_english": "Cloud Computing Technology and Application",
        "class_name": "云计算 2221",
        "standing": "在读",
        "courses": tuple(courses),
        "english_names": {one.course_id: f"Course Number {one.course_id}" for one in courses},
        "exams": (
            LevelExam("全国计算机等级考试一级", "合格", True, date(2024, 3, 1)),
            LevelExam("全国英语等级考试", "不合格", False, date(2024, 6, 1)),
        ),
        "policy": Policy(),
    }
    return AcademicRecord(**(known | changed))


def many(number: int = 60, **changed: Any) -> Snapshot:
    """A snapshot of that many courses over three terms, some failed, some retaken."""
    natures = list(CourseNature)
    courses = []
    for at in range(number):
        term = (FIRST, SECOND, THIRD)[at * 3 // number]
        tries = [attempt(50 + at * 7 % 50, term=term)]
        if not tries[0].passed and at % 2:
            tries.append(attempt(62, AttemptKind.MAKEUP, term))
        courses.append(course(at, tries, nature=natures[at % 4], hours="2.5"))
    return snapshot(record(courses, **changed))
