"""What a student takes off the page: his own rows, his teacher's number."""

from collections.abc import Sequence
from datetime import datetime

from portal.lib import masking
from portal.lib.errors import NotYours
from retake.guidance.mine import Mine
from retake.models import Assignment, PhoneLook

OWN = ("学期", "课程", "状态", "时间地点", "学院说明", "辅导教师", "电话", "开课学院", "说明")


def log_look(user_id: int, group_id: int, now: datetime) -> None:
    """Record that a student opened his teacher's number; a group he is not in is ``NotYours``."""
    own = Assignment.objects.filter(
        group=group_id, ended_at=None, enrollment__student__user=user_id
    )
    if not own.exists():
        raise NotYours("没有找到这个教学班。")
    PhoneLook.objects.create(actor_id=user_id, group_id=group_id, looked_at=now)


def own_sheet(mine: Mine) -> tuple[Sequence[str], list[list[str]]]:
    """A student's own rows; the teacher's number masked as on the page."""
    return OWN, [
        [
            mine.term_name,
            row.card.row.course.name,
            row.status.text,
            "；".join(row.times),
            row.seat.group.place_text if row.seat else "",
            row.seat.group.tutor.name if row.seat and row.seat.group.tutor else "",
            masking.phone(row.seat.group.contact_phone) if row.seat else "",
            str(row.card.row.course.offering_college),
            "" if row.is_arranged and not row.card.is_unplaced else row.sentence,
        ]
        for row in mine.rows
    ]
