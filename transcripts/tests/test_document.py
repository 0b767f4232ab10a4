"""Totals, averages and why: from the record to the snapshot."""

from dataclasses import replace
from decimal import Decimal

import pytest

from portal.records.academic import Exchange
from portal.records.kinds import AttemptKind, CourseNature
from transcripts import frozen
from transcripts.document import snapshot
from transcripts.tests.factories import FIRST, SECOND, attempt, course, many, record
from transcripts.trace import trace


def test_earned_credits_keep_the_half_credit() -> None:
    elective = CourseNature.GENERAL_ELECTIVE
    made = snapshot(
        record(
            [
                course(1, [attempt(80)], hours="2.5"),
                course(2, [attempt(61)], hours="0.5"),
                course(3, [attempt(59)], hours="1.5"),
                course(4, [attempt(90)], hours="2.0", nature=elective),
            ]
        )
    )
    assert [str(value) for value in made.earned.values()] == ["3.0", "0", "0", "2.0"]
    assert made.total == Decimal("5.0")


def test_average_counts_failed_courses_and_the_best_attempt() -> None:
    retaken = [attempt(50), attempt(72, AttemptKind.RETAKE, SECOND)]
    made = snapshot(record([course(1, retaken), course(2, [attempt(40)])]))
    assert made.gpa == Decimal("1.10")  # (2.2 + 0) / 2
    assert made.term_gpa == {FIRST: Decimal("1.10")}
    assert made.courses[0].effective.result == "72"


def test_passed_makeup_counts_sixty_and_says_so() -> None:
    made = snapshot(record([course(1, [attempt(40), attempt(75, AttemptKind.MAKEUP)])]))
    assert made.courses[0].points == Decimal(1)
    assert made.courses[0].why == "2 次里取最高成绩，补考按 60 分计"
    assert made.courses[0].effective.result == "60"


def test_exchange_is_neutral_and_its_sources_count_once() -> None:
    target = course(1, [attempt(40), attempt("合格", AttemptKind.EXCHANGE, SECOND)])
    source = course(2, [attempt(80)], nature=CourseNature.GENERAL_ELECTIVE, hours="8.0")
    made = snapshot(record([target, source], exchanges=(Exchange(1, (2,), ("书法鉴赏",)),)))
    assert made.total == Decimal("4.0")
    assert made.gpa == Decimal("3.00")
    assert (made.courses[0].sources, made.courses[1].spent) == (("书法鉴赏",), True)


def test_student_without_grades_has_an_empty_snapshot() -> None:
    made = snapshot(record([], exams=()))
    assert (made.courses, made.gpa, made.total) == ((), None, Decimal(0))


def test_words_say_what_they_count() -> None:
    made = snapshot(record([course(1, [attempt("良好")])]))
    assert made.courses[0].why == "只有一次成绩，良好按 85 分计"


@pytest.mark.parametrize("number", [1, 3, 60])
def test_trace_gives_the_printed_averages(number: int) -> None:
    made = many(number)
    found = {
        term.name: (term.weighted / term.credit_hours).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        for term in trace(made)
    }
    assert list(found.values()) == list(made.term_gpa.values())


def test_json_gives_the_snapshot_back() -> None:
    made = many()
    plain = frozen.to_json(made)
    assert frozen.from_json(plain) == made
    assert frozen.academic_print(plain) == frozen.academic_print(
        frozen.to_json(many(name="改名", class_name="另一班"))
    )


@pytest.mark.parametrize(
    ("points", "shown"),
    [("2", "2.0"), ("2.7", "2.7"), ("0", "0.0"), ("1.65", "1.65"), (None, "")],
)
def test_points_have_one_decimal_or_all_they_need(points: str | None, shown: str) -> None:
    [one] = snapshot(record([course(1, [attempt(80)])])).courses
    assert replace(one, points=Decimal(points) if points else None).shown_points == shown
