"""Dates without a time of day."""

from datetime import date

from django import template
from django.utils import timezone

from portal.lib import moments

register = template.Library()


@register.filter
def day(value: date) -> str:
    """``4月29日（周二）``, with the year when it is not this one."""
    return moments.day(value, timezone.localdate())


@register.filter
def weekday(number: int) -> str:
    """``一`` for 1, ``日`` for 7."""
    return moments.WEEKDAYS[number - 1]
