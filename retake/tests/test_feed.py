"""The private calendar: UIDs stay, SEQUENCE grows, what falls away is cancelled."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from django.test import Client

from retake.guidance.feed import calendar_of
from retake.guidance.feeds import open_feed, revoke_feed
from retake.models import Enrollment, TeachingGroup
from retake.services.cancel import cancel
from retake.teaching.groups import announce, assign, dissolve, revise, revise_sessions, unassign
from retake.teaching.unopened import not_open
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=20)
Change = Callable[[TeachingGroup, Enrollment], object]


def events(row: Enrollment) -> dict[str, tuple[int, str]]:
    feed = open_feed(user_id=row.student.user_id or 0, now=NOW)
    made: Any = icalendar.Calendar.from_ical(calendar_of(feed))
    return {
        str(one["uid"]): (int(one["sequence"]), str(one["status"])) for one in made.walk("VEVENT")
    }


def revised(**values: object) -> Change:
    """These fields of the group are saved."""

    def act(group: TeachingGroup, _row: Enrollment) -> None:
        for name, value in values.items():
            setattr(group, name, value)
        revise(group, list(values), staff=group.created_by, now=NOW)

    return act


def session_with(**values: object) -> Change:
    """These fields of the only session are saved."""

    def act(group: TeachingGroup, _row: Enrollment) -> None:
        session = group.sessions.get()
        for name, value in values.items():
            setattr(session, name, value)
        revise_sessions(group, [session], [], staff=group.created_by, now=NOW)

    return act


def drop(group: TeachingGroup, _row: Enrollment) -> None:
    revise_sessions(group, [], list(group.sessions.all()), staff=group.created_by, now=NOW)


def leave(group: TeachingGroup, row: Enrollment) -> None:
    unassign(staff=group.created_by, group_id=group.pk, enrollment_ids=[row.pk], now=NOW)


def return_to(group: TeachingGroup, row: Enrollment) -> None:
    leave(group, row)
    assign(staff=group.created_by, group_id=group.pk, enrollment_ids=[row.pk], now=NOW)


def lose(_group: TeachingGroup, row: Enrollment) -> None:
    cancel(staff=make.make_staff(), enrollment_id=row.pk, reason="已转学", now=NOW)


def end(group: TeachingGroup, _row: Enrollment) -> None:
    dissolve(staff=group.created_by, group_id=group.pk, reason="停开", now=NOW)


def close(group: TeachingGroup, _row: Enrollment) -> None:
    not_open(staff=group.created_by, group_id=group.pk, reason="人数不足。", now=NOW)


@pytest.mark.parametrize(
    ("dates", "sessions", "change", "status"),
    [
        pytest.param({}, 1, session_with(room="A101"), "CONFIRMED", id="room"),
        pytest.param({}, 1, session_with(held_on=date(2025, 5, 14)), "CONFIRMED", id="day"),
        pytest.param({}, 1, session_with(last_period=11), "CONFIRMED", id="hours"),
        pytest.param({}, 1, revised(requirement="带电脑"), "CONFIRMED", id="words"),
        pytest.param({}, 1, drop, "CANCELLED", id="session dropped"),
        pytest.param({}, 1, leave, "CANCELLED", id="left"),
        pytest.param({}, 1, return_to, "CONFIRMED", id="came back"),
        pytest.param({}, 1, lose, "CANCELLED", id="enrolment cancelled"),
        pytest.param({}, 1, end, "CANCELLED", id="dissolved"),
        pytest.param({}, 1, close, "CANCELLED", id="not opened"),
        pytest.param({"exam_at": LATER}, 0, revised(exam_at=NOW), "CONFIRMED", id="exam moved"),
        pytest.param({"exam_at": LATER}, 0, revised(exam_room="B1"), "CONFIRMED", id="exam room"),
        pytest.param({"exam_at": LATER}, 0, revised(exam_at=None), "CANCELLED", id="no exam"),
        pytest.param({"exam_at": LATER}, 0, end, "CANCELLED", id="exam of a dissolved group"),
        pytest.param(
            {"first_meeting": LATER}, 0, revised(first_meeting=NOW), "CONFIRMED", id="first moved"
        ),
        pytest.param(
            {"first_meeting": LATER}, 0, revised(first_meeting=None), "CANCELLED", id="no first"
        ),
    ],
)
def test_every_change_outranks_what_calendars_have(
    dates: dict[str, Any], sessions: int, change: Change, status: str
) -> None:
    group, [row] = teaching.make_seated(1, **dates)
    teaching.meet(group, *[12][:sessions])
    [(uid, (before, standing))] = events(row).items()
    assert standing == "CONFIRMED"
    change(group, row)
    [(again, (after, became))] = events(row).items()
    assert (again, became, after > before) == (uid, status, True)


@pytest.mark.parametrize("name", ["exam_at", "first_meeting"])
def test_a_date_taken_out_and_set_again_is_the_same_event(name: str) -> None:
    group, [row] = teaching.make_seated(1, **{name: LATER})
    seen = [events(row)]
    for value in (None, NOW):
        revised(**{name: value})(group, row)
        seen.append(events(row))
    [first, second, third] = [next(iter(one.values())) for one in seen]
    assert [one[1] for one in (first, second, third)] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert first[0] < second[0] < third[0]
    assert seen[0].keys() == seen[2].keys()


def test_the_first_meeting_counts_again_when_every_date_is_dropped() -> None:
    group, [row] = teaching.make_seated(first_meeting=NOW)
    teaching.meet(group, 12)
    before = max(events(row).values())
    drop(group, row)
    first = next(value for uid, value in events(row).items() if "-first@" in uid)
    assert (before[1], first[1], first[0] > before[0]) == ("CANCELLED", "CONFIRMED", True)


def test_the_feed_keeps_uids_and_counts_changes() -> None:
    group, [row] = teaching.make_seated()
    teaching.meet(group, 12)
    [(uid, (sequence, status))] = events(row).items()
    announce(group, "换教室", staff=group.created_by, now=NOW)
    session = group.sessions.get()
    session.room = "A101"
    revise_sessions(group, [session], [], staff=group.created_by, now=NOW)
    [(again, (later, _))] = events(row).items()
    assert (again, status, later > sequence) == (uid, "CONFIRMED", True)
    revise_sessions(group, [], [session], staff=group.created_by, now=NOW)
    assert events(row) == {uid: (later + 1, "CANCELLED")}


def test_who_leaves_a_group_gets_a_cancel_and_coming_back_outranks_it() -> None:
    group, [row] = teaching.make_seated()
    teaching.meet(group, 12)
    asked = {"staff": group.created_by, "group_id": group.pk, "enrollment_ids": [row.pk]}
    before = next(iter(events(row).values()))
    unassign(**asked, now=NOW)  # type: ignore[arg-type]
    left = next(iter(events(row).values()))
    assign(**asked, now=NOW)  # type: ignore[arg-type]
    back = next(iter(events(row).values()))
    assert [one[1] for one in (before, left, back)] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert before[0] < left[0] < back[0]


def test_a_dissolved_group_cancels_its_events() -> None:
    group, [row] = teaching.make_seated()
    teaching.meet(group, 12)
    dissolve(staff=group.created_by, group_id=group.pk, reason="停开", now=NOW)
    assert [status for _, status in events(row).values()] == ["CANCELLED"]
    text = calendar_of(open_feed(user_id=row.student.user_id or 0, now=NOW)).decode()
    assert f"SUMMARY:已取消：{group.course.name}重修" in text


def test_the_times_are_those_of_the_periods() -> None:
    group, [row] = teaching.make_seated()
    teaching.meet(group, 12)
    feed = open_feed(user_id=row.student.user_id or 0, now=NOW)
    made: Any = icalendar.Calendar.from_ical(calendar_of(feed))
    [one] = made.walk("VEVENT")
    assert one["dtstart"].dt == datetime(2025, 5, 12, 18, 30, tzinfo=make.SHANGHAI)
    assert one["dtend"].dt == datetime(2025, 5, 12, 20, 5, tzinfo=make.SHANGHAI)


def test_the_calendar_needs_no_zone_and_says_how_often_to_look() -> None:
    group, [row] = teaching.make_seated()
    group.tutor = teaching.make_teacher(group.course, "周慧敏")
    group.save(update_fields=["tutor"])
    teaching.meet(group, 12)
    text = calendar_of(open_feed(user_id=row.student.user_id or 0, now=NOW)).decode()
    assert "DTSTART:20250512T103000Z" in text
    assert "TZID" not in text
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in text
    assert "X-PUBLISHED-TTL:PT1H" in text
    assert "辅导教师 周慧敏" in text


def test_dates_take_the_place_of_the_first_meeting() -> None:
    group, [row] = teaching.make_seated(first_meeting=NOW)
    assert [status for _, status in events(row).values()] == ["CONFIRMED"]
    teaching.meet(group, 12)
    assert sorted(events(row).values()) == [(0, "CONFIRMED"), (1, "CANCELLED")]


def test_a_feed_address_needs_no_sign_in_and_dies_when_revoked() -> None:
    _, [row] = teaching.make_seated()
    user_id = row.student.user_id or 0
    feed = open_feed(user_id=user_id, now=NOW)
    assert open_feed(user_id=user_id, now=NOW) == feed
    address = f"/guidance/calendar/{feed.token}.ics"
    assert Client().get(address).headers["Content-Type"] == "text/calendar; charset=utf-8"
    revoke_feed(user_id=user_id, now=NOW)
    assert Client().get(address).status_code == 404
    assert open_feed(user_id=user_id, now=NOW).token != feed.token
    assert len(feed.token) >= 43
