"""Phone numbers as lists show them."""

from django import template

from retake.guidance.table import masked as mask

register = template.Library()


@register.filter
def masked(phone: str) -> str:
    """``138****2210``."""
    return mask(phone)
