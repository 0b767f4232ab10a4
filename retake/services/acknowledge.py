"""已阅读."""

from datetime import datetime

from portal.lib.errors import DomainError
from portal.records.models import Student
from retake.models import NoticeAcknowledgement, Round
from retake.services.locks import not_a_student
from retake.states import RoundState


def acknowledge(
    *, user_id: int, round_id: int, version: int, now: datetime
) -> NoticeAcknowledgement:
    """Record that the student has read this version; a second click changes nothing.

    Refused (``notice.stale``) when the notice has a newer version than the page he read.
    """
    student = Student.objects.filter(user_id=user_id).first()
    if student is None:
        raise not_a_student()
    opened = Round.objects.filter(pk=round_id, state=RoundState.PUBLISHED.value).first()
    if opened is None:
        raise DomainError("round.closed", "这一轮重修报名没有开放。")
    if version != opened.notice_version:
        raise DomainError(
            "notice.stale",
            f"须知已更新到第 {opened.notice_version} 版。",
            advice="读过新的一版再按“已阅读”。",
        )
    read, _ = NoticeAcknowledgement.objects.get_or_create(
        student=student, round=opened, version=version, defaults={"read_at": now}
    )
    return read
