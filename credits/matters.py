"""What the exchange has under way, for the workflows that do not know it."""

from collections.abc import Collection
from datetime import datetime

from credits.models import Application
from credits.states import ApplicationState
from portal.records.matters import Matter

OF_EXCHANGE = "这门课正在申请学分兑换，审核通过后就及格，重修会自动取消。"


def under_way(student_ids: Collection[int], _now: datetime) -> list[Matter]:
    """Applications under review. One statement."""
    rows = Application.objects.filter(student__in=student_ids, state=ApplicationState.PENDING.value)
    return [
        Matter(student_id, target_id, OF_EXCHANGE, f"/credits/applications/{pk}/")
        for pk, student_id, target_id in rows.values_list("pk", "student_id", "target_id")
    ]
