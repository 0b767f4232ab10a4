"""Phone numbers and times as lists show them."""

from django import template

from retake.guidance.table import masked as mask

register = template.Library()


@register.filter
def masked(phone: str) -> str:
    """``138****2210``."""
    return mask(phone)


@register.filter
def unbroken(words: str) -> str:
    """``18:30–20:05`` on one line: a word joiner on both sides of every dash."""
    return words.replace("–", "\u2060–\u2060")
