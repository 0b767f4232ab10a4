"""Grades by the policy: words, passing, effective result, GPA, credits."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from portal.records import grading
from portal.records.grading import Effective, Outcome, Policy, Result, parse_result
from portal.records.history import Attempt, CourseHistory
from portal.records.kinds import (
    AttemptKind,
    CourseCategory,
    CourseNature,
    ResultFlag,
    Selection,
)

POLICY = Policy()


def attempt(
    result: str,
    *,
    kind: AttemptKind = AttemptKind.REGULAR,
    day: date = date(2024, 1, 7),
    term: str = "2023-2024-1",
) -> Attempt:
    read = parse_result(result)
    return Attempt(
        kind=kind,
        term=term,
        result=grading.printed(read),
        score=read.score,
        flag=read.flag,
        recorded_on=day,
        passed=grading.outcome(read, POLICY) is Outcome.PASSED,
    )


def course(
    *attempts: Attempt, credit: str = "4", nature: CourseNature = CourseNature.REQUIRED
) -> CourseHistory:
    return CourseHistory(
        course_id=1,
        code="A1",
        name="高等数学（2-1）",
        credit_hours=Decimal(credit),
        course_hours=64,
        nature=nature,
        category=CourseCategory.PUBLIC_REQUIRED,
        is_practical=False,
        is_certificate=False,
        selection=Selection.NONE,
        offering_college_id=1,
        offering_college="通识教育学院",
        in_plan=True,
        plan_term="2023-2024-1",
        is_due=True,
        studied=True,
        in_progress=False,
        attempts=attempts,
        makeup=None,
        deferred_pending=False,
        absent_share=None,
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("59.5", Result(score=Decimal("59.5"))),
        (" 100 ", Result(score=Decimal(100))),
        ("优", Result(text="优秀")),
        ("201", Result(text="优秀")),
        ("合格", Result(text="合格")),
        ("206", Result(text="缓考")),
        ("", Result(text="-")),
        ("旷考", Result(flag=ResultFlag.ABSENT)),
        ("207", Result(flag=ResultFlag.ABSENT)),
        ("302", Result(flag=ResultFlag.VIOLATION)),
        ("作弊", Result(flag=ResultFlag.CHEATING)),
        ("禁考", Result(flag=ResultFlag.BARRED)),
    ],
)
def test_grades_are_read_as_colleges_write_them(written: str, expected: Result) -> None:
    assert parse_result(written) == expected


@pytest.mark.parametrize("written", ["101", "-1", "59.55", "NaN", "Infinity", "甲", "1.2E+1x"])
def test_what_is_no_grade_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=re.escape(written)):
        parse_result(written)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("60", Outcome.PASSED),
        ("59.5", Outcome.FAILED),  # although it is printed and pointed as 60
        ("及格", Outcome.PASSED),
        ("不合格", Outcome.FAILED),
        ("通过", Outcome.PASSED),
        ("免修", Outcome.PASSED),
        ("缺考", Outcome.FAILED),
        ("作弊", Outcome.FAILED),
        ("缓考", Outcome.UNTAKEN),
        ("未选", Outcome.UNTAKEN),
        ("-", Outcome.UNTAKEN),
    ],
)
def test_passing_is_decided_on_what_was_recorded(written: str, expected: Outcome) -> None:
    assert grading.outcome(parse_result(written), POLICY) is expected


def test_the_policy_of_the_day_counts_and_a_new_one_is_not_retroactive() -> None:
    old = Policy(valid_from=date(2015, 9, 1))
    new = Policy(valid_from=date(2024, 9, 1), pass_mark=Decimal(50))
    found = [
        grading.policy_on((new, old), day).pass_mark
        for day in (date(2010, 1, 1), date(2024, 8, 31), date(2024, 9, 1))
    ]
    assert found == [Decimal(60), Decimal(60), Decimal(50)]


def test_the_highest_attempt_counts_numbers_and_words_mixed() -> None:
    best = attempt("良好")
    assert grading.effective([attempt("72"), best, attempt("不及格")], POLICY) is best


def test_of_equal_best_attempts_the_earliest_counts() -> None:
    late, early = attempt("70", day=date(2024, 7, 1)), attempt("70", day=date(2024, 1, 7))
    assert grading.effective([late, early], POLICY) is early


def test_a_makeup_counts_as_sixty_at_most_but_a_failed_one_as_it_is() -> None:
    marks = [
        grading.mark(attempt(written, kind=AttemptKind.MAKEUP), POLICY)
        for written in ("88", "60", "43")
    ]
    assert marks == [Decimal(60), Decimal(60), Decimal(43)]


def test_a_retake_counts_as_earned() -> None:
    assert grading.mark(attempt("88", kind=AttemptKind.RETAKE), POLICY) == Decimal(88)


def test_the_latest_attempt_counts_where_a_college_says_so() -> None:
    first, second = attempt("80"), attempt("65", day=date(2024, 7, 1))
    policy = replace(POLICY, effective=Effective.LATEST)
    assert grading.effective([second, first], policy) is second


@pytest.mark.parametrize(
    ("score", "expected"),
    [("100", "5"), ("85", "3.5"), ("60", "1"), ("59.5", "0"), ("84.5", "3.5"), ("0", "0")],
)
def test_grade_points(score: str, expected: str) -> None:
    assert grading.grade_points(Decimal(score), POLICY) == Decimal(expected)


def test_the_term_gpa_of_the_sample_transcript() -> None:
    """The first term of the specimen in the transcript design prints 2.37."""
    rows = [
        "2:85",
        "2:93",
        "3:58",
        "4:78",
        "2.5:良好",
        "2:91",
        "3:74",
        "3:81",
        "2:87",
        "1:55",
        "4:54",
    ]
    courses = [
        course(attempt(mark), credit=credit) for credit, mark in (r.split(":") for r in rows)
    ]
    assert grading.term_gpa(courses, POLICY) == {"2023-2024-1": Decimal("2.37")}


def test_halves_are_rounded_up_not_to_even() -> None:
    courses = [course(attempt("71"), credit="7"), course(attempt("72.4"), credit="1")]
    assert grading.gpa(courses, POLICY) == Decimal("2.11")  # 2.1125
    courses = [course(attempt("71"), credit="3"), course(attempt("72"), credit="1")]
    assert grading.gpa(courses, POLICY) == Decimal("2.13")  # 2.125; half-even gives 2.12


def test_no_credits_make_no_gpa() -> None:
    assert grading.gpa([], POLICY) is None
    assert grading.gpa([course(attempt("80"), credit="0")], POLICY) is None


def test_exempted_and_exchanged_courses_are_neutral() -> None:
    courses = [
        course(attempt("70")),
        course(attempt("免修", kind=AttemptKind.EXEMPTION)),
        course(attempt("合格", kind=AttemptKind.EXCHANGE)),
    ]
    assert grading.gpa(courses, POLICY) == Decimal("2.00")


def test_failed_courses_stand_in_the_denominator_unless_the_policy_leaves_them_out() -> None:
    courses = [course(attempt("70")), course(attempt("40"))]
    assert grading.gpa(courses, POLICY) == Decimal("1.00")
    assert grading.gpa(courses, replace(POLICY, failed_in_gpa=False)) == Decimal("2.00")


def test_a_course_counts_in_the_term_it_was_first_taken() -> None:
    retaken = course(
        attempt("40"),
        attempt("80", kind=AttemptKind.RETAKE, term="2023-2024-2", day=date(2024, 7, 1)),
    )
    assert grading.term_gpa([retaken], POLICY) == {"2023-2024-1": Decimal("3.00")}


def test_credits_are_earned_by_passing_and_in_halves() -> None:
    earned = grading.earned_credits(
        [
            course(attempt("60"), credit="1.5"),
            course(attempt("40"), credit="3"),
            course(attempt("良好"), credit="0.5"),
            course(attempt("61"), credit="2", nature=CourseNature.GENERAL_ELECTIVE),
        ]
    )
    assert earned == {
        CourseNature.REQUIRED: Decimal("2.0"),
        CourseNature.ENGLISH_SELECTIVE: Decimal(0),
        CourseNature.MAJOR_EXTENSION: Decimal(0),
        CourseNature.GENERAL_ELECTIVE: Decimal(2),
    }
