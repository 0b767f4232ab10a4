"""Times as the college writes them, always local (Asia/Shanghai by setting)."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

WEEKDAYS = "一二三四五六日"
# Years somebody may mean. The first hours of year 1 in China are in no year of UTC and could never
# be read again; three working days after the end of 9999 there is no day.
YEARS = range(1902, 2200)


def day(value: date, today: date) -> str:
    """``4月29日（周二）``, with the year when it is not this one."""
    year = "" if value.year == today.year else f"{value.year}年"
    return f"{year}{value.month}月{value.day}日（周{WEEKDAYS[value.weekday()]}）"


def moment(value: datetime, now: datetime) -> str:
    """``14:52`` today, ``4月29日（周二）17:00`` otherwise."""
    local, here = timezone.localtime(value), timezone.localtime(now)
    clock = local.strftime("%H:%M")
    return clock if local.date() == here.date() else day(local.date(), here.date()) + clock


def countdown(seconds: float) -> str:
    """``12:08``; whole seconds, rounded up so that zero means now."""
    whole = max(0, -int(-seconds // 1))
    return f"{whole // 60}:{whole % 60:02d}"


def span(length: timedelta) -> str:
    """``30 分钟``, ``45 秒``, ``2 天``: the largest unit that divides it."""
    seconds = round(length.total_seconds())
    for size, unit in ((86_400, "天"), (3600, "小时"), (60, "分钟")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} 秒"


def of_our_time(value: date) -> None:
    """``ValidationError`` for a day, or a time of one, that nobody can mean."""
    if value.year not in YEARS:
        raise ValidationError("年份不对，核对后再保存。")
