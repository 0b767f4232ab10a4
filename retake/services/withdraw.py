"""退报名."""

from datetime import datetime

from django.db import transaction

from payments.services.charges import void_charge
from portal.inbox.services import Note, send
from portal.lib.errors import DomainError, NotYours
from portal.lib.moments import moment
from retake.billing import PURPOSE, returned_fen
from retake.models import Enrollment
from retake.services import locks, trace
from retake.states import EnrollmentState, EventKind
from retake.wording import after_withdrawal


def withdraw(*, user_id: int, enrollment_id: int, now: datetime) -> Enrollment:
    """Give a course back; what was paid for it becomes a refund case of finance.

    Possible until payment closes, never while an order holds the course (``charge.held``).
    Somebody else's row is ``NotYours``; one withdrawn already is returned as it is.
    """
    with transaction.atomic():
        student = locks.student_of(user_id)
        if not Enrollment.objects.filter(pk=enrollment_id, student=student).exists():
            raise NotYours("没有找到这条报名。")
        row = locks.enrollment(enrollment_id)
        if row.state == EnrollmentState.WITHDRAWN:
            return row
        require_withdrawable(row, now)
        void_charge(purpose=PURPOSE, reference=row.reference, now=now)
        row.state = EnrollmentState.WITHDRAWN.value
        row.save(update_fields=["state"])
        trace.record([row], EventKind.WITHDRAWN, actor_id=user_id, now=now)
        _tell(row, user_id, now)
    return row


def _tell(row: Enrollment, user_id: int, now: datetime) -> None:
    note = Note(
        user_id=user_id,
        key=f"retake:withdrawn:{row.pk}:{now.timestamp():.0f}",
        title=f"{row.course.name}已退报名",
        body=after_withdrawal(returned_fen(row.reference, now)),
        link=f"/retake/enrollments/{row.pk}/",
    )
    send([note], now)


def require_withdrawable(row: Enrollment, now: datetime) -> None:
    """Refuse in words when the row can no longer be given back; ``row.round`` is at hand."""
    if row.state != EnrollmentState.ENROLLED:
        raise DomainError(
            "withdraw.state",
            f"{row.course.name}{EnrollmentState(row.state).label}，不能退报名。",
            advice="有特殊情况联系教学部。",
        )
    closes = row.round.pay_closes_at
    if closes is not None and now > closes:
        raise DomainError(
            "withdraw.closed",
            f"退报名到缴费截止为止，已在 {moment(closes, now)} 截止。",
            advice="有特殊情况联系教学部。",
        )
