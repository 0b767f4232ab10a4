"""A private calendar of a student's retakes: stable UIDs, SEQUENCE on change, CANCEL on drop."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from icalendar import Calendar, Event

from retake.models import Assignment, CalendarFeed, TeachingGroup
from retake.states import COUNTED, GroupState
from retake.teaching.periods import begins_at, ends_at

MEETING = timedelta(minutes=90)
REFRESH = timedelta(hours=1)


@dataclass(frozen=True)
class Place:
    """One student in one group: is it still so, and how often that has changed."""

    assignment: Assignment
    active: bool
    changes: int

    @property
    def group(self) -> TeachingGroup:
        return self.assignment.group


def calendar_of(feed: CalendarFeed) -> bytes:
    """The whole calendar as a subscription reads it, ended seats included as cancelled.

    Three statements.
    """
    made = Calendar()
    made.add("prodid", f"-//{settings.COLLEGE_NAME}//{settings.PRODUCT_NAME}//CN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", "重修上课")
    # RFC 7986's word, and Outlook's.
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    for place in _places(feed):
        for event in _events(place):
            made.add_component(event)
    return bytes(made.to_ical())


def _places(feed: CalendarFeed) -> Iterable[Place]:
    """The seats of a student, one for each enrolment and group."""
    rows = (
        Assignment.objects.filter(enrollment__student=feed.student_id)
        .select_related("enrollment", "group__course", "group__teacher", "group__tutor")
        .prefetch_related("group__sessions")
        .order_by("pk")
    )
    by_place: dict[tuple[int, int], list[Assignment]] = defaultdict(list)
    for row in rows:
        by_place[row.enrollment_id, row.group_id].append(row)
    for own in by_place.values():
        last = own[-1]
        seated = last.ended_at is None
        counts = last.enrollment.state in COUNTED
        stands = last.group.state == GroupState.ACTIVE
        ended = sum(one.ended_at is not None for one in own)
        yield Place(
            assignment=last,
            active=seated and counts and stands,
            # In, out, in again: each step has to outrank the one before it.
            changes=2 * ended - (0 if seated else 1) + (0 if counts else 1),
        )


def _events(place: Place) -> Iterable[Event]:
    group, key = place.group, f"{place.assignment.enrollment_id}-{place.group.pk}"
    sessions = list(group.sessions.all())
    for one in sessions:
        begins = begins_at(one.held_on, one.first_period)
        ends = ends_at(one.held_on, one.last_period)
        event = _event(place, f"{key}-{one.pk}", begins, ends, one.version)
        event.add("location", one.room)
        _finish(event, f"{group.course.name}重修", place.active and not one.is_cancelled)
        yield event
    if meets := group.first_meeting or group.dropped_first_meeting:
        # Dates take its place, and leave it again: each step outranks the one before.
        steps = sum(1 + one.version for one in sessions)
        event = _event(place, f"{key}-first", meets, meets + MEETING, steps)
        met = any(not one.is_cancelled for one in sessions)
        event.add("location", group.first_room)
        stands = group.first_meeting is not None and not met
        _finish(event, f"{group.course.name}重修（第一次）", place.active and stands)
        yield event
    if sits := group.exam_at or group.dropped_exam_at:
        event = _event(place, f"{key}-exam", sits, sits + MEETING, 0)
        event.add("location", group.exam_room)
        _finish(event, f"{group.course.name}重修考试", place.active and group.exam_at is not None)
        yield event


def _event(place: Place, key: str, begins: datetime, ends: datetime, version: int) -> Event:
    group = place.group
    event = Event()
    event.add("uid", f"retake-{key}@{settings.CALENDAR_DOMAIN}")
    event.add("dtstamp", group.changed_at)
    event.add("last-modified", group.changed_at)
    # In UTC: a local time would need the rules of its zone in the file (RFC 5545, 3.2.19).
    event.add("dtstart", begins.astimezone(UTC))
    event.add("dtend", ends.astimezone(UTC))
    event.add("sequence", version + group.version + place.changes)
    words = [
        group.teacher and f"任课教师 {group.teacher.name}",
        group.tutor and f"辅导教师 {group.tutor.name}",
        group.place_text,
        group.requirement,
    ]
    event.add("description", "\n".join(part for part in words if part))
    return event


def _finish(event: Event, summary: str, stands: bool) -> None:
    # Said in the title too: some phones show a cancelled event like any other.
    event.add("summary", summary if stands else f"已取消：{summary}")
    event.add("status", "CONFIRMED" if stands else "CANCELLED")
