"""A proposed slot becomes meetings of a group, and meetings just added go away again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.calendar.selectors import holidays
from portal.lib.errors import DomainError
from retake.models import TeachingGroup, TeachingSession
from retake.states import GroupState
from retake.teaching import access, periods
from retake.teaching.clashes import Slot, hits
from retake.teaching.groups import announce, revise_sessions, seated
from retake.teaching.seats import lock_groups, sessions_of
from retake.teaching.timetables import day_of, student_blocks
from retake.teaching.untimed import is_timed
from retake.teaching.words import time_lines


@dataclass(frozen=True)
class Taken:
    """The new meetings, and how many students of the group have another lesson then."""

    sessions: tuple[TeachingSession, ...]
    students: int


@transaction.atomic
def take(*, staff: User, group_id: int, slot: Slot, room: str, now: datetime) -> Taken:
    """A meeting in every week of the slot but on holidays, on days that are over and where the
    group meets already; its students are told.

    Refused: ``group.state`` for a closed group, ``slot.hours`` for hours no day has,
    ``slot.nothing`` when no week is left.
    """
    group = _open(staff, group_id)
    fault = periods.fault(slot.first_period, slot.last_period)
    if fault or not 1 <= slot.weekday <= 7:
        raise DomainError("slot.hours", fault or "没有这样的星期。", status=400)
    days = _free_days(group, slot, timezone.localdate(now))
    if not days:
        raise DomainError(
            "slot.nothing",
            "这几周的这个时间都排不了：已经过去、放假，或这个班已有安排。",
            advice="换一个时间，或改周次后重新推荐。",
        )
    sessions = [
        TeachingSession(
            held_on=day, first_period=slot.first_period, last_period=slot.last_period, room=room
        )
        for day in days
    ]
    students = list(seated(group).values_list("student_id", flat=True))
    blocks = student_blocks(group.term, students, but=group.pk)
    was_timed = is_timed(group)
    revise_sessions(group, sessions, [], staff=staff, now=now)
    words = _words("加了上课安排", sessions, now)
    announce(group, words, staff=staff, now=now, was_timed=was_timed)
    return Taken(tuple(sessions), len(hits(slot, blocks)))


@transaction.atomic
def give_back(
    *, staff: User, group_id: int, session_ids: Collection[int], now: datetime
) -> list[TeachingSession]:
    """Cancel these meetings of the group; its students are told. ``slot.gone`` when none stands."""
    group = _open(staff, group_id)
    sessions = [one for one in sessions_of([group.pk])[group.pk] if one.pk in session_ids]
    if not sessions:
        raise DomainError("slot.gone", "这些安排已经不在了。", advice="看上面现在的上课安排。")
    revise_sessions(group, [], sessions, staff=staff, now=now)
    announce(group, _words("取消了上课安排", sessions, now), staff=staff, now=now)
    return sessions


def _open(staff: User, group_id: int) -> TeachingGroup:
    group = access.group(staff, group_id)
    state = lock_groups([group.pk])[group.pk]
    if state != GroupState.ACTIVE:
        label = GroupState(state).label
        raise DomainError("group.state", f"{group}{label}，不能再改。")
    return group


def _free_days(group: TeachingGroup, slot: Slot, today: date) -> list[date]:
    """The days of the slot on which the group can still be given a meeting.

    Of a term that is over every day counts: what was taught is written down afterwards.
    """
    from_day = today if today <= group.term.ends_on else date.min
    days = [day_of(group.term, week, slot.weekday) for week in slot.weeks]
    off = holidays(days)
    busy = {
        one.held_on
        for one in sessions_of([group.pk])[group.pk]
        if one.first_period <= slot.last_period and slot.first_period <= one.last_period
    }
    return [day for day in days if day > from_day and day not in off and day not in busy]


def _words(what: str, sessions: list[TeachingSession], now: datetime) -> str:
    return f"{what}：{'；'.join(time_lines(sessions, timezone.localdate(now)))}"
