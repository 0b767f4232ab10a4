"""Putting enrolments into groups and out of them: the writes behind every way of arranging.

The callers hold the locks of students and enrolments, in this order; groups are locked after.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone

from portal.inbox.services import Note, send
from portal.lib.errors import DomainError
from retake.models import Assignment, Enrollment, Offer, TeachingGroup, TeachingSession
from retake.services import trace
from retake.states import EnrollmentState, EventKind, GroupState, OfferState
from retake.teaching.untimed import says_when
from retake.teaching.words import arranged_words

PLACEABLE = (EnrollmentState.CONFIRMED, EnrollmentState.ARRANGED)
GUIDANCE = "/guidance/"


@dataclass(frozen=True)
class Seat:
    """One enrolment for one group."""

    enrollment: Enrollment
    group: TeachingGroup


def place(seats: Sequence[Seat], staff_id: int, now: datetime) -> None:
    """Give these seats; whoever sits in another group leaves it. A few statements for any number.

    Refused: ``arrange.state`` for enrolments that are neither 已核实 nor 已安排,
    ``arrange.course`` for another course or term, ``arrange.full`` for a group that is too small.
    """
    _refuse_unfit(seats, lock_groups([seat.group.pk for seat in seats]))
    ids = [seat.enrollment.pk for seat in seats]
    Assignment.objects.filter(enrollment__in=ids, ended_at=None).update(ended_at=now)
    Assignment.objects.bulk_create(
        (
            Assignment(
                enrollment=seat.enrollment,
                group=seat.group,
                term_id=seat.group.term_id,
                admin_class_id=seat.enrollment.student.admin_class_id,
                grade_year=seat.enrollment.student.grade_year,
                assigned_by_id=staff_id,
                assigned_at=now,
            )
            for seat in seats
        ),
        batch_size=5000,
    )
    Enrollment.objects.filter(pk__in=ids, state=EnrollmentState.CONFIRMED.value).update(
        state=EnrollmentState.ARRANGED.value
    )
    _refuse_full({seat.group.pk: seat.group for seat in seats})
    _settle_offers(ids, now)
    rows = [seat.enrollment for seat in seats]
    trace.record(rows, EventKind.ARRANGED, actor_id=staff_id, now=now)
    tell_seated(seats, now)


def leave(
    rows: Sequence[Enrollment], kind: EventKind, reason: str, staff_id: int, now: datetime
) -> None:
    """Take these enrolments out of their groups; they wait for a new one (ARRANGED → CONFIRMED)."""
    ids = [row.pk for row in rows]
    Assignment.objects.filter(enrollment__in=ids, ended_at=None).update(ended_at=now)
    Enrollment.objects.filter(pk__in=ids, state=EnrollmentState.ARRANGED.value).update(
        state=EnrollmentState.CONFIRMED.value
    )
    trace.record(rows, kind, actor_id=staff_id, now=now, reason=reason)


def sessions_of(group_ids: Sequence[int]) -> dict[int, list[TeachingSession]]:
    """The standing sessions of groups, in order. One statement."""
    found: dict[int, list[TeachingSession]] = {key: [] for key in group_ids}
    for one in TeachingSession.objects.filter(group__in=found, is_cancelled=False):
        found[one.group_id].append(one)
    return found


def lock_groups(group_ids: Sequence[int]) -> dict[int, str]:
    """Lock groups by id, after students and enrolments; their states as they are now."""
    rows = TeachingGroup.objects.filter(pk__in=group_ids).order_by("pk")
    return dict(rows.select_for_update(no_key=True, of=("self",)).values_list("pk", "state"))


def _settle_offers(enrollment_ids: Sequence[int], now: datetime) -> None:
    """Who still had to choose after 不开班 and is seated has his class: no refund by default."""
    seat = Assignment.objects.filter(enrollment=OuterRef("enrollment"), ended_at=None)
    open_offers = Offer.objects.filter(
        enrollment__in=enrollment_ids, state=OfferState.WAITING.value
    )
    open_offers.update(
        state=OfferState.MOVED.value, target=Subquery(seat.values("group")[:1]), decided_at=now
    )


def _refuse_unfit(seats: Sequence[Seat], states: dict[int, str]) -> None:
    for seat in seats:
        row, group = seat.enrollment, seat.group
        if row.state not in PLACEABLE:
            label = EnrollmentState(row.state).label
            raise DomainError(
                "arrange.state",
                f"{row.student.name}的{row.course.name}{label}，不能安排。",
                advice="已核实的才能安排，先请教学部核实。",
            )
        if (row.course_id, row.term_id) != (group.course_id, group.term_id):
            raise DomainError(
                "arrange.course", f"{row.student.name}报的是{row.course.name}，不是{group}。"
            )
        if states.get(group.pk) != GroupState.ACTIVE:
            raise DomainError("arrange.group", f"{group}已不在上课。", advice="换一个教学班。")


def _refuse_full(groups: dict[int, TeachingGroup]) -> None:
    seated = Count("assignments", filter=Q(assignments__ended_at=None))
    rows = TeachingGroup.objects.filter(pk__in=groups).order_by().annotate(seated=seated)
    for name, capacity, number in rows.values_list("name", "capacity", "seated"):
        if number > capacity:
            raise DomainError(
                "arrange.full",
                f"{name}最多 {capacity} 人，这样会有 {number} 人。",
                advice="调大人数上限，或分到另一个班。",
            )


def tell_seated(seats: Sequence[Seat], now: datetime) -> int:
    """Tell when and where, or that it is still to come; how many were told.

    One message for each course, all in one statement.
    """
    sessions = sessions_of(list({seat.group.pk for seat in seats}))
    today = timezone.localdate(now)
    groups = {seat.group.pk: seat.group for seat in seats}
    words = {pk: arranged_words(one, sessions[pk], today) for pk, one in groups.items()}
    # A class is told of again when its time comes, which may be the same second.
    marks = {pk: f"{one.version}:{now.timestamp():.0f}" for pk, one in groups.items()}
    titles = {
        pk: "已安排" if sessions[pk] or says_when(one) else "已编班，时间待定"
        for pk, one in groups.items()
    }
    notes = [
        Note(
            seat.enrollment.student.user_id,
            f"retake:arranged:{seat.enrollment.pk}:{marks[seat.group.pk]}",
            f"{seat.enrollment.course.name}的重修{titles[seat.group.pk]}",
            f"{words[seat.group.pk]}。",
            GUIDANCE,
        )
        for seat in seats
        if seat.enrollment.student.user_id is not None
    ]
    send(notes, now)
    return len(notes)
