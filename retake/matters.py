"""What the retake process has under way, for the workflows that do not know it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from portal.lib.prepared import Prepared, among
from portal.records.matters import Matter
from retake.models import Enrollment
from retake.states import OPEN

OF_RETAKE = "这门课已报名重修（{term}）。兑换通过后重修会自动取消，已缴的费用由财务处退回。"


@Prepared
def _running() -> QuerySet[Any, Enrollment]:
    own = Enrollment.objects.filter(among("student_id", "student_ids"))
    return own.filter(state__in=[one.value for one in OPEN]).select_related("term")


def under_way(student_ids: Collection[int], _now: datetime) -> list[Matter]:
    """Enrolments that still run. One statement."""
    return [
        Matter(
            row.student_id,
            row.course_id,
            OF_RETAKE.format(term=row.term),
            f"/retake/enrollments/{row.pk}/",
        )
        for row in _running(student_ids=list(student_ids))
    ]
