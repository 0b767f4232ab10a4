"""Puts the rows of a student together into the histories that rules read."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from operator import itemgetter

from portal.lib.prepared import Row
from portal.records import grading, rows
from portal.records.history import Attempt, CourseHistory, MakeupSitting
from portal.records.kinds import (
    AttemptKind,
    CourseCategory,
    CourseNature,
    ResultFlag,
    Selection,
)
from portal.records.terms import plan_term

# Results that came about without sitting in a class.
_WITHOUT_CLASS = (AttemptKind.EXEMPTION, AttemptKind.EXCHANGE)


@dataclass(frozen=True)
class _Shared:
    """What holds for every student of one call."""

    current_term: str
    policies: tuple[grading.Policy, ...]
    courses: dict[int, Row]
    plans: dict[int, list[Row]]  # by plan id; a student without a plan has an empty one

    def in_force(self, course_id: int) -> int:
        """The course that stands for this code today."""
        return self.courses[course_id]["new_id"] or course_id


@dataclass
class _Pile:
    """The rows of one student and one course in force, before they are frozen."""

    plan: Row | None = None
    attempts: list[Row] = field(default_factory=list)
    timetable: list[Row] = field(default_factory=list)
    sittings: list[Row] = field(default_factory=list)


def course_histories(
    student_ids: Collection[int], *, today: date
) -> dict[int, tuple[CourseHistory, ...]]:
    """Every course of every student, taken or planned, in the order of plan and code.

    Three statements for any number of students; every id has an entry. Old codes are merged under
    the course in force. Results without a grade (缓考, 未选 …) are no attempts; a 缓考 nothing
    followed shows as ``deferred_pending``.
    """
    return histories_of(rows.students(student_ids, today))


def histories_of(
    students: list[Row], until: date = date.max
) -> dict[int, tuple[CourseHistory, ...]]:
    """``course_histories`` of students that were read with their record; two statements more.

    Grades recorded after ``until`` do not count, and correct nothing.
    """
    given = rows.attempts([student["id"] for student in students])
    attempts = _standing([row for row in given if row["recorded_on"] <= until])
    by_student = _by("student_id", attempts)
    shared = _shared(students, attempts)
    return {
        student["id"]: _freeze(
            _piles(student, by_student[student["id"]], shared), student["grade_year"], shared
        )
        for student in students
    }


def _piles(student: Row, attempts: list[Row], shared: _Shared) -> dict[int, _Pile]:
    """The rows of one student by the course in force."""
    piles: dict[int, _Pile] = defaultdict(_Pile)
    for row in shared.plans[student["plan_id"]]:
        piles[shared.in_force(row["course_id"])].plan = row
    for row in attempts:
        piles[shared.in_force(row["course_id"])].attempts.append(row)
    for row in student["timetable"]:
        piles[shared.in_force(row["course_id"])].timetable.append(row)
    for row in student["sittings"]:
        piles[shared.in_force(row["course_id"])].sittings.append(row)
    return piles


def _by(key: str, given: Iterable[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in given:
        grouped[row[key]].append(row)
    return grouped


def _standing(attempts: list[Row]) -> list[Row]:
    """Without the rows a later row corrects."""
    corrected = {row["corrects_id"] for row in attempts}
    return [row for row in attempts if row["id"] not in corrected]


def _shared(students: list[Row], attempts: list[Row]) -> _Shared:
    first = students[0] if students else {"current_term": None, "policies": []}
    seen = {row["course_id"] for row in attempts}
    for student in students:
        seen |= {row["course_id"] for row in student["timetable"]}
        seen |= {row["course_id"] for row in student["sittings"]}
    plan_ids = {student["plan_id"] for student in students} - {None}
    courses = rows.courses(seen, plan_ids)
    places = [place | {"course_id": row["id"]} for row in courses for place in row["places"]]
    return _Shared(
        current_term=first["current_term"] or "",
        policies=tuple(policy_of(row) for row in first["policies"]),
        courses={row["id"]: row for row in courses},
        plans=_by("plan_id", sorted(places, key=itemgetter("term_number"))),
    )


def policy_of(row: Row) -> grading.Policy:
    """A policy from its JSON: numbers become Decimal by way of their text, never by float."""
    cap = row["makeup_cap"]
    return grading.Policy(
        valid_from=date.fromisoformat(row["valid_from"]),
        pass_mark=Decimal(str(row["pass_mark"])),
        makeup_cap=None if cap is None else Decimal(str(cap)),
        effective=grading.Effective(row["effective"]),
        levels={word: Decimal(str(score)) for word, score in row["levels"].items()},
        round_before_points=row["round_before_points"],
        failed_in_gpa=row["failed_in_gpa"],
    )


def _freeze(piles: dict[int, _Pile], grade_year: int, shared: _Shared) -> tuple[CourseHistory, ...]:
    histories = [
        _history(shared.courses[course_id], pile, grade_year, shared)
        for course_id, pile in piles.items()
    ]
    return tuple(sorted(histories, key=lambda one: (not one.in_plan, one.plan_term, one.code)))


def _history(course: Row, pile: _Pile, grade_year: int, shared: _Shared) -> CourseHistory:
    planned = plan_term(grade_year, pile.plan["term_number"]) if pile.plan else ""
    return CourseHistory(
        course_id=course["id"],
        code=course["code"],
        name=course["name"],
        credit_hours=course["credit_hours"],
        course_hours=course["course_hours"],
        nature=CourseNature((pile.plan or course)["nature"]),
        category=_category(course, pile),
        is_practical=course["is_practical"],
        is_certificate=course["is_certificate"],
        selection=Selection(course["selection"]),
        offering_college_id=course["offering_college_id"],
        offering_college=course["college"],
        in_plan=pile.plan is not None,
        plan_term=planned,
        is_due=bool(planned) and planned <= shared.current_term,
        studied=_studied(pile),
        in_progress=_in_progress(pile, shared.current_term),
        attempts=_attempts(pile.attempts, shared.policies),
        makeup=_makeup(pile),
        deferred_pending=bool(pile.attempts) and pile.attempts[-1]["text"] == grading.DEFERRED,
        absent_share=_absent_share(pile.timetable, course["course_hours"]),
        exchange_excluded=course["exchange_excluded"],
    )


def _category(course: Row, pile: _Pile) -> CourseCategory:
    """The plan's own; 通识选修课 stand in no plan by name, everything else outside is 计划外."""
    if pile.plan:
        return CourseCategory(pile.plan["category"])
    is_elective = course["category"] == CourseCategory.GENERAL_ELECTIVE
    return CourseCategory.GENERAL_ELECTIVE if is_elective else CourseCategory.OFF_PLAN


