"""History on the page of a row."""

from django import template
from django.db.models import Model

from portal.audit.selectors import Told, changes_of

register = template.Library()


@register.simple_tag
def changes(row: Model) -> list[Told]:
    """What became of a row, newest first."""
    return changes_of(row)
