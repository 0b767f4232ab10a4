"""A group's time and place as students read it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone

from portal.lib.moments import WEEKDAYS, day
from retake.models import TeachingGroup, TeachingSession
from retake.teaching.periods import begins_at, ends_at

SHOWN = 6  # patterns; a group with more of them says how many there are


def session_words(one: TeachingSession, today: date) -> str:
    """``5月12日（周一）18:30–20:00 博学楼 B304``."""
    return _with_room(f"{day(one.held_on, today)}{_hours(one)}", one)


def time_lines(sessions: Sequence[TeachingSession], today: date) -> list[str]:
    """When and where the group meets, meetings of the same hours and room in one line."""
    patterns: dict[tuple[int, int, int, str], list[TeachingSession]] = {}
    for one in sessions:
        key = (one.held_on.weekday(), one.first_period, one.last_period, one.room)
        patterns.setdefault(key, []).append(one)
    lines = [_pattern_words(own, today) for own in patterns.values()]
    more = [f"等 {len(sessions)} 次"] if len(lines) > SHOWN else []
    return lines[:SHOWN] + more


def lines_of(group: TeachingGroup, sessions: Sequence[TeachingSession], today: date) -> list[str]:
    """When and where the group meets; without meetings its first one, as calendars have it."""
    if sessions or group.first_meeting is None:
        return time_lines(sessions, today)
    return [first_words(group.first_meeting, group.first_room, group.place_text, today)]


def first_words(at: datetime, room: str, place_text: str, today: date) -> str:
    """``第一次上课 5月12日（周一）18:30 博学楼 B304，以后的时间课上说``.

    ``place_text``: the college's own words, which stand beside it and tell the rest.
    """
    local = timezone.localtime(at)
    when = f"第一次上课 {day(local.date(), today)}{local:%H:%M}"
    if place_text:
        return f"{when} {room}".rstrip()
    where = f" {room}" if room else "，地点学院还没填"
    return f"{when}{where}，以后的时间课上说"


def arranged_words(group: TeachingGroup, sessions: Sequence[TeachingSession], today: date) -> str:
    """One line for a message: time and place, and what the college wrote."""
    parts = [*lines_of(group, sessions, today), group.place_text]
    return "；".join(part for part in parts if part) or "已编班，时间填好会发消息"


def _pattern_words(own: Sequence[TeachingSession], today: date) -> str:
    first, last = own[0], own[-1]
    if len(own) == 1:
        return session_words(first, today)
    weeks = (last.held_on - first.held_on).days // 7 + 1
    every = "每周" if weeks == len(own) else "周"
    year = "" if first.held_on.year == today.year else f"{first.held_on.year}年"
    span = f"{year}{_short(first.held_on)}–{_short(last.held_on)}"
    weekday = f"{every}{WEEKDAYS[first.held_on.weekday()]}"
    return _with_room(f"{span} {weekday} {_hours(first)}（{len(own)} 次）", first)


def _short(value: date) -> str:
    return f"{value.month}月{value.day}日"


def _hours(one: TeachingSession) -> str:
    begins = begins_at(one.held_on, one.first_period)
    return f"{begins:%H:%M}–{ends_at(one.held_on, one.last_period):%H:%M}"


def _with_room(words: str, one: TeachingSession) -> str:
    return f"{words} {one.room}" if one.room else words
