"""What the record tells about a student: histories, facts, terms, clashes."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from decimal import Decimal

import pytest

from portal.records import models
from portal.records.history import CourseHistory, MakeupSitting
from portal.records.kinds import CourseCategory, CourseNature, Standing
from portal.records.selectors import (
    course_histories,
    current_term,
    facts_of,
    student_facts,
    timetable_clashes,
)
from portal.records.states import VeteranState
from portal.records.tests.factories import NOON, TODAY, World, add_student, build_world

pytestmark = pytest.mark.django_db
Counting = Callable[[int], AbstractContextManager[object]]


@pytest.fixture
def world() -> World:
    return build_world()


def only(world: World) -> CourseHistory:
    (found,) = course_histories([world.student.pk], today=TODAY)[world.student.pk]
    return found


def take(world: World, course: models.Course, term: int, **fields: object) -> None:
    """Put a course into the student's 个人课表."""
    taught, _ = models.TeachingClass.objects.get_or_create(
        code=f"{course.code}-{term}", name="班", course=course, term=world.terms[term]
    )
    models.StudentCourse.objects.create(student=world.student, teaching_class=taught, **fields)


@pytest.mark.parametrize("number", [1, 3])
def test_three_statements_for_any_number_of_students(
    world: World, number: int, django_assert_num_queries: Counting
) -> None:
    students = [world.student]
    students += [add_student(world.student.admin_class, f"X{n}") for n in range(number - 1)]
    for place in range(number * 2):
        course = world.course(f"A{place}")
        for student in students:
            world.attempt(course, student=student, score=40)
    with django_assert_num_queries(3):
        found = course_histories([one.pk for one in students], today=TODAY)
    assert {pk: len(rows) for pk, rows in found.items()} == {one.pk: number * 2 for one in students}


def test_another_students_grades_stay_out(world: World) -> None:
    other = add_student(world.student.admin_class, "X1")
    course = world.course("A1")
    world.attempt(course, student=other, score=90)
    assert (only(world).attempts, only(world).studied) == ((), False)


def test_a_plan_course_never_studied_is_there_and_due(world: World) -> None:
    world.course("A1", term_number=3)
    found = only(world)
    assert (found.in_plan, found.plan_term, found.is_due, found.studied, found.failed) == (
        True,
        "2024-2025-1",
        True,
        False,
        False,
    )


def test_a_plan_course_of_a_later_term_is_not_due(world: World) -> None:
    world.course("A1", term_number=5)
    assert only(world).is_due is False


def test_nature_and_category_come_from_the_students_own_plan(world: World) -> None:
    course = world.course("A1", nature="elective", category="core")
    world.attempt(course, score=70)
    assert (only(world).nature, only(world).category) == (
        CourseNature.REQUIRED,
        CourseCategory.MAJOR_BASIC,
    )


def test_a_course_outside_the_plan_is_off_plan(world: World) -> None:
    world.attempt(world.course("A1", term_number=0, category="core"), score=70)
    assert (only(world).in_plan, only(world).category) == (False, CourseCategory.OFF_PLAN)


def test_an_elective_keeps_its_category_outside_the_plan(world: World) -> None:
    course = world.course("E1", term_number=0, nature="elective", category="elective")
    world.attempt(course, score=40)
    assert (only(world).nature, only(world).category) == (
        CourseNature.GENERAL_ELECTIVE,
        CourseCategory.GENERAL_ELECTIVE,
    )


def test_an_old_code_is_merged_under_the_course_in_force(world: World) -> None:
    old, new = world.course("OLD", term_number=0), world.course("NEW")
    models.CourseEquivalence.objects.create(old=old, new=new)
    world.attempt(old, score=40)
    world.attempt(new, score=55, term=world.terms[1], recorded_on=date(2024, 7, 1))
    assert (only(world).code, [one.result for one in only(world).attempts]) == (
        "NEW",
        ["40", "55"],
    )


def test_a_corrected_grade_is_no_attempt_any_more(world: World) -> None:
    course = world.course("A1")
    wrong = world.attempt(course, score=40)
    world.attempt(course, score=80, corrects=wrong)
    assert [(one.result, one.passed) for one in only(world).attempts] == [("80", True)]


def test_a_grade_taken_back_leaves_no_attempt(world: World) -> None:
    course = world.course("A1")
    wrong = world.attempt(course, score=40)
    world.attempt(course, text="-", corrects=wrong)
    assert (only(world).attempts, only(world).failed) == ((), False)


def test_a_deferred_exam_is_pending_and_no_fail_until_its_result(world: World) -> None:
    course = world.course("A1")
    world.attempt(course, text="缓考")
    assert (only(world).deferred_pending, only(world).failed) == (True, False)
    world.attempt(course, kind="deferred", score=40, recorded_on=date(2024, 3, 1))
    assert (only(world).deferred_pending, only(world).failed) == (False, True)


def test_the_policy_of_the_grades_own_day_decides(world: World) -> None:
    models.GradePolicy.objects.create(valid_from=date(2020, 9, 1))
    models.GradePolicy.objects.create(valid_from=date(2024, 2, 1), pass_mark=Decimal(50))
    world.attempt(world.course("A1"), score=Decimal("55.0"))
    late = world.attempt(world.course("A2"), score=Decimal("55.0"), recorded_on=date(2024, 2, 1))
    found = course_histories([world.student.pk], today=TODAY)[world.student.pk]
    assert [one.course_id for one in found if one.passed] == [late.course_id]


