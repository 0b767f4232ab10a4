"""Phones do not ring at night."""

from datetime import datetime, time, timedelta

from django.utils import timezone

MORNING, EVENING = time(8), time(22)


def awake(now: datetime) -> datetime:
    """``now`` by day (8:00 to 22:00, local), else the next eight o'clock."""
    local = timezone.localtime(now)
    if MORNING <= local.time() < EVENING:
        return now
    day = local.date() + timedelta(days=local.time() >= EVENING)
    return datetime.combine(day, MORNING, local.tzinfo)
