"""The columns of the review queue, with ages counted once for a whole page."""

from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils import timezone

from credits.models import Application
from credits.states import ApplicationState
from portal.calendar.spans import working_days
from portal.lib.status import Status, Tone

CLEAN = Status(Tone.DONE, "check", "全部符合")
LOOK = Status(Tone.WAIT, "warn", "有要留意的")


class Queue(ChangeList):
    """Django's list; its rows know how old they are in working days."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        today = timezone.localdate()
        spans = [span for span in map(_span, self.result_list) if span is not None]
        if not spans:
            return
        days = working_days(min(map(min, spans)), max(today, *(max(span) for span in spans)))
        for row in self.result_list:
            span = _span(row)
            if span is not None and row.state == ApplicationState.PENDING:
                row.age = days.after(span[0], today)
                row.late = days.after(span[1], today)
                row.left = days.after(today, span[1])


def _span(row: Application) -> tuple[Any, Any] | None:
    """Submission and deadline."""
    if row.submitted_at is None or row.due_on is None:
        return None
    return timezone.localdate(row.submitted_at), row.due_on


def age_of(row: Application) -> str:
    """``3 个工作日``, for what is under review."""
    age = vars(row).get("age")
    return "" if age is None else f"{age} 个工作日"


def due_of(row: Application) -> str:
    """``4月28日，还有 3 个工作日``, or by how many it is late."""
    if row.due_on is None or vars(row).get("age") is None:
        return ""
    until = f"{row.due_on.month}月{row.due_on.day}日"
    if row.asked_at is not None:
        return "等学生补材料"
    late, left = vars(row)["late"], vars(row)["left"]
    if row.due_on < timezone.localdate():
        return f"{until}，已超 {late} 个工作日" if late else f"{until}，已到期"
    return f"{until}，还有 {left} 个工作日" if left else f"{until}，今天到期"
