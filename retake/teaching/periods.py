"""The college's class periods (节次) and their times of day."""

from datetime import date, datetime, time

from django.conf import settings
from django.utils import timezone


def number_of_periods() -> int:
    """How many periods a day has."""
    return len(settings.CLASS_PERIODS)


def fault(first: int, last: int) -> str:
    """What is wrong with these periods, as a sentence; empty when they exist, in this order."""
    number = number_of_periods()
    if not (1 <= first <= number and 1 <= last <= number):
        return f"没有这样的节次，一天 {number} 节。"
    return "开始节次不能晚于结束节次。" if first > last else ""


def begins_at(day: date, period: int) -> datetime:
    """When a period begins, in the college's time zone."""
    return _at(day, settings.CLASS_PERIODS[period - 1].partition("-")[0])


def ends_at(day: date, period: int) -> datetime:
    """When a period ends."""
    return _at(day, settings.CLASS_PERIODS[period - 1].partition("-")[2])


def _at(day: date, clock: str) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.fromisoformat(clock)))
