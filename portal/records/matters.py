"""What is under way about a student's courses, asked of workflows that do not know each other.

A workflow says in ``settings.OPEN_MATTERS`` which function answers for it: ``(student_ids, now)``
-> its ``Matter``s. So a course enrolled for retake and applied for exchange shows both sides.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Matter:
    """One thing under way about one course; ``sentence`` as the student reads it elsewhere."""

    student_id: int
    course_id: int
    sentence: str
    link: str


Answer = Callable[[Collection[int], datetime], Sequence[Matter]]


def open_matters(student_ids: Collection[int], now: datetime, *, but: str) -> list[Matter]:
    """What every workflow but the asking one has under way. One statement a workflow."""
    found: list[Matter] = []
    for name, path in settings.OPEN_MATTERS.items():
        if name != but:
            answer: Answer = import_string(path)
            found.extend(answer(student_ids, now))
    return found