def _studied(pile: _Pile) -> bool:
    return bool(pile.timetable) or any(row["kind"] not in _WITHOUT_CLASS for row in pile.attempts)


def _in_progress(pile: _Pile, current_term: str) -> bool:
    sits = any(row["term_code"] == current_term for row in pile.timetable)
    return sits and all(row["term_code"] != current_term for row in pile.attempts)


def _attempts(given: list[Row], policies: tuple[grading.Policy, ...]) -> tuple[Attempt, ...]:
    judged = (_attempt(row, policies) for row in given)
    return tuple(one for one in judged if one is not None)


def _attempt(row: Row, policies: tuple[grading.Policy, ...]) -> Attempt | None:
    """None where there is no grade (缓考, 未选 …)."""
    result = grading.Result(row["score"], row["text"], ResultFlag(row["flag"]))
    outcome = grading.outcome(result, grading.policy_on(policies, row["recorded_on"]))
    if outcome is grading.Outcome.UNTAKEN:
        return None
    return Attempt(
        kind=AttemptKind(row["kind"]),
        term=row["term_code"],
        result=grading.printed(result),
        score=result.score,
        flag=result.flag,
        recorded_on=row["recorded_on"],
        passed=outcome is grading.Outcome.PASSED,
    )


def _makeup(pile: _Pile) -> MakeupSitting | None:
    """The latest sitting; its result is the 补考 recorded for the same term."""
    if not pile.sittings:
        return None
    latest = pile.sittings[-1]
    sat = any(
        row["kind"] == AttemptKind.MAKEUP and row["term_code"] == latest["term_code"]
        for row in pile.attempts
    )
    sits_on = date.fromisoformat(latest["sits_on"]) if latest["sits_on"] else None
    return MakeupSitting(sits_on=sits_on, has_result=sat)


def _absent_share(timetable: list[Row], course_hours: int) -> Decimal | None:
    if not timetable or timetable[-1]["absent_hours"] is None or not course_hours:
        return None
    return min(Decimal(1), Decimal(timetable[-1]["absent_hours"]) / course_hours)
