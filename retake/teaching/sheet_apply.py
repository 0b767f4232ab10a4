"""落实表, applied: groups opened or changed, students seated; all of it or nothing."""

from datetime import datetime

from django.db import transaction

from portal.accounts.models import User
from portal.lib.errors import DomainError
from portal.records.models import AcademicTerm
from retake.models import Assignment, Enrollment, TeachingGroup, TeachingSession
from retake.services import locks
from retake.teaching import access
from retake.teaching import sheet_columns as columns
from retake.teaching.groups import announce, open_group, record, revise, revise_sessions, shown
from retake.teaching.seats import Seat, place, sessions_of
from retake.teaching.sheet import ArrangePlan, GroupPlan, read_plan
from retake.teaching.untimed import says_when

Sessions = list[TeachingSession]


@transaction.atomic
def apply_plan(*, staff: User, term: AcademicTerm, data: bytes, now: datetime) -> ArrangePlan:
    """Read again under lock and do it all, or refuse (``sheet.faults``) and do nothing.

    Whoever sits in a group already is told what the file changes in it; the others where they sit.
    """
    plan, locked = _locked_plan(staff, term, data)
    if plan.faults:
        raise DomainError(
            "sheet.faults",
            f"没有执行：{plan.faults[0]}",
            advice=f"共 {len(plan.faults)} 处，改好再上传。",
        )
    existing = [one.there.pk for one in plan.groups if one.there is not None]
    sessions, there = sessions_of(existing), _seated(existing)
    seats = []
    for one in plan.groups:
        group = _write_group(one, sessions, staff, term, now)
        fresh = [row.pk for row in one.students if (row.pk, group.pk) not in there]
        if fresh:
            record(group, f"按落实表安排 {len(fresh)} 人", staff, now)
        seats += [Seat(locked[pk], group) for pk in fresh]
    place(seats, staff.pk, now)
    return plan


def _locked_plan(
    staff: User, term: AcademicTerm, data: bytes
) -> tuple[ArrangePlan, dict[int, Enrollment]]:
    """The enrolments the file means, locked, and what it says of them now.

    Read again: a colleague with the same file may have opened the groups meanwhile.
    """
    before = read_plan(staff, term, data)
    ids = [row.pk for group in before.groups for row in group.students]
    rows = access.enrollments(staff).filter(pk__in=ids)
    locked = {row.pk: row for row in locks.enrollments_of_many(rows)}
    return read_plan(staff, term, data), locked


def _seated(group_ids: list[int]) -> set[tuple[int, int]]:
    """Enrolment and group of everybody who sits in these groups."""
    rows = Assignment.objects.filter(group__in=group_ids, ended_at=None).order_by()
    return set(rows.values_list("enrollment", "group"))


def _write_group(
    plan: GroupPlan,
    sessions: dict[int, Sessions],
    staff: User,
    term: AcademicTerm,
    now: datetime,
) -> TeachingGroup:
    """Open or complete the group of a plan without faults."""
    if plan.course is None:
        raise ValueError(plan.name)  # a fault of every row
    group = plan.there or TeachingGroup(term=term, course=plan.course, name=plan.name)
    was_timed = says_when(group) or bool(sessions.get(group.pk))
    changed = _fill(group, plan)
    if plan.there is None:
        open_group(group, staff=staff, now=now)
    else:
        revise(group, changed, staff=staff, now=now)
    meetings = _meetings(plan, sessions.get(group.pk, []))
    if meetings:
        revise_sessions(group, meetings, [], staff=staff, now=now)
    if plan.there is not None:
        words = _changes(changed, meetings)
        if words:
            announce(group, words, staff=staff, now=now, was_timed=was_timed)
    return group


def _fill(group: TeachingGroup, plan: GroupPlan) -> list[str]:
    """Set what the file says of the group; which fields are different now."""
    said = columns.said(plan.values) | {
        name: getattr(plan, name)
        for header, name in columns.TEACHERS.items()
        if header in plan.values
    }
    said["capacity"] = max(group.capacity, len(plan.students))
    changed = [name for name, value in said.items() if getattr(group, name) != value]
    for name in changed:
        setattr(group, name, said[name])
    return changed


def _meetings(plan: GroupPlan, there: Sessions) -> Sessions:
    """Meetings the group does not have yet, and those whose end or room the file changes."""
    known = {(one.held_on, one.first_period): one for one in there}
    found = []
    for key, said in sorted(plan.sessions.items()):
        one = known.get(key)
        if one is None:
            found.append(said)
            continue
        room = said.room or one.room
        if (one.last_period, one.room) != (said.last_period, room):
            one.last_period, one.room = said.last_period, room
            found.append(one)
    return found


def _changes(changed: list[str], meetings: Sessions) -> str:
    """What students are told of; empty when it is none of their business."""
    words = shown(changed)
    if meetings:
        words.append("上课安排")
    return f"改了{'、'.join(words)}" if words else ""
