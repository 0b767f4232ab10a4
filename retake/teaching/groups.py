"""Teaching groups: made, changed, filled by hand, dissolved."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from portal.accounts.models import User
from portal.inbox.services import Note, send
from portal.lib import workflow
from portal.lib.errors import DomainError, NotYours
from portal.lib.sentences import ended
from portal.records.models import AcademicTerm, Course
from retake.models import Assignment, Enrollment, GroupEvent, TeachingGroup, TeachingSession
from retake.services import locks, trace
from retake.states import GROUP_MOVES, EventKind, GroupState
from retake.teaching import access
from retake.teaching.seats import GUIDANCE, Seat, leave, lock_groups, place, tell_seated
from retake.teaching.untimed import is_timed

# What students see of a group; the rest is the college's own business.
SHOWN = (
    "teacher",
    "phone",
    "tutor",
    "mode",
    "place_text",
    "first_meeting",
    "first_room",
    "exam_at",
    "exam_room",
    "exam_form",
    "requirement",
)
# Dates in students' calendars, and where one that is taken out is kept.
DATES = {"first_meeting": "dropped_first_meeting", "exam_at": "dropped_exam_at"}


def shown(changed: Iterable[str]) -> list[str]:
    """Those of the fields that students see, as they know them: ``任课教师``, ``考试时间``."""
    fields = TeachingGroup._meta.fields  # noqa: SLF001 -- Django's documented Options API
    seen = {*SHOWN} & {*changed}
    return [str(field.verbose_name) for field in fields if field.name in seen]


def open_group(group: TeachingGroup, *, staff: User, now: datetime) -> TeachingGroup:
    """Store a new group under the next number of its course and term, inside a transaction.

    ``group`` is unsaved. Refused (``NotYours``) for a course of another college.
    """
    access.require(staff)
    if not access.courses(staff).filter(pk=group.course_id).exists():
        raise NotYours("没有找到这门课。")
    group.serial = next_serial(group.term, group.course)
    group.name = group.name or default_name(group.term, group.course, group.serial)
    group.created_by, group.created_at, group.changed_at = staff, now, now
    group.save(force_insert=True)
    record(group, "新建", staff, now)
    return group


def next_serial(term: AcademicTerm, course: Course) -> int:
    """The next number, under the lock of the course, so that two colleagues get two."""
    list(Course.objects.select_for_update(no_key=True).filter(pk=course.pk).values_list("pk"))
    rows = TeachingGroup.objects.filter(term=term, course=course)
    return (rows.aggregate(last=Max("serial"))["last"] or 0) + 1


def default_name(term: AcademicTerm, course: Course, serial: int) -> str:
    """``2024-2025-2-M1000002-重修1班``."""
    return f"{term.code}-{course.code}-重修{serial}班"


def revise(group: TeachingGroup, changed: Collection[str], *, staff: User, now: datetime) -> None:
    """Save these fields, inside a transaction; a date that is taken out is kept aside."""
    access.require(staff)
    if not changed:
        return
    group.changed_at, group.version = now, next_version(group)
    dropped = _dropped(group, changed)
    for name, before in dropped.items():
        setattr(group, name, before)
    group.save(update_fields=[*changed, *dropped, "changed_at", "version"])


def _dropped(group: TeachingGroup, changed: Collection[str]) -> dict[str, datetime]:
    """Dates that stood until now and are empty from now on, by the fields that keep them."""
    asked = [name for name in DATES if name in changed and getattr(group, name) is None]
    before = TeachingGroup.objects.values(*DATES).get(pk=group.pk)
    return {DATES[name]: before[name] for name in asked if before[name] is not None}


def next_version(group: TeachingGroup) -> int:
    """One more than stored, under the lock of the group: two colleagues never write the same."""
    rows = TeachingGroup.objects.select_for_update(no_key=True).filter(pk=group.pk)
    return rows.values_list("version", flat=True).get() + 1


def revise_sessions(
    group: TeachingGroup,
    changed: Sequence[TeachingSession],
    dropped: Sequence[TeachingSession],
    *,
    staff: User,
    now: datetime,
) -> None:
    """Save sessions, new ones included; dropped ones stay as cancelled, for calendars."""
    access.require(staff)
    fresh = [one for one in changed if one.pk is None]
    moved = [one for one in changed if one.pk is not None]
    for one in fresh:
        one.group = group
    TeachingSession.objects.bulk_create(fresh)
    for one in moved:
        one.version += 1
        one.save(
            update_fields=["held_on", "first_period", "last_period", "room", "note", "version"]
        )
    for one in dropped:
        one.is_cancelled, one.version = True, one.version + 1
        one.save(update_fields=["is_cancelled", "version"])
    group.changed_at = now
    group.save(update_fields=["changed_at"])


def announce(
    group: TeachingGroup, words: str, *, staff: User, now: datetime, was_timed: bool = True
) -> int:
    """Tell everybody in the group what has changed; how many were told.

    Without ``was_timed`` it had neither time nor place before: who hears them for the first time
    is told when and where, as if seated now. The group's version grows, so that subscribed
    calendars take the change over.
    """
    group.version = next_version(group)
    group.save(update_fields=["version"])
    record(group, words, staff, now)
    rows = list(seated(group).select_related("student", "course"))
    if not was_timed and is_timed(group):
        trace.record(rows, EventKind.ARRANGED, actor_id=staff.pk, now=now, reason="填了时间地点")
        return tell_seated([Seat(row, group) for row in rows], now)
    trace.record(rows, EventKind.CHANGED, actor_id=staff.pk, now=now, reason=words)
    notes = [
        Note(
            row.student.user_id,
            f"retake:changed:{group.pk}:{group.version}:{row.pk}",
            f"{row.course.name}的重修安排有变",
            f"{words}。",
            GUIDANCE,
        )
        for row in rows
        if row.student.user_id is not None
    ]
    send(notes, now)
    return len(notes)


def seated(group: TeachingGroup) -> QuerySet[Enrollment]:
    """The enrolments that sit in a group now."""
    return Enrollment.objects.filter(assignments__group=group, assignments__ended_at=None)


@transaction.atomic
def assign(
    *, staff: User, group_id: int, enrollment_ids: Collection[int], now: datetime
) -> list[Enrollment]:
    """Seat these enrolments; who sits there already stays. Refusals as in ``place``.

    Whoever a colleague has seated elsewhere meanwhile is ``arrange.seated``: nobody is moved
    without being taken out first.
    """
    group = access.group(staff, group_id)
    rows = _own_locked(staff, enrollment_ids)
    there = set(seated(group).filter(pk__in=enrollment_ids).values_list("pk", flat=True))
    fresh = [row for row in rows if row.pk not in there]
    _refuse_seated(fresh)
    place([Seat(row, group) for row in fresh], staff.pk, now)
    if fresh:
        record(group, f"安排 {len(fresh)} 人", staff, now)
    return fresh


@transaction.atomic
def unassign(
    *, staff: User, group_id: int, enrollment_ids: Collection[int], now: datetime
) -> list[Enrollment]:
    """Take students out of a group; they wait for another (ARRANGED → CONFIRMED)."""
    group = access.group(staff, group_id)
    there = seated(group).filter(pk__in=enrollment_ids, state="arranged")
    rows = _own_locked(staff, list(there.values_list("pk", flat=True)))
    leave(rows, EventKind.DISSOLVED, f"移出{group.name}", staff.pk, now)
    _tell_waiting(rows, f"你已移出{group.name}，等学院重新安排，安排好会发消息。", now)
    if rows:
        record(group, f"移出 {len(rows)} 人", staff, now)
    return rows


@transaction.atomic
def dissolve(*, staff: User, group_id: int, reason: str, now: datetime) -> TeachingGroup:
    """撤销: everybody waits for another group. Refused with results entered or without a reason."""
    group, rows = closing(staff, group_id, GroupState.DISSOLVED, reason)
    said = ended(reason)
    leave(rows, EventKind.DISSOLVED, said, staff.pk, now)
    close(group, GroupState.DISSOLVED, said, staff=staff, now=now)
    _tell_waiting(rows, f"{said}等学院重新安排，安排好会发消息。", now)
    return group


def closing(
    staff: User, group_id: int, target: GroupState, reason: str
) -> tuple[TeachingGroup, list[Enrollment]]:
    """The group and its locked enrolments, when it may still be closed; else a refusal."""
    group = access.group(staff, group_id)
    if not reason.strip():
        raise DomainError("group.reason", "要写明原因，学生会看到。", status=400)
    rows = locks.enrollments_of_many(Enrollment.objects.filter(pk__in=seated(group).values("pk")))
    state = lock_groups([group.pk])[group.pk]
    workflow.require(GROUP_MOVES, state, target, f"{group}{GroupState(state).label}，不能再改。")
    if any(row.state != "arranged" for row in rows):
        raise DomainError("group.results", f"{group}已有成绩，不能{target.label}。")
    return group, rows


def close(
    group: TeachingGroup, target: GroupState, reason: str, *, staff: User, now: datetime
) -> None:
    """Write the end of a group."""
    group.state, group.changed_at, group.version = target.value, now, group.version + 1
    group.save(update_fields=["state", "changed_at", "version"])
    record(group, f"{target.label}：{reason}", staff, now)


def record(group: TeachingGroup, words: str, staff: User, now: datetime) -> None:
    """A line of the group's history."""
    GroupEvent.objects.create(group=group, words=words[:300], actor=staff, happened_at=now)


def _own_locked(staff: User, enrollment_ids: Collection[int]) -> list[Enrollment]:
    wanted = set(enrollment_ids)
    rows = locks.enrollments_of_many(access.enrollments(staff).filter(pk__in=wanted))
    if len(rows) != len(wanted):
        raise NotYours("没有找到其中的报名。")
    return rows


def _refuse_seated(rows: Sequence[Enrollment]) -> None:
    seats = Assignment.objects.filter(enrollment__in=rows, ended_at=None)
    one = seats.select_related("enrollment__student", "group").order_by("pk").first()
    if one is not None:
        raise DomainError(
            "arrange.seated",
            f"{one.enrollment.student.name}已经在{one.group}。",
            advice="要换班，先从那个班移出，再安排到这个班。",
        )


def _tell_waiting(rows: Sequence[Enrollment], body: str, now: datetime) -> None:
    stamp = f"{now.timestamp():.0f}"
    send(
        [
            Note(
                row.student.user_id,
                f"retake:waiting:{row.pk}:{stamp}",
                f"{row.course.name}要重新安排",
                body,
                GUIDANCE,
            )
            for row in rows
            if row.student.user_id is not None
        ],
        now,
    )
