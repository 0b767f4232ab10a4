"""The college's class periods (节次) and their times of day."""

from datetime import date, datetime, time

from django.conf import settings
from django.utils import timezone


def number_of_periods() -> int:
    """How many periods a day has."""
    return len(settings.CLASS_PERIODS)


def exists(first: int, last: int) -> bool:
    """Such periods exist, in this order."""
    return 1 <= first <= last <= number_of_periods()


def begins_at(day: date, period: int) -> datetime:
    """When a period begins, in the college's time zone."""
    return _at(day, settings.CLASS_PERIODS[period - 1].partition("-")[0])


def ends_at(day: date, period: int) -> datetime:
    """When a period ends."""
    return _at(day, settings.CLASS_PERIODS[period - 1].partition("-")[2])


def _at(day: date, clock: str) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.fromisoformat(clock)))
