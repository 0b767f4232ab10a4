"""When a student is expected next: the lesson or the exam of the class he sits in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import JSONObject

from portal.lib.prepared import Slot
from retake.models import Assignment, Enrollment, TeachingSession
from retake.states import EnrollmentState
from retake.teaching.periods import begins_at

A_DAY = 12  # more lessons of one class than a day has periods for


@dataclass(frozen=True)
class Coming:
    """``what`` is 上课, 第一次上课 or 考试; ``room`` may be empty."""

    at: datetime
    what: str
    room: str


def ahead() -> dict[str, Subquery]:
    """For a prepared query of enrolments with a slot ``today``: lessons and dates of the seat."""
    seats = Assignment.objects.filter(enrollment=OuterRef("pk"), ended_at=None)
    dates = {
        name: F(f"group__{name}")
        for name in ("first_meeting", "first_room", "exam_at", "exam_room")
    }
    lessons = TeachingSession.objects.filter(
        group__assignments__enrollment=OuterRef("pk"),
        group__assignments__ended_at=None,
        is_cancelled=False,
        held_on__gte=Slot("today"),
    ).order_by("held_on", "first_period")
    lesson = JSONObject(day=F("held_on"), period=F("first_period"), room=F("room"))
    return {
        "seat": Subquery(seats.values(row=JSONObject(**dates))[:1]),
        "lessons": ArraySubquery(lessons.values(row=lesson)[:A_DAY]),
    }


def coming(row: Enrollment, now: datetime) -> tuple[Coming, ...]:
    """The next lesson and the exam, soonest first, of an enrolment that was read with ``ahead``
    and ``reached``; nothing once there is a result.
    """
    seat = vars(row)["seat"]
    if row.state != EnrollmentState.ARRANGED or seat is None:
        return ()
    lessons = [one for one in _lessons(row, seat) if one.at > now]
    exams = [one for one in _dated(seat["exam_at"], "考试", seat["exam_room"]) if one.at > now]
    return tuple(sorted([*lessons[:1], *exams], key=lambda one: one.at))


def _lessons(row: Enrollment, seat: dict[str, Any]) -> Iterator[Coming]:
    """Meetings take the place of the first one, as in calendars."""
    for one in vars(row)["lessons"]:
        at = begins_at(date.fromisoformat(one["day"]), one["period"])
        yield Coming(at, "上课", one["room"])
    if vars(row)["met_on"] is None:
        yield from _dated(seat["first_meeting"], "第一次上课", seat["first_room"])


def _dated(at: str | None, what: str, room: str) -> Iterator[Coming]:
    if at is not None:
        yield Coming(datetime.fromisoformat(at), what, room)
