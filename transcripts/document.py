"""The transcript as data: frozen, complete, without options. Pure.

Totals and averages are read from the whole record by ``portal.records.grading``; whatever is left
off the paper afterwards cannot change them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from portal.records import grading
from portal.records.academic import AcademicRecord
from portal.records.history import Attempt, CourseHistory
from portal.records.kinds import AttemptKind, CourseNature


@dataclass(frozen=True)
class Person:
    """The student line."""

    college: str
    major: str
    class_name: str
    number: str
    name: str
    roll_number: str
    standing: str
    college_english: str = ""  # sheets frozen before these were kept have none
    major_english: str = ""
    english_name: str = ""


@dataclass(frozen=True)
class Sitting:
    """One attempt as A3 prints it."""

    term: str
    kind: AttemptKind
    result: str
    passed: bool


@dataclass(frozen=True)
class Course:
    """One course; ``sittings[counted]`` is the effective one.

    ``points`` is None when the course is neutral for the average. ``why`` says in the student's
    words which attempt counts. ``sources``: what it was exchanged for; ``spent``: its credits
    were given for another course and count there.
    """

    code: str
    name: str
    english_name: str
    nature: CourseNature
    credit_hours: Decimal
    term: str  # the term it was first taken in; its points belong to that term
    passed: bool
    sittings: tuple[Sitting, ...]
    counted: int
    points: Decimal | None
    why: str
    sources: tuple[str, ...] = ()
    spent: bool = False

    @property
    def effective(self) -> Sitting:
        return self.sittings[self.counted]

    @property
    def shown_points(self) -> str:
        """``2.0``, and ``1.65`` where the college does not round; empty when neutral."""
        if self.points is None:
            return ""
        short = self.points.quantize(Decimal("0.1"))
        return str(short if short == self.points else self.points)


@dataclass(frozen=True)
class Exam:
    """A line of 等级考试成绩."""

    name: str
    result: str
    passed: bool


@dataclass(frozen=True)
class Snapshot:
    """A student's transcript at one moment."""

    person: Person
    courses: tuple[Course, ...]  # by term, then code
    exams: tuple[Exam, ...]
    term_gpa: dict[str, Decimal | None]
    gpa: Decimal | None
    earned: dict[CourseNature, Decimal]

    @property
    def total(self) -> Decimal:
        """Credits earned in all."""
        return sum(self.earned.values(), Decimal(0))


def snapshot(record: AcademicRecord) -> Snapshot:
    """Freeze what the record says now. A student without grades has an empty, valid one."""
    taken = [course for course in record.courses if course.attempts]
    sources = {one.target_id: one.sources for one in record.exchanges}
    spent = {course_id for one in record.exchanges for course_id in one.source_ids}
    courses = (
        _course(
            one,
            record,
            sources.get(one.course_id, ()),
            one.course_id in spent,
        )
        for one in taken
    )
    return Snapshot(
        person=_person(record),
        courses=tuple(sorted(courses, key=lambda one: (one.term, one.code))),
        exams=tuple(Exam(one.name, one.result, one.passed) for one in record.exams),
        term_gpa=grading.term_gpa(taken, record.policy),
        gpa=grading.gpa(taken, record.policy),
        earned=grading.earned_credits(one for one in taken if one.course_id not in spent),
    )


def _person(record: AcademicRecord) -> Person:
    return Person(
        college=record.college,
        major=record.major,
        class_name=record.class_name,
        number=record.number,
        name=record.name,
        roll_number=record.roll_number,
        standing=record.standing,
        college_english=record.college_english,
        major_english=record.major_english,
        english_name=record.english_name,
    )


def _course(
    history: CourseHistory, record: AcademicRecord, sources: tuple[str, ...], spent: bool
) -> Course:
    counted = grading.effective(history.attempts, record.policy)
    assert counted is not None  # noqa: S101 -- only courses with attempts come here
    neutral = grading.gpa([history], record.policy) is None
    mark = grading.mark(counted, record.policy)
    return Course(
        code=history.code,
        name=history.name,
        english_name=record.english_names.get(history.course_id, ""),
        nature=history.nature,
        credit_hours=history.credit_hours,
        term=history.attempts[0].term,
        passed=history.passed,
        sittings=tuple(_sitting(one, record.policy) for one in history.attempts),
        counted=history.attempts.index(counted),
        points=None if neutral else grading.grade_points(mark, record.policy),
        why=_why(history, counted, mark, record.policy),
        sources=sources,
        spent=spent,
    )


def _sitting(attempt: Attempt, policy: grading.Policy) -> Sitting:
    """A passed 补考 is printed as it counts: 60, whatever the paper came to."""
    result = attempt.result
    if attempt.score is not None and not attempt.flag:
        result = grading.printed(grading.Result(score=grading.mark(attempt, policy)))
    return Sitting(attempt.term, attempt.kind, result, attempt.passed)


_NEUTRAL: Mapping[AttemptKind, str] = {
    AttemptKind.EXCHANGE: "兑换取得，不计绩点",
    AttemptKind.EXEMPTION: "免修，不计绩点",
}


def _why(history: CourseHistory, counted: Attempt, mark: Decimal, policy: grading.Policy) -> str:
    if counted.kind in _NEUTRAL:
        return _NEUTRAL[counted.kind]
    number = len(history.attempts)
    reason = "只有一次成绩" if number == 1 else f"{number} 次里取{policy.effective.label}"
    if counted.score is not None and mark != counted.score:
        reason += f"，补考按 {mark:f} 分计"
    elif counted.score is None:
        reason += f"，{counted.result}按 {mark:f} 分计"
    return reason if counted.passed else f"{reason}，不及格绩点为 0"
