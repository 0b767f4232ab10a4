"""Template tags and filters every page may use (built in by settings)."""

from datetime import date, datetime, timedelta

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.lib import moments, money
from portal.lib.status import Status

register = template.Library()
COUNTED = timedelta(hours=1)  # above it the exact time alone is shown


@register.filter
def yuan(fen: int) -> str:
    """Fen to ``¥1,100.00``."""
    return money.yuan(fen)


@register.filter
def moment(value: datetime) -> str:
    """An aware time as the college writes it, relative to now."""
    return moments.moment(value, timezone.now())


@register.filter
def day(value: date) -> str:
    """A date as the college writes it: ``5月8日（周四）``."""
    plain = timezone.localdate(value) if isinstance(value, datetime) else value
    return moments.day(plain, timezone.localdate())


@register.filter
def span(length: timedelta) -> str:
    """A wait in words: ``30 分钟``."""
    return moments.span(length)


@register.simple_tag
def when(value: datetime) -> SafeString:
    """``moment`` inside a ``<time>`` element that machines read too."""
    return format_html(
        '<time class="no-break" datetime="{}">{}</time>',
        timezone.localtime(value).isoformat(timespec="seconds"),
        moment(value),
    )


@register.simple_tag
def countdown(deadline: datetime, name: str = "", css: str = "") -> SafeString:
    """Minutes and seconds until ``deadline``, ticked by ``countdown.js``; hidden above an hour.

    ``name`` is what the milestones announce (第 2 批); the exact time stands beside it in words.
    """
    left = deadline - timezone.now()
    return format_html(
        '<span class="countdown {}" role="timer" data-deadline="{}" data-name="{}"{}>{}</span>',
        css,
        deadline.isoformat(),
        name,
        SafeString(" hidden") if left > COUNTED else "",
        moments.countdown(left.total_seconds()),
    )


@register.simple_tag
def left(deadline: datetime, name: str = "") -> SafeString:
    """``还剩 12:08。``, or nothing above an hour: then the exact time says enough."""
    hidden = SafeString(" hidden") if deadline - timezone.now() > COUNTED else ""
    return format_html("<span data-countdown{}>还剩 {}。</span>", hidden, countdown(deadline, name))


@register.simple_tag
def bar(deadline: datetime, length: timedelta) -> SafeString:
    """How much of a wait of ``length`` is left, drawn; the numbers stand beside it."""
    seconds = max(0, round((deadline - timezone.now()).total_seconds()))
    return format_html(
        '<progress class="bar" max="{}" value="{}" data-deadline="{}" aria-hidden="true">'
        "</progress>",
        round(length.total_seconds()),
        seconds,
        deadline.isoformat(),
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """One line icon of ``icons.svg``; decoration only, the word stands beside it."""
    return format_html(
        '<svg class="i" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        static("portal/icons.svg"),
        name,
    )


@register.simple_tag
def chip(status: Status) -> SafeString:
    """A status as icon and word, toned by whose turn it is."""
    return format_html(
        '<span class="chip is-{}">{}{}</span>', status.tone, icon(status.icon), status.text
    )