@pytest.mark.parametrize(
    ("sits_on", "result", "pending"),
    [
        (TODAY, None, True),
        (TODAY - timedelta(days=1), None, False),
        (None, None, True),
        (TODAY, 55, False),
    ],
    ids=["today", "missed", "no date", "sat"],
)
def test_a_makeup_is_pending_until_sat_or_missed(
    world: World, sits_on: date | None, result: int | None, pending: bool
) -> None:
    course = world.course("A1")
    world.attempt(course, score=40)
    models.MakeupSitting.objects.create(
        student=world.student, course=course, term=world.terms[0], sits_on=sits_on
    )
    if result is not None:
        world.attempt(course, kind="makeup", score=result)
    found = only(world).makeup
    assert found == MakeupSitting(sits_on=sits_on, has_result=result is not None)
    assert found is not None
    assert found.is_pending(TODAY) is pending


def test_a_course_of_this_term_without_a_grade_is_in_progress(world: World) -> None:
    course = world.course("A1", term_number=4)
    take(world, course, 3)
    assert (only(world).in_progress, only(world).studied) == (True, True)
    world.attempt(course, score=40, term=world.terms[3])
    assert only(world).in_progress is False


def test_the_absent_share_is_of_the_latest_class(world: World) -> None:
    course = world.course("A1")
    take(world, course, 0, absent_hours=60)
    take(world, course, 2, absent_hours=16)
    assert only(world).absent_share == Decimal("0.25")


def test_where_no_roll_was_kept_there_is_no_absent_share(world: World) -> None:
    take(world, world.course("A1"), 0)
    assert only(world).absent_share is None


def test_an_exempted_course_was_not_studied(world: World) -> None:
    world.attempt(world.course("A1"), kind="exemption", text="免修")
    assert (only(world).studied, only(world).passed) == (False, True)


def test_facts_of_a_student_take_one_statement(
    world: World, django_assert_num_queries: Counting
) -> None:
    assert world.student.user_id is not None
    with django_assert_num_queries(1):
        facts = student_facts(world.student.user_id)
    assert facts is not None
    assert (facts.number, facts.length_years, facts.veteran_from, facts.last_day) == (
        "0020230101",
        3,
        None,
        date(2029, 8, 31),
    )


@pytest.mark.parametrize(
    ("state", "expected"),
    [(VeteranState.PENDING, None), (VeteranState.APPROVED, TODAY), (VeteranState.REFUSED, None)],
)
def test_only_an_approved_claim_makes_a_veteran(
    world: World, state: VeteranState, expected: date | None
) -> None:
    models.VeteranStatus.objects.create(
        student=world.student,
        valid_from=TODAY,
        basis="退出现役证",
        state=state,
        claimed_at=NOON,
        decided_at=None if state == VeteranState.PENDING else NOON,
    )
    assert facts_of([world.student.pk])[world.student.pk].veteran_from == expected


def test_completed_on_is_the_day_of_the_last_completion(world: World) -> None:
    models.StandingChange.objects.create(
        student=world.student,
        change="结业",
        standing=Standing.COMPLETED_NO_DIPLOMA.value,
        changed_on=TODAY,
    )
    pk = world.student.pk
    assert facts_of([pk])[pk].completed_on is None  # 在读 again
    models.Student.objects.update(standing=Standing.COMPLETED_NO_DIPLOMA.value)
    assert facts_of([pk])[pk].completed_on == TODAY


def test_nobody_is_behind_an_account_that_is_no_students() -> None:
    assert student_facts(0) is None


def test_the_term_held_by_the_office_is_current_whatever_the_day(world: World) -> None:
    held = current_term(date(2026, 11, 22))
    models.AcademicTerm.objects.update(is_current=False)
    running = current_term(date(2024, 10, 1))
    between = current_term(date(2024, 8, 1))
    assert [term and term.code for term in (held, running, between)] == [
        "2024-2025-2",
        "2024-2025-1",
        "2023-2024-2",
    ]


def slot(course: models.Course, world: World, group: str, **fields: int) -> models.TeachingClass:
    taught = models.TeachingClass.objects.create(
        code=group, name=group, course=course, term=world.terms[3]
    )
    given = {"weekday": 3, "first_period": 3, "last_period": 4} | fields
    models.TeachingSlot.objects.create(teaching_class=taught, **given)
    return taught


def test_a_clash_names_the_hour_and_needs_every_class_to_clash(world: World) -> None:
    own, retake = world.course("OWN"), world.course("A1")
    mine = slot(own, world, "own")
    models.StudentCourse.objects.create(student=world.student, teaching_class=mine)
    slot(retake, world, "first", first_period=4, last_period=5)
    ask = (world.student.pk, [retake.pk], "2024-2025-2")
    assert timetable_clashes(*ask) == {retake.pk: "周三 4–5 节"}
    slot(retake, world, "second", weekday=4)
    assert timetable_clashes(*ask) == {}


@pytest.mark.parametrize(
    "free",
    [{"first_period": 5, "last_period": 6}, {"weekday": 2}, {"first_week": 19, "last_week": 20}],
    ids=["other hours", "other day", "other weeks"],
)
def test_no_clash_at_other_times(world: World, free: dict[str, int]) -> None:
    own, retake = world.course("OWN"), world.course("A1")
    mine = slot(own, world, "own")
    models.StudentCourse.objects.create(student=world.student, teaching_class=mine)
    slot(retake, world, "first", **free)
    assert timetable_clashes(world.student.pk, [retake.pk], "2024-2025-2") == {}
