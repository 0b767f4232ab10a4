"""Following the record: a pending application whose course was passed or corrected returns."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from credits.models import Application
from credits.services import locks, rechecking
from credits.states import ApplicationState
from portal.lib.errors import NotYours
from portal.records.models import GradeAttempt


def sweep(now: datetime, student_id: int | None = None) -> int:
    """Look at pending applications of students with new grades; returns how many went back.

    One transaction per row. What is looked at and stands is not looked at again before the next
    grade.
    """
    newer = GradeAttempt.objects.filter(
        student=OuterRef("student"), pk__gt=OuterRef("seen_attempt")
    )
    rows = Application.objects.filter(Exists(newer), state=ApplicationState.PENDING.value)
    if student_id is not None:
        rows = rows.filter(student=student_id)
    return sum(_look(pk, now) for pk in rows.values_list("pk", flat=True))


def _look(application_id: int, now: datetime) -> bool:
    with transaction.atomic():
        try:
            row = locks.application(application_id)
        except NotYours:  # sent back and deleted since it was listed
            return False
        if row.state != ApplicationState.PENDING:
            return False
        # Before the grades are read: one that comes in between is looked at the next time.
        newest = GradeAttempt.objects.filter(student=row.student_id).order_by("-pk")
        row.seen_attempt = newest.values_list("pk", flat=True)[0]
        if rechecking.returned_by_itself(row, now):
            return True
        row.save(update_fields=["seen_attempt"])
    return False
