"""Calendar addresses: opened, and revoked for ever."""

import secrets
from datetime import datetime

from django.db import transaction

from portal.lib.errors import NotYours
from retake.models import CalendarFeed
from retake.services import locks

BYTES = 32  # 256 bits: not to be guessed


@transaction.atomic
def open_feed(*, user_id: int, now: datetime) -> CalendarFeed:
    """The student's address; the one he has when there is one."""
    student = locks.student_of(user_id)
    there = CalendarFeed.objects.filter(student=student, revoked_at=None).first()
    return there or CalendarFeed.objects.create(
        student=student, token=secrets.token_urlsafe(BYTES), created_at=now
    )


@transaction.atomic
def revoke_feed(*, user_id: int, now: datetime) -> None:
    """The address answers no more; whoever has it sees nothing."""
    student = locks.student_of(user_id)
    CalendarFeed.objects.filter(student=student, revoked_at=None).update(revoked_at=now)


def alive(token: str) -> CalendarFeed:
    """The feed behind an address. Unknown and revoked ones are alike (``NotYours``)."""
    found = CalendarFeed.objects.filter(token=token, revoked_at=None).first()
    if found is None:
        raise NotYours("没有这个日历地址。")
    return found
