"""A group's time and place as students read it."""

from collections.abc import Sequence
from datetime import date

from portal.lib.moments import WEEKDAYS, day
from retake.models import TeachingGroup, TeachingSession
from retake.teaching.periods import begins_at, ends_at

SHOWN = 6


def session_words(one: TeachingSession, today: date) -> str:
    """``5月12日（周一）18:30–20:00 博学楼 B304``."""
    begins = begins_at(one.held_on, one.first_period)
    ends = ends_at(one.held_on, one.last_period)
    words = f"{day(one.held_on, today)}{begins:%H:%M}–{ends:%H:%M}"
    return f"{words} {one.room}" if one.room else words


def time_words(sessions: Sequence[TeachingSession], today: date) -> str:
    """When the group meets: weekly meetings in one line, others one by one; empty for none."""
    if not sessions:
        return ""
    if len(sessions) > 1 and _is_weekly(sessions):
        first, last = sessions[0], sessions[-1]
        begins = begins_at(first.held_on, first.first_period)
        ends = ends_at(first.held_on, first.last_period)
        weekday = WEEKDAYS[first.held_on.weekday()]
        return (
            f"{first.held_on.month}月{first.held_on.day}日–"
            f"{last.held_on.month}月{last.held_on.day}日 "
            f"每周{weekday} {begins:%H:%M}–{ends:%H:%M}"
        )
    words = [session_words(one, today) for one in sessions[:SHOWN]]
    more = f"等 {len(sessions)} 次" if len(sessions) > SHOWN else ""
    return "；".join(words) + more


def room_words(sessions: Sequence[TeachingSession]) -> str:
    """Where the group meets: each room once, in the order of use."""
    return "、".join(dict.fromkeys(one.room for one in sessions if one.room))


def arranged_words(group: TeachingGroup, sessions: Sequence[TeachingSession], today: date) -> str:
    """One line for a message: time and place, or what the college wrote."""
    parts = [time_words(sessions, today), room_words(sessions)]
    made = " ".join(part for part in parts if part)
    return "；".join(part for part in (made, group.place_text) if part) or "时间由辅导教师通知"


def _is_weekly(sessions: Sequence[TeachingSession]) -> bool:
    """The same hours of the same weekday every time."""
    hours = {(one.held_on.weekday(), one.first_period, one.last_period) for one in sessions}
    return len(hours) == 1
