"""Template tags and filters every page may use (built in by settings)."""

from datetime import datetime

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.lib import moments, money
from portal.lib.status import Status

register = template.Library()


@register.filter
def yuan(fen: int) -> str:
    """Fen to ``¥1,100.00``."""
    return money.yuan(fen)


@register.filter
def moment(value: datetime) -> str:
    """An aware time as the college writes it, relative to now."""
    return moments.moment(value, timezone.now())


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
