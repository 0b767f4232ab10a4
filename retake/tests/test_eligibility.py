"""R1–R14 as a table: each rule blocks, each exception lets pass, each switch switches."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal.records.history import CourseHistory, MakeupSitting
from portal.records.kinds import (
    AttemptKind,
    CourseCategory,
    CourseNature,
    ResultFlag,
    Selection,
    Standing,
)
from retake.eligibility import MayEnroll, Reason, Rules, Topic, assess_all
from retake.states import EnrollmentState
from retake.tests.facts import (
    MAKEUP,
    REGULAR,
    TODAY,
    applicant,
    attempt,
    course,
    student,
    unstudied,
    verdict,
)

ONLY_REGULAR = {"attempts": (REGULAR,), "makeup": None}
SITS_LATER = MakeupSitting(date(2025, 5, 10), has_result=False)
RETAKEN = (REGULAR, MAKEUP, attempt(AttemptKind.RETAKE, 55))
PASSED = (REGULAR, attempt(AttemptKind.MAKEUP, 60, passed=True))

BLOCKED = [
    ("R1 in progress", course(in_progress=True), "R1", "in_progress", Topic.NONE),
    ("R1 no result", course(attempts=(), makeup=None), "R1", "no_result", Topic.TEACHING),
    ("R2 no makeup yet", course(**ONLY_REGULAR), "R2", "makeup_missing", Topic.MAKEUP),
    (
        "R2 makeup ahead",
        course(attempts=(REGULAR,), makeup=SITS_LATER),
        "R2",
        "makeup_pending",
        Topic.NONE,
    ),
    (
        "R2 makeup today",
        course(attempts=(REGULAR,), makeup=MakeupSitting(TODAY, has_result=False)),
        "R2",
        "makeup_pending",
        Topic.NONE,
    ),
    (
        "R2 makeup without a date",
        course(attempts=(REGULAR,), makeup=MakeupSitting(None, has_result=False)),
        "R2",
        "makeup_pending",
        Topic.MAKEUP,
    ),
    ("R2 deferred", unstudied(studied=True, deferred_pending=True), "R2", "deferred", Topic.MAKEUP),
    ("R4 never studied", unstudied(), "R4", "never_studied", Topic.SUPPLEMENTARY),
    (
        "R5 elective by nature",
        course(nature=CourseNature.GENERAL_ELECTIVE),
        "R5",
        "elective",
        Topic.NONE,
    ),
    (
        "R5 elective by category",
        course(category=CourseCategory.GENERAL_ELECTIVE),
        "R5",
        "elective",
        Topic.NONE,
    ),
    ("R5 certificate", course(is_certificate=True), "R5", "certificate", Topic.MAKEUP),
    ("R6 PE", unstudied(selection=Selection.PE), "R6", "pe", Topic.PE),
    ("R6 English", unstudied(selection=Selection.ENGLISH), "R6", "english", Topic.ENGLISH),
    ("R8 passed", course(attempts=PASSED), "R8", "passed", Topic.NONE),
]


@pytest.mark.parametrize(
    ("one", "rule", "code", "topic"),
    [case[1:] for case in BLOCKED],
    ids=[case[0] for case in BLOCKED],
)
def test_blocks_a_course(one: CourseHistory, rule: str, code: str, topic: Topic) -> None:
    answer = verdict(one)
    assert isinstance(answer, Reason)
    assert (answer.rule, answer.code, answer.topic) == (rule, code, topic)


@pytest.mark.parametrize(
    ("one", "evidence"),
    [
        (course(), "正考 42 · 补考 51"),
        (
            course(attempts=(REGULAR, attempt(AttemptKind.DEFERRED, 40)), makeup=None),
            "正考 42 · 缓考 40",
        ),
        (course(attempts=RETAKEN), "正考 42 · 补考 51 · 重修 55"),
        (
            course(attempts=(REGULAR,), makeup=MakeupSitting(date(2025, 4, 20), has_result=False)),
            "正考 42 · 补考未参加",
        ),
        (course(is_practical=True, **ONLY_REGULAR), "正考 42 · 实践课，直接重修"),
        (
            course(absent_share=Decimal(1) / 3, **ONLY_REGULAR),
            "正考 42 · 缺课达学时的 1/3，直接重修",
        ),
    ],
    ids=["failed makeup", "failed deferred", "retaken", "missed makeup", "practical", "absent"],
)
def test_lets_a_course_pass_with_its_evidence(one: CourseHistory, evidence: str) -> None:
    answer = verdict(one)
    assert isinstance(answer, MayEnroll)
    assert answer.evidence == evidence


@pytest.mark.parametrize(
    "flag", [ResultFlag.ABSENT, ResultFlag.VIOLATION, ResultFlag.CHEATING, ResultFlag.BARRED]
)
def test_r2_no_makeup_after_a_flag(flag: ResultFlag) -> None:
    answer = verdict(course(attempts=(attempt(flag=flag),), makeup=None))
    assert isinstance(answer, MayEnroll)
    assert answer.evidence == f"正考 {flag.label} · 没有补考，直接重修"


SWITCHED = [
    ("R2 off", course(**ONLY_REGULAR), {"makeup_first": False}, "may"),
    ("R3 off", course(is_practical=True, **ONLY_REGULAR), {"practical_direct": False}, "R2"),
    ("R4 off", unstudied(), {"study_first": False}, "may"),
    ("R5 off", course(is_certificate=True), {"electives_excluded": False}, "may"),
    ("R6 off: then R4", unstudied(selection=Selection.PE), {"selection_hint": False}, "R4"),
    ("R8 on", course(attempts=PASSED), {"improve_passed": True}, "may"),
    (
        "R9 off",
        course(absent_share=Decimal("0.9"), **ONLY_REGULAR),
        {"absence_divisor": None},
        "R2",
    ),
    (
        "R9 a half",
        course(absent_share=Decimal("0.4"), **ONLY_REGULAR),
        {"absence_divisor": 2},
        "R2",
    ),
    ("R10 on, used up", course(attempts=RETAKEN), {"attempt_limit": 2}, "R10"),
    ("R10 on, one left", course(), {"attempt_limit": 2}, "may"),
]


@pytest.mark.parametrize(
    ("one", "switch", "expected"),
    [case[1:] for case in SWITCHED],
    ids=[case[0] for case in SWITCHED],
)
def test_switches(one: CourseHistory, switch: dict[str, Any], expected: str) -> None:
    answer = verdict(one, Rules(**switch))
    assert (answer.rule if isinstance(answer, Reason) else "may") == expected


def test_r9_below_a_third_still_needs_the_makeup() -> None:
    answer = verdict(course(absent_share=Decimal("0.33"), **ONLY_REGULAR))
    assert isinstance(answer, Reason)
    assert answer.rule == "R2"


@pytest.mark.parametrize(
    ("facts", "switch", "expected"),
    [
        ({"in_arrears": True}, {}, "may"),
        ({"in_arrears": True}, {"arrears_block": True}, "arrears"),
        ({"last_day": date(2025, 4, 20)}, {}, "period_over"),
        ({"last_day": TODAY}, {}, "may"),
        ({"last_day": date(2025, 4, 20)}, {"period_block": False}, "may"),
        ({"standing": Standing.GRADUATED}, {}, "graduated"),
        ({"standing": Standing.WITHDRAWN}, {}, "left"),
        ({"standing": Standing.SUSPENDED}, {}, "suspended"),
        ({"standing": Standing.COMPLETED_NO_DIPLOMA}, {}, "may"),
    ],
)
def test_r12_r13_are_about_the_student(
    facts: dict[str, Any], switch: dict[str, Any], expected: str
) -> None:
    answer = verdict(course(), Rules(**switch), facts=student(**facts))
    assert (answer.code if isinstance(answer, Reason) else "may") == expected


@pytest.mark.parametrize(
    ("clashes", "warnings"),
    [({}, 0), ({1: "周三 3–4 节"}, 1), ({2: "周三 3–4 节"}, 0)],
    ids=["none", "this course", "another course"],
)
def test_r11_warns_and_lets_pass(clashes: dict[int, str], warnings: int) -> None:
    answer = verdict(course(), clashes=clashes)
    assert isinstance(answer, MayEnroll)
    assert len(answer.warnings) == warnings


def test_r11_can_be_switched_off() -> None:
    answer = verdict(course(), Rules(clash_warning=False), clashes={1: "周三 3–4 节"})
    assert isinstance(answer, MayEnroll)
    assert answer.warnings == ()


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (EnrollmentState.ENROLLED, "enrolled"),
        (EnrollmentState.CONFIRMED, "enrolled"),
        (EnrollmentState.ARRANGED, "enrolled"),
        (EnrollmentState.COMPLETED, "enrolled"),
        (EnrollmentState.LAPSED, "lapsed"),
        (EnrollmentState.CANCELLED, "cancelled"),
    ],
)
def test_r14_once_per_term(state: EnrollmentState, code: str) -> None:
    answer = verdict(course(), taken={1: state})
    assert isinstance(answer, Reason)
    assert (answer.rule, answer.code) == ("R14", code)


def test_r7_says_the_students_own_figures() -> None:
    taken = dict.fromkeys((7, 8, 9), EnrollmentState.ENROLLED)
    answer = verdict(course(), taken=taken)
    assert isinstance(answer, Reason)
    assert answer.fact == "已选满 3 门，2023 级本学期最多 3 门。"
    assert answer.step == "退掉一门再选，或下学期报。"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (EnrollmentState.ENROLLED, "R7"),
        (EnrollmentState.CONFIRMED, "R7"),
        (EnrollmentState.ARRANGED, "R7"),
        (EnrollmentState.COMPLETED, "R7"),
        (EnrollmentState.LAPSED, "may"),
        (EnrollmentState.CANCELLED, "may"),
    ],
)
def test_r7_counts_what_the_design_counts(state: EnrollmentState, expected: str) -> None:
    answer = verdict(course(), taken=dict.fromkeys((7, 8, 9), state))
    assert (answer.rule if isinstance(answer, Reason) else "may") == expected


def test_makeup_date_is_told() -> None:
    answer = verdict(course(attempts=(REGULAR,), makeup=SITS_LATER))
    assert isinstance(answer, Reason)
    assert answer.on == date(2025, 5, 10)
    assert answer.fact == "正考 42，补考还没有考。理论课先补考，仍不及格才重修。"


def test_every_failed_or_missing_course_gets_an_answer_and_no_other() -> None:
    rows = [
        course(course_id=1),
        unstudied(course_id=2),
        course(course_id=3, attempts=PASSED),
        unstudied(course_id=4, is_due=False),
        unstudied(course_id=5, studied=True, in_progress=True),
        unstudied(course_id=6, in_plan=False, is_due=False),
    ]
    found = assess_all(applicant(), rows, Rules())
    assert [one.course.course_id for one in found.may] == [1]
    assert [one.course.course_id for one in found.reasons] == [2]


def test_improving_opens_passed_courses() -> None:
    found = assess_all(applicant(), [course(attempts=PASSED)], Rules(improve_passed=True))
    assert [one.warnings for one in found.may] == [("这门课已经及格，重修是为了提高成绩。",)]
