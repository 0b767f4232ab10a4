"""Confirmed students, teachers and groups for the tests of arranging."""

from datetime import date
from typing import Any

from django.db import transaction

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.records.models import Course, Teacher
from retake.models import Enrollment, Round, TeachingGroup, TeachingSession
from retake.services.enroll import enroll
from retake.states import EnrollmentState
from retake.teaching.groups import assign, open_group, revise_sessions
from retake.tests import factories as make
from retake.tests.factories import NOW


def confirm(rows: list[Enrollment]) -> list[Enrollment]:
    """As if verified."""
    for row in rows:
        row.state = EnrollmentState.CONFIRMED.value
        row.save(update_fields=["state"])
    return rows


def make_confirmed(number: int, course: Course | None = None) -> list[Enrollment]:
    """Students of one course, verified, in the newest round."""
    opened = Round.objects.order_by("-pk").first() or make.make_round()
    failed = course or make.make_course()
    rows = []
    for _ in range(number):
        student = make.make_student()
        make.read_notice(student, opened)
        make.fail(student, failed)
        asked = {"course_ids": [failed.pk], "round_id": opened.pk, "now": NOW}
        rows += enroll(user_id=student.user_id or 0, **asked)  # type: ignore[arg-type]
    return confirm(rows)


def make_reviewer(course: Course) -> User:
    """Of the college that offers the course."""
    return make.make_staff(Role.REVIEWER, course.offering_college)


def make_teacher(course: Course, name: str = "陈老师") -> Teacher:
    """Of the college that offers the course."""
    return Teacher.objects.create(
        number=f"T{make.number()}",
        name=name,
        phone="13800002210",
        college=course.offering_college,
    )


def make_group(course: Course, staff: User | None = None, **changes: Any) -> TeachingGroup:
    """Of the running term."""
    group = TeachingGroup(**({"term": make.make_term(), "course": course} | changes))
    with transaction.atomic():
        return open_group(group, staff=staff or make_reviewer(course), now=NOW)


def make_seated(number: int = 1, **changes: Any) -> tuple[TeachingGroup, list[Enrollment]]:
    """A group with so many students in it."""
    rows = make_confirmed(number)
    group = make_group(rows[0].course, **changes)
    asked = {"group_id": group.pk, "enrollment_ids": [row.pk for row in rows], "now": NOW}
    assign(staff=group.created_by, **asked)  # type: ignore[arg-type]
    for row in rows:
        row.refresh_from_db()
    return group, rows


def meet(group: TeachingGroup, *days: int) -> None:
    """Sessions in May, periods 9 and 10."""
    sessions = [
        TeachingSession(
            held_on=date(2025, 5, one), first_period=9, last_period=10, room="博学楼 B304"
        )
        for one in days
    ]
    revise_sessions(group, sessions, [], staff=group.created_by, now=NOW)
