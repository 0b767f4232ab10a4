"""Phone numbers, times and the look-up's rows as lists show them."""

from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from portal.lib import masking
from retake.guidance.table import COLUMNS, Line

register = template.Library()
STUDENT, COURSE = COLUMNS.index("学生姓名"), COLUMNS.index("课程名称")
_cells = "".join(f'<td role="cell" data-label="{column}">{{}}</td>' for column in COLUMNS)
ROW = (
    '<tr role="row"><th class="d-md-none" role="rowheader" scope="row">{} {}</th>'
    + _cells
    + "</tr>"
)


@register.filter
def masked(phone: str) -> str:
    """``138****2210``."""
    return masking.phone(phone)


@register.filter
def unbroken(words: str) -> str:
    """``18:30–20:05`` on one line: a word joiner on both sides of every dash."""
    return words.replace("–", "\u2060–\u2060")


@register.filter
def table_row(line: Line) -> SafeString:
    """One row of the look-up: a thousand cells a page are too many for template tags."""
    cells = [escape(cell) for cell in line]
    row = ROW.format(cells[STUDENT], cells[COURSE], *cells)
    return mark_safe(row)  # noqa: S308 -- every cell is escaped above
