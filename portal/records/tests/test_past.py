"""The record as it stood in an earlier term."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest

from portal.records import models
from portal.records.history import StudentRecord
from portal.records.kinds import AttemptKind, Standing
from portal.records.past import standing_on
from portal.records.selectors import records_of, records_on
from portal.records.tests.factories import TODAY, World, add_student, build_world

pytestmark = pytest.mark.django_db
Counting = Callable[[int], AbstractContextManager[object]]
TERM, DAY = "2023-2024-2", date(2024, 3, 1)


@pytest.fixture
def world() -> World:
    models.GradePolicy.objects.create(valid_from=date(2020, 9, 1))
    return build_world()


def then(world: World, term: str = TERM, day: date = DAY) -> StudentRecord:
    return records_on([world.student.pk], term=term, day=day)[world.student.pk]


def test_later_grades_do_not_count(world: World) -> None:
    course = world.course("A1")
    world.attempt(course, score=42)
    world.attempt(course, kind="retake", score=75, recorded_on=date(2024, 7, 1))
    assert [one.kind for one in then(world).courses[0].attempts] == [AttemptKind.REGULAR]
    [now] = records_of([world.student.pk], today=TODAY)[world.student.pk].courses
    assert (then(world).courses[0].failed, now.passed) == (True, True)


def test_later_corrections_correct_nothing(world: World) -> None:
    wrong = world.attempt(world.course("A1"), score=42)
    world.attempt(wrong.course, score=75, corrects=wrong, recorded_on=date(2024, 7, 1))
    assert then(world).courses[0].attempts[0].result == "42"


def test_later_classes_are_left_out_and_running_ones_run(world: World) -> None:
    for place, term in enumerate(world.terms):
        taught = models.TeachingClass.objects.create(
            code=f"T{place}", name="班", course=world.course(f"A{place}", term_number=0), term=term
        )
        models.StudentCourse.objects.create(student=world.student, teaching_class=taught)
    found = [(one.code, one.in_progress) for one in then(world).courses]
    assert found == [("A0", False), ("A1", True)]


def test_makeups_of_the_term_itself_come_after_it(world: World) -> None:
    course = world.course("A1")
    world.attempt(course, score=42)
    for term in world.terms[:2]:
        models.MakeupSitting.objects.create(
            student=world.student, course=course, term=term, sits_on=term.ends_on
        )
    world.attempt(course, kind="makeup", score=50, recorded_on=date(2024, 3, 2))
    makeup = then(world).courses[0].makeup
    assert makeup is not None
    assert (makeup.sits_on, makeup.has_result) == (world.terms[0].ends_on, False)


def test_who_had_not_begun_is_left_out(world: World) -> None:
    ids = [world.student.pk]
    assert records_on(ids, term="2022-2023-2", day=date(2023, 3, 1)) == {}
    assert records_on(ids, term="2023-2024-1", day=date(2023, 9, 1)).keys() == set(ids)


def test_standing_is_that_of_the_day(world: World) -> None:
    models.StandingChange.objects.create(
        student=world.student, change="休学", standing="suspended", changed_on=date(2024, 3, 2)
    )
    models.Student.objects.update(standing="suspended")
    assert then(world).facts.standing is Standing.ENROLLED
    assert then(world, day=date(2024, 3, 2)).facts.standing is Standing.SUSPENDED


@pytest.mark.parametrize(
    ("moves", "day", "found"),
    [
        ([], date(2025, 6, 29), "enrolled"),
        ([], date(2025, 6, 30), "graduated"),
        ([(date(2024, 1, 1), "suspended"), (date(2024, 9, 1), "graduated")], DAY, "suspended"),
        ([(date(2024, 1, 1), "graduated")], DAY, "graduated"),
        ([(date(2024, 9, 1), "graduated")], DAY, "enrolled"),
    ],
    ids=["still studying", "end of the 学制", "between", "before", "all later"],
)
def test_standing_from_its_changes(moves: list[tuple[date, str]], day: date, found: str) -> None:
    assert standing_on("graduated", moves, 2025, day) == found


@pytest.mark.parametrize("number", [1, 5])
def test_any_number_of_students_costs_four_statements(
    world: World, number: int, django_assert_num_queries: Counting
) -> None:
    students = [add_student(world.student.admin_class, f"X{n}") for n in range(number)]
    for student in students:
        world.attempt(world.course(f"A{student.pk}"), student=student, score=40)
    with django_assert_num_queries(4):
        records_on([student.pk for student in students], term=TERM, day=DAY)
