"""The answer for one course, and for all of a student's failed or missing ones."""

from collections.abc import Iterable

from portal.records.history import CourseHistory
from portal.records.kinds import Standing
from retake.eligibility import course as of_course
from retake.eligibility.caps import cap_of
from retake.eligibility.parameters import Rules
from retake.eligibility.student import student_block
from retake.eligibility.verdicts import Applicant, Assessment, Case, MayEnroll, Reason, Verdict


def assess(who: Applicant, course: CourseHistory, rules: Rules) -> Verdict:
    """May ``who`` enrol in ``course`` now? The first rule that blocks gives the reason.

    A course already taken this term answers R14 even when the student himself is blocked.
    """
    case = Case(who, course, rules)
    taken = of_course.once_a_term(case)
    if taken is not None:
        return taken
    student = student_block(who, rules)
    if student is not None:
        return case.reason(**vars(student))
    for block in (*of_course.BLOCKS, _cap_reached):
        reason = block(case)
        if reason is not None:
            return reason
    return MayEnroll(course, evidence(course, rules), _warnings(case))


def assess_all(who: Applicant, courses: Iterable[CourseHistory], rules: Rules) -> Assessment:
    """Sort every failed or missing course; passed ones appear only where R8 opens them."""
    verdicts = [assess(who, one, rules) for one in courses if concerns(one, rules)]
    return Assessment(
        may=tuple(one for one in verdicts if isinstance(one, MayEnroll)),
        reasons=tuple(one for one in verdicts if isinstance(one, Reason)),
    )


def concerns(course: CourseHistory, rules: Rules) -> bool:
    """Failed, or due by the plan and without a result; a course just being taken is neither."""
    if course.attempts:
        return course.failed or rules.improve_passed
    return course.deferred_pending or (course.in_plan and course.is_due and not course.in_progress)


def evidence(course: CourseHistory, rules: Rules) -> str:
    """The results that make the course retakeable: ``正考 42 · 补考 51``."""
    parts = [f"{one.kind.label} {one.result}" for one in course.attempts]
    if course.makeup is not None and not course.makeup.has_result:
        parts.append("补考未参加")
    if course.is_practical and rules.practical_direct:
        parts.append("实践课，直接重修")
    elif any(one.flag in of_course.STRAIGHT for one in course.attempts):
        parts.append("没有补考，直接重修")
    elif of_course.missed_too_much(course, rules):
        parts.append(f"缺课达学时的 1/{rules.absence_divisor}，直接重修")
    return " · ".join(parts) or "没有修读过"


def _cap_reached(case: Case) -> Reason | None:
    who = case.who
    cap = cap_of(who.facts, who.term, case.rules)
    if cap.limit is None or who.counted < cap.limit:
        return None
    return case.reason(
        "R7",
        "cap_reached",
        f"已选满 {who.counted} 门，{cap.sentence}。",
        "退掉一门再选，或下学期报。",
    )


def _warnings(case: Case) -> tuple[str, ...]:
    """R11 and R8. A 结业生 has no timetable of his own to collide with."""
    warnings = []
    clash = case.who.clashes.get(case.course.course_id)
    if case.rules.clash_warning and clash and case.who.facts.standing is Standing.ENROLLED:
        warnings.append(f"与你{clash}的课冲突。仍可报名，报名后可申请部分免听，实验课仍要上。")
    if case.course.passed:
        warnings.append("这门课已经及格，重修是为了提高成绩。")
    return tuple(warnings)
