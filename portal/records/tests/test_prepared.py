"""Statements compiled once answer for whatever they are asked next."""

import pytest

from portal.records.selectors import course_histories
from portal.records.tests.factories import TODAY, add_student, build_world

pytestmark = pytest.mark.django_db


def test_a_statement_compiled_for_one_student_answers_for_others_and_for_nobody() -> None:
    world = build_world()
    other = add_student(world.student.admin_class, "X1")
    world.attempt(world.course("A1"), student=other, score=90)
    found = [course_histories(ids, today=TODAY) for ids in ([world.student.pk], [other.pk], [])]
    own, others, nobody = [
        {pk: [len(course.attempts) for course in courses] for pk, courses in each.items()}
        for each in found
    ]
    assert (own, others, nobody) == ({world.student.pk: [0]}, {other.pk: [1]}, {})
