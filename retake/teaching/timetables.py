"""The hours of students, teachers and rooms: their own timetables and other retake sessions."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from portal.records.models import AcademicTerm, TeachingSlot
from retake.models import Assignment, TeachingGroup, TeachingSession
from retake.states import GroupState
from retake.teaching.clashes import Block, Slot

SLOT_FIELDS = ("weekday", "first_period", "last_period", "first_week", "last_week")


def week_of(term: AcademicTerm, day: date) -> int:
    """Week of the term, the first is 1; days before it have weeks of zero and less."""
    return (day - term.starts_on).days // 7 + 1


def day_of(term: AcademicTerm, week: int, weekday: int) -> date:
    """The day with this ISO weekday in a week of the term; the other way round of ``week_of``."""
    ahead = (weekday - term.starts_on.isoweekday()) % 7
    return term.starts_on + timedelta(days=7 * (week - 1) + ahead)


def slot_of(term: AcademicTerm, session: TeachingSession) -> Slot:
    """A session as the clash rules see it."""
    return Slot(
        session.held_on.isoweekday(),
        session.first_period,
        session.last_period,
        (week_of(term, session.held_on),),
    )


def student_blocks(
    term: AcademicTerm, student_ids: Collection[int], *, but: int = 0
) -> list[Block]:
    """When these students are busy, the group ``but`` left out. Two statements."""
    own = TeachingSlot.objects.filter(
        teaching_class__term=term, teaching_class__studentcourse__student__in=student_ids
    ).values_list(
        "teaching_class__studentcourse__student", *SLOT_FIELDS, "teaching_class__course__name"
    )
    seats = Assignment.objects.filter(
        term=term, ended_at=None, enrollment__student__in=student_ids
    ).exclude(group=but)
    rows = seats.filter(group__sessions__is_cancelled=False).values_list(
        "enrollment__student",
        "group__sessions__held_on",
        "group__sessions__first_period",
        "group__sessions__last_period",
        "group__course__name",
    )
    return [*(Block(*row) for row in own), *(_session_block(term, row) for row in rows)]


def teacher_blocks(
    term: AcademicTerm, teacher_ids: Collection[int], *, but: int = 0
) -> list[Block]:
    """When these teachers teach, the group ``but`` left out. Two statements."""
    own = TeachingSlot.objects.filter(
        teaching_class__term=term, teaching_class__teacher__in=teacher_ids
    ).values_list("teaching_class__teacher", *SLOT_FIELDS, "teaching_class__name")
    groups = TeachingGroup.objects.filter(
        Q(teacher__in=teacher_ids) | Q(tutor__in=teacher_ids),
        term=term,
        state=GroupState.ACTIVE.value,
        sessions__is_cancelled=False,
    ).exclude(pk=but)
    rows = groups.values_list(
        "teacher",
        "tutor",
        "sessions__held_on",
        "sessions__first_period",
        "sessions__last_period",
        "name",
    )
    found = [Block(*row) for row in own]
    for teacher, tutor, *rest in rows:
        found += [
            _session_block(term, (who, *rest)) for who in {teacher, tutor} if who in teacher_ids
        ]
    return found


def room_rivals(group: TeachingGroup, sessions: Iterable[TeachingSession]) -> list[str]:
    """Sessions of other groups in the same room at the same time, in words. One statement."""
    wanted = Q(pk__in=[])
    for one in sessions:
        if one.room:
            wanted |= Q(
                held_on=one.held_on,
                room=one.room,
                first_period__lte=one.last_period,
                last_period__gte=one.first_period,
            )
    return [
        f"{row}在{row.room}已有{row.group.name}"
        for row in _standing().filter(wanted).exclude(group=group).select_related("group")
    ]


def _standing() -> QuerySet[TeachingSession]:
    return TeachingSession.objects.filter(is_cancelled=False, group__state=GroupState.ACTIVE.value)


def _session_block(term: AcademicTerm, row: tuple[Any, ...]) -> Block:
    who, held_on, first, last, label = row
    week = week_of(term, held_on)
    return Block(who, held_on.isoweekday(), first, last, week, week, label)
