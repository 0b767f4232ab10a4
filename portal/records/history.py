"""What the record says about one student and one course, as frozen facts for pure rules."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.records.kinds import (
    AttemptKind,
    CourseCategory,
    CourseNature,
    ResultFlag,
    Selection,
    Standing,
)


@dataclass(frozen=True)
class Attempt:
    """One grade attempt; ``passed`` was decided by the grade policy in force on its date."""

    kind: AttemptKind
    term: str  # 2023-2024-1
    result: str  # as printed: 42, 优秀, 缺考
    score: Decimal | None
    flag: ResultFlag
    recorded_on: date
    passed: bool


@dataclass(frozen=True)
class MakeupSitting:
    """A 补考 the student is registered for; ``sits_on`` is None while no date is set."""

    sits_on: date | None
    has_result: bool

    def is_pending(self, today: date) -> bool:
        """Still to be sat; a missed or expired one counts as used up."""
        return not self.has_result and (self.sits_on is None or self.sits_on >= today)


@dataclass(frozen=True)
class CourseHistory:
    """One course of a student with everything that decides what he may do about it.

    Equivalent codes (CourseEquivalence, old -> new) are merged under the course in force.
    ``studied`` means it stands or stood in his own 课表; ``absent_share`` is the part of the hours
    missed in the latest class, 0–1, None where no roll was kept.
    """

    course_id: int
    code: str
    name: str
    credit_hours: Decimal
    course_hours: int
    nature: CourseNature
    category: CourseCategory
    is_practical: bool
    is_certificate: bool
    selection: Selection
    offering_college_id: int
    offering_college: str
    in_plan: bool
    plan_term: str  # the term the plan puts it in, "" when off plan
    is_due: bool  # the plan's term has passed or is running
    studied: bool
    in_progress: bool  # taken this term, no result yet
    attempts: tuple[Attempt, ...]  # oldest first
    makeup: MakeupSitting | None
    deferred_pending: bool
    absent_share: Decimal | None
    exchange_excluded: bool = False  # 不参与学分兑换, by the catalogue

    @property
    def passed(self) -> bool:
        return any(attempt.passed for attempt in self.attempts)

    @property
    def failed(self) -> bool:
        return bool(self.attempts) and not self.passed


@dataclass(frozen=True)
class StudentFacts:
    """One student, as rules see him. ``veteran_from`` is None unless an approved status exists."""

    student_id: int
    user_id: int
    number: str
    name: str
    college_id: int
    grade_year: int
    length_years: int  # 学制
    standing: Standing
    in_arrears: bool
    veteran_from: date | None
    completed_on: date | None  # date of 结业
    last_day: date | None  # end of the maximum study period


@dataclass(frozen=True)
class StudentRecord:
    """One student with all his courses, in the order of plan and code."""

    facts: StudentFacts
    courses: tuple[CourseHistory, ...]
