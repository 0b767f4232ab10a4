"""One teaching group with its students, who of them is busy, and better hours."""

from collections.abc import Collection
from dataclasses import dataclass

from portal.records.models import GradeAttempt
from retake.models import Enrollment, TeachingGroup, TeachingSession
from retake.states import EnrollmentState
from retake.teaching import periods
from retake.teaching.clashes import Proposal, hits, propose
from retake.teaching.groups import seated
from retake.teaching.results import latest
from retake.teaching.seats import sessions_of
from retake.teaching.timetables import (
    room_rivals,
    slot_of,
    student_blocks,
    teacher_blocks,
    week_of,
)

PROPOSED = 14
A_DAY = 2
LENGTHS = (2, 3, 4)
LISTED = 200  # waiting students to tick; for more there are rule and sheet


@dataclass(frozen=True)
class Sitting:
    """One student of a group: what collides with its sessions, and the result so far."""

    enrollment: Enrollment
    clashes: tuple[str, ...]
    result: GradeAttempt | None


@dataclass(frozen=True)
class Seating:
    """A group ready to look at; ``more`` students wait than are listed."""

    group: TeachingGroup
    sessions: list[TeachingSession]
    students: tuple[Sitting, ...]
    waiting: tuple[Enrollment, ...]
    more: bool
    teacher_clashes: tuple[str, ...]
    room_clashes: tuple[str, ...]

    @property
    def hit(self) -> int:
        return sum(bool(one.clashes) for one in self.students)

    @property
    def may_leave(self) -> bool:
        """Somebody sits here without a result."""
        return any(one.enrollment.state == EnrollmentState.ARRANGED for one in self.students)

    @property
    def last_room(self) -> str:
        """Where the group met last, as a proposal for new meetings."""
        rooms = [one.room for one in self.sessions if one.room]
        return rooms[-1] if rooms else ""


def seating(group: TeachingGroup) -> Seating:
    """Nine statements for any number of students."""
    sessions = sessions_of([group.pk])[group.pk]
    rows = list(
        seated(group).select_related("student__admin_class", "course").order_by("student__number")
    )
    blocks = student_blocks(group.term, [row.student_id for row in rows], but=group.pk)
    clashes: dict[int, list[str]] = {}
    for session in sessions:
        for who, block in hits(slot_of(group.term, session), blocks).items():
            clashes.setdefault(who, []).append(f"{session}：{block.label}")
    waiting = _waiting(group)
    results = latest(rows)
    return Seating(
        group=group,
        sessions=sessions,
        students=tuple(
            Sitting(row, tuple(clashes.get(row.student_id, ())), results.get(row.pk))
            for row in rows
        ),
        waiting=tuple(waiting[:LISTED]),
        more=len(waiting) > LISTED,
        teacher_clashes=tuple(_teacher_clashes(group, sessions)),
        room_clashes=tuple(room_rivals(group, sessions)),
    )


def _waiting(group: TeachingGroup) -> list[Enrollment]:
    """Who waits for the group's course, one more than is listed if there are more."""
    rows = Enrollment.objects.filter(
        term=group.term, course=group.course, state=EnrollmentState.CONFIRMED.value
    )
    found = rows.select_related("student__admin_class", "course").order_by("student__number")
    return list(found[: LISTED + 1])


def proposals(group: TeachingGroup, weeks: Collection[int], length: int) -> list[Proposal]:
    """The hours that hit the fewest students of a group. Five statements."""
    students = list(seated(group).values_list("student_id", flat=True))
    found = propose(
        student_blocks(group.term, students, but=group.pk),
        teacher_blocks(group.term, _teachers(group), but=group.pk),
        weeks=weeks,
        length=length,
        periods=periods.number_of_periods(),
    )
    return _apart(found)


def _apart(found: list[Proposal]) -> list[Proposal]:
    """The best ones that do not overlap each other, two a day at most: a choice, not a list."""
    chosen: list[Proposal] = []
    for one in found:
        rivals = [other for other in chosen if other.slot.weekday == one.slot.weekday]
        apart = all(
            one.slot.first_period > other.slot.last_period
            or other.slot.first_period > one.slot.last_period
            for other in rivals
        )
        if apart and len(rivals) < A_DAY:
            chosen.append(one)
    return chosen[:PROPOSED]


def last_week(group: TeachingGroup) -> int:
    """The last week of the group's term."""
    return week_of(group.term, group.term.ends_on)


def _teacher_clashes(group: TeachingGroup, sessions: list[TeachingSession]) -> list[str]:
    blocks = teacher_blocks(group.term, _teachers(group), but=group.pk)
    return [
        f"{session}：{block.label}"
        for session in sessions
        for block in hits(slot_of(group.term, session), blocks).values()
    ]


def _teachers(group: TeachingGroup) -> set[int]:
    return {one for one in (group.teacher_id, group.tutor_id) if one is not None}
