"""Writing grades."""

from decimal import Decimal

import pytest

from portal.lib.errors import DomainError, NotYours
from portal.records.kinds import AttemptKind
from portal.records.models import Course, GradeAttempt
from portal.records.services.grades import correct_result, record_result
from portal.records.terms import plan_term, term_code
from portal.records.tests.factories import TODAY, World, build_world


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def record(world: World, course: Course, written: str) -> GradeAttempt:
    return record_result(
        student_id=world.student.pk,
        course_id=course.pk,
        term_id=world.terms[3].pk,
        kind=AttemptKind.RETAKE,
        written=written,
        recorded_on=TODAY,
        source="retake:1",
        entered_by=None,
    )


def test_the_same_result_again_is_the_attempt_that_is_there(world: World) -> None:
    course = world.course("A1")
    first = record(world, course, "72")
    assert record(world, course, "72") == first
    assert GradeAttempt.objects.get().score == Decimal(72)


def test_another_result_is_refused_with_the_one_recorded(world: World) -> None:
    course = world.course("A1")
    record(world, course, "72")
    with pytest.raises(DomainError) as caught:
        record(world, course, "优秀")
    assert (caught.value.code, caught.value.message) == (
        "grade.exists",
        "这门课本学期已登记重修成绩 72。",
    )


def test_what_is_no_grade_is_refused_in_words(world: World) -> None:
    with pytest.raises(DomainError) as caught:
        record(world, world.course("A1"), "很好")
    assert (caught.value.code, caught.value.status) == ("grade.unreadable", 400)


def correct(pk: int, written: str) -> GradeAttempt:
    return correct_result(
        attempt_id=pk, written=written, recorded_on=TODAY, source="更正单 3", entered_by=None
    )


def test_a_correction_leaves_the_first_entry_standing(world: World) -> None:
    wrong = record(world, world.course("A1"), "72")
    right = correct(wrong.pk, "27")
    assert [(row.printed, row.corrects) for row in GradeAttempt.objects.order_by("id")] == [
        ("72", None),
        ("27", wrong),
    ]
    assert right.kind == AttemptKind.RETAKE


def test_only_the_latest_entry_is_corrected(world: World) -> None:
    wrong = record(world, world.course("A1"), "72")
    correct(wrong.pk, "27")
    with pytest.raises(DomainError) as caught:
        correct(wrong.pk, "70")
    assert caught.value.code == "grade.corrected"


def test_a_correction_of_nothing_is_not_found(world: World) -> None:
    with pytest.raises(NotYours):
        correct(0, "70")


@pytest.mark.parametrize(
    ("year", "number", "expected"),
    [
        ("2023-2024-1", "", "2023-2024-1"),
        ("2023-2024-3", "", "2023-2024-3"),
        ("2023-2024-12", "", "2023-2024-2"),
        ("2023-2024-16", "", "2023-2024-3"),
        ("2023-2024", "3", "2023-2024-1"),
        ("2023", "12", "2023-2024-2"),
        ("2023", "16", "2023-2024-3"),
        ("2023", "2", "2023-2024-2"),
    ],
)
def test_terms_are_read_as_systems_write_them(year: str, number: str, expected: str) -> None:
    assert term_code(year, number) == expected


@pytest.mark.parametrize("year", ["2023-2025-1", "2023", "2023-2024-4", "春", ""])
def test_what_is_no_term_is_refused(year: str) -> None:
    with pytest.raises(ValueError, match=f"^{year}$"):
        term_code(year)


def test_plan_terms_follow_the_grade_year() -> None:
    assert [plan_term(2022, number) for number in (1, 2, 6)] == [
        "2022-2023-1",
        "2022-2023-2",
        "2024-2025-2",
    ]
