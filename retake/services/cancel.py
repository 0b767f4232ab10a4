"""取消: by staff, or by the portal when the record has changed."""

from datetime import datetime

from django.db import transaction

from payments.services.charges import void_charge
from portal.accounts.models import User
from portal.inbox.services import Note, send
from portal.lib import workflow
from portal.lib.errors import DomainError, NotYours
from portal.lib.money import yuan
from portal.lib.sentences import ended
from retake.billing import PURPOSE, returned_fen
from retake.models import Assignment, Enrollment
from retake.services import locks, trace
from retake.states import ENROLLMENT_MOVES, EnrollmentState, EventKind


def cancel(*, staff: User | None, enrollment_id: int, reason: str, now: datetime) -> Enrollment:
    """Cancel an open enrolment; money that is in becomes a refund case, the student is told.

    ``staff`` None is the portal itself. Refused without a reason, without the permission, in a
    state that cannot be cancelled, and (``charge.held``) while an order holds the course.
    """
    if staff is not None and not staff.has_perm("retake.change_enrollment"):
        raise DomainError("cancel.forbidden", "你没有取消报名的权限。", status=403)
    said = ended(reason)
    if not said:
        raise DomainError("cancel.reason", "取消报名要写明原因，学生会看到。", status=400)
    student_id = _student_of(enrollment_id)
    with transaction.atomic():
        locks.student(student_id)
        row = locks.enrollment(enrollment_id)
        if row.state == EnrollmentState.CANCELLED:
            return row
        workflow.require(
            ENROLLMENT_MOVES,
            row.state,
            EnrollmentState.CANCELLED,
            f"{row.course.name}{EnrollmentState(row.state).label}，不能取消。",
        )
        write_cancelled(row, said, staff.pk if staff else None, now)
    return row


def write_cancelled(row: Enrollment, reason: str, actor_id: int | None, now: datetime) -> None:
    """Cancel a locked row: charge, state, seat in a class, trace, message."""
    void_charge(purpose=PURPOSE, reference=row.reference, now=now)
    row.state = EnrollmentState.CANCELLED.value
    row.save(update_fields=["state"])
    Assignment.objects.filter(enrollment=row, ended_at=None).update(ended_at=now)
    trace.record([row], EventKind.CANCELLED, actor_id=actor_id, now=now, reason=reason)
    if row.student.user_id is not None:
        fen = returned_fen(row.reference, now)
        note = Note(
            user_id=row.student.user_id,
            key=f"retake:cancelled:{row.pk}",
            title=f"{row.course.name}的重修报名已取消",
            body=f"{reason}已缴 {yuan(fen)} 由财务处退回。" if fen else reason,
            link=f"/retake/enrollments/{row.pk}/",
        )
        send([note], now)


def _student_of(enrollment_id: int) -> int:
    found = Enrollment.objects.filter(pk=enrollment_id).values_list("student_id", flat=True).first()
    if found is None:
        raise NotYours("没有找到这条报名。")
    return found
