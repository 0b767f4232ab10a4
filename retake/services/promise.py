"""A college that needs longer says until when; students read it at once."""

from datetime import date, datetime

from django.utils import timezone

from portal.accounts.models import User
from portal.lib.errors import DomainError, NotYours
from portal.lib.moments import day
from retake.models import CollegePromise, Round
from retake.teaching import access


def promise(
    *, staff: User, round_id: int, until: date | None, note: str, now: datetime
) -> CollegePromise:
    """Give a new date for the staff's own college. Refused for none and for one that has passed."""
    access.require(staff)
    if staff.college is None:
        raise DomainError("promise.college", "新日期由开课学院填写。", status=403)
    today = timezone.localdate(now)
    if until is None or until < today:
        raise DomainError(
            "promise.past", f"新日期不能早于今天（{day(today, today)}）。", status=400
        )
    if not Round.objects.filter(pk=round_id).exists():
        raise NotYours("没有找到这一轮。")
    return CollegePromise.objects.create(
        round_id=round_id,
        college=staff.college,
        until=until,
        note=note.strip()[:100],
        given_by=staff,
        given_at=now,
    )
