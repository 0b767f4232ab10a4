"""Rules about one course, R1–R6, R8–R10 and R14, each a function that blocks or lets pass.

The order of ``BLOCKS`` is the order in which a student should hear of them.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from portal.records.history import CourseHistory
from portal.records.kinds import (
    AttemptKind,
    CourseCategory,
    CourseNature,
    ResultFlag,
    Selection,
)
from retake.eligibility.parameters import Rules
from retake.eligibility.verdicts import Case, Reason, Topic
from retake.states import COUNTED, EnrollmentState

# After these there is no 补考: straight to the retake (spring 2025 notice of the college).
STRAIGHT = (ResultFlag.ABSENT, ResultFlag.VIOLATION, ResultFlag.CHEATING, ResultFlag.BARRED)
# Exams that use up the 补考 a theory course has to fail first.
AFTER_REGULAR = (AttemptKind.MAKEUP, AttemptKind.DEFERRED, AttemptKind.RETAKE)


def once_a_term(case: Case) -> Reason | None:
    """R14: one row per student, course and term."""
    state = case.who.taken.get(case.course.course_id)
    if state in COUNTED:
        return case.reason("R14", "enrolled", "本学期已经报了这门课。", "在“我的报名”里看进度。")
    if state is EnrollmentState.LAPSED:
        return case.reason(
            "R14",
            "lapsed",
            "本学期报过这门课，核实时没有查到缴费，报名已失效。",
            "已经付过款的，请教学部恢复；没有付过的，下学期再报。",
            Topic.TEACHING,
        )
    if state is EnrollmentState.CANCELLED:
        return case.reason(
            "R14",
            "cancelled",
            "这门课本学期的报名已取消。",
            "在“我的报名”里看取消的原因，有疑问联系教学部。",
            Topic.TEACHING,
        )
    return None


def passed(case: Case) -> Reason | None:
    """R1 and R8: a passed course only where the college allows improving it."""
    if not case.course.passed or case.rules.improve_passed:
        return None
    best = next(attempt for attempt in reversed(case.course.attempts) if attempt.passed)
    return case.reason(
        "R8",
        "passed",
        f"这门课已经及格（{best.kind.label} {best.result}）。",
        "重修只面向不及格的课程，不用再报。",
    )


def not_offered(case: Case) -> Reason | None:
    """R5: electives and certificates have no retake."""
    if not case.rules.electives_excluded:
        return None
    if case.course.is_certificate or case.course.category is CourseCategory.CERTIFICATE:
        return case.reason(
            "R5",
            "certificate",
            "等级证书不是课程，不设重修，有单独的补测。",
            "补测时间问教学部。",
            Topic.MAKEUP,
        )
    if (
        case.course.nature is CourseNature.GENERAL_ELECTIVE
        or case.course.category is CourseCategory.GENERAL_ELECTIVE
    ):
        return case.reason(
            "R5",
            "elective",
            "通识选修课不设重修。",
            "下学期另选一门通识选修课，学分一样算。",
        )
    return None


def not_selected(case: Case) -> Reason | None:
    """R6: PE and English stand in the timetable only after the student selected them."""
    if not case.rules.selection_hint or case.course.studied:
        return None
    if case.course.selection is Selection.PE:
        return case.reason("R6", "pe", "没有你的体育选课记录。", "联系体育学院补选。", Topic.PE)
    if case.course.selection is Selection.ENGLISH:
        return case.reason(
            "R6", "english", "没有你的 YB 选课记录。", "联系通识部补选。", Topic.ENGLISH
        )
    return None


def never_studied(case: Case) -> Reason | None:
    """R4: what was never studied is 补修 first, then 补考 (theory), then retake.

    A college that switches R4 off lets such a course be taken as a retake at once.
    """
    if case.course.studied or not case.rules.study_first:
        return None
    then = "" if case.course.is_practical else "仍不及格先补考，"
    return case.reason(
        "R4",
        "never_studied",
        "这门课不在你修读过的课表里，要先补修。",
        f"下学期初报名补修；补修后{then}再不及格才报重修。",
        Topic.SUPPLEMENTARY,
    )


def no_result_yet(case: Case) -> Reason | None:
    """R1: still failing needs a result; a deferred exam is no fail."""
    if case.course.in_progress:
        return case.reason(
            "R1",
            "in_progress",
            "你本学期正在修这门课，还没有成绩。",
            "等这学期的成绩；不及格再报重修。",
        )
    if case.course.deferred_pending:
        return case.reason(
            "R2",
            "deferred",
            "你申请了缓考，还没有考。缓考不算不及格。",
            "先参加缓考；时间问教学部。",
            Topic.MAKEUP,
        )
    if case.course.studied and not case.course.attempts:
        return case.reason(
            "R1",
            "no_result",
            "这门课修过，成绩还没有登记。",
            f"问{case.course.offering_college}，登记后这里自动更新。",
            Topic.TEACHING,
        )
    return None


def makeup_first(case: Case) -> Reason | None:
    """R2 with its exceptions R3 and R9: a theory course fails its 补考 before it is retaken.

    A missed or expired 补考 counts as used up.
    """
    if (
        not case.rules.makeup_first
        or not case.course.failed
        or straight_to_retake(case.course, case.rules)
    ):
        return None
    results = " · ".join(f"{one.kind.label} {one.result}" for one in case.course.attempts)
    if case.course.makeup is not None and case.course.makeup.is_pending(case.who.today):
        return case.reason(
            "R2",
            "makeup_pending",
            f"{results}，补考还没有考。理论课先补考，仍不及格才重修。",
            _after_makeup(case, case.course.makeup.sits_on),
            Topic.NONE if case.course.makeup.sits_on else Topic.MAKEUP,
            case.course.makeup.sits_on,
        )
    if case.course.makeup is not None or any(
        one.kind in AFTER_REGULAR for one in case.course.attempts
    ):
        return None
    return case.reason(
        "R2",
        "makeup_missing",
        f"{results}，还没有补考。理论课先补考，仍不及格才重修。",
        "补考安排好后日期写在这里，也可以问教学部。",
        Topic.MAKEUP,
    )


def _after_makeup(case: Case, sits_on: date | None) -> str:
    """What to do about a 补考 still to come; the page prints its date before these words."""
    if sits_on is None:
        return "补考日期问教学部。"
    closes_on = case.who.closes_on
    if closes_on is not None and sits_on > closes_on:
        return "补考，在这一轮报名截止之后，这一轮赶不上；仍不及格的，下一轮再报。"
    return "补考，成绩公布后这里自动更新。"


def straight_to_retake(course: CourseHistory, rules: Rules) -> bool:
    """R2's exceptions, R3 and R9: no 补考 comes before the retake."""
    if course.is_practical and rules.practical_direct:
        return True
    if any(one.flag in STRAIGHT for one in course.attempts):
        return True
    return missed_too_much(course, rules)


def missed_too_much(course: CourseHistory, rules: Rules) -> bool:
    """R9: absent for a third of the hours (or the share the college set), boundary included."""
    if rules.absence_divisor is None or course.absent_share is None:
        return False
    return course.absent_share >= Decimal(1) / rules.absence_divisor


def too_many_attempts(case: Case) -> Reason | None:
    """R10: 补考 and 重修 together."""
    used = sum(one.kind in (AttemptKind.MAKEUP, AttemptKind.RETAKE) for one in case.course.attempts)
    if case.rules.attempt_limit is None or used < case.rules.attempt_limit:
        return None
    return case.reason(
        "R10",
        "attempts_used",
        f"补考和重修合计最多 {case.rules.attempt_limit} 次，你已经 {used} 次。",
        "联系教学部，问清这门课还能怎样取得学分。",
        Topic.TEACHING,
    )


BLOCKS: tuple[Callable[[Case], Reason | None], ...] = (
    once_a_term,
    passed,
    not_offered,
    not_selected,
    never_studied,
    no_result_yet,
    makeup_first,
    too_many_attempts,
)
