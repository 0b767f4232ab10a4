"""Arranging by rule: all confirmed students of some courses, split by size, in one action."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from portal.accounts.models import User
from portal.lib.errors import DomainError
from portal.records.models import AcademicTerm, Course
from retake.models import Enrollment, GroupEvent, TeachingGroup
from retake.services import locks
from retake.states import EnrollmentState
from retake.teaching import access
from retake.teaching.groups import default_name
from retake.teaching.seats import Seat, place
from retake.teaching.split import Part, SplitRule, split


@transaction.atomic
def arrange_by_rule(
    *,
    staff: User,
    term: AcademicTerm,
    course_ids: Collection[int],
    rule: SplitRule,
    now: datetime,
) -> list[TeachingGroup]:
    """Open as many groups as the rule needs and seat everybody confirmed, home class by class.

    Refused: ``arrange.nothing`` without a course, ``arrange.nobody`` when nobody waits in these
    courses of the staff's own college.
    """
    access.require(staff)
    if not course_ids:
        advice = "在“按课程”表里勾选要落实的课程，再按规则落实。"
        raise DomainError("arrange.nothing", "没有勾选课程。", advice=advice, status=400)
    wanted = access.enrollments(staff).filter(
        term=term, course__in=course_ids, state=EnrollmentState.CONFIRMED.value
    )
    rows = locks.enrollments_of_many(wanted)
    if not rows:
        raise DomainError("arrange.nobody", "所选课程没有等安排的学生。", status=400)
    by_course: dict[int, list[Enrollment]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.student.admin_class_id, row.student.number)):
        by_course[row.course_id].append(row)
    groups, seats = _plan(term, by_course, rule, staff, now)
    TeachingGroup.objects.bulk_create(groups)
    GroupEvent.objects.bulk_create(
        GroupEvent(group=group, words="按规则新建", actor=staff, happened_at=now)
        for group in groups
    )
    place(seats, staff.pk, now)
    return groups


def _plan(
    term: AcademicTerm,
    by_course: dict[int, list[Enrollment]],
    rule: SplitRule,
    staff: User,
    now: datetime,
) -> tuple[list[TeachingGroup], list[Seat]]:
    courses = (
        Course.objects.order_by("pk").select_for_update(no_key=True).in_bulk(sorted(by_course))
    )
    last = dict(
        TeachingGroup.objects.filter(term=term, course__in=courses)
        .order_by()
        .values_list("course")
        .annotate(last=Max("serial"))
    )
    groups, seats = [], []
    for course_id, rows in by_course.items():
        waiting = iter(rows)
        serial = last.get(course_id, 0)
        for part in split(len(rows), rule):
            serial += 1
            group = _draft(term, courses[course_id], serial, part, rule, staff, now)
            groups.append(group)
            seats += [Seat(next(waiting), group) for _ in range(part.number)]
    return groups, seats


def _draft(
    term: AcademicTerm,
    course: Course,
    serial: int,
    part: Part,
    rule: SplitRule,
    staff: User,
    now: datetime,
) -> TeachingGroup:
    return TeachingGroup(
        term=term,
        course=course,
        serial=serial,
        name=default_name(term, course, serial),
        mode=part.mode.value,
        capacity=max(rule.size, part.number),
        created_by=staff,
        created_at=now,
        changed_at=now,
    )
