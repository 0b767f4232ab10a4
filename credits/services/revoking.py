"""撤销: everything an approval did is taken back."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from credits.models import Application
from credits.services import locks, reviewing, trace, writing
from credits.states import APPLICATION_MOVES, ApplicationState, EventKind
from portal.accounts.models import User
from portal.lib import workflow
from portal.lib.errors import DomainError
from portal.records.services import ledger
from portal.records.services.exchange import take_back_exchange


def revoke(*, staff: User, application_id: int, seen: int, note: str, now: datetime) -> Application:
    """Take the result out of the record and give the credits back.

    Refused: ``review.forbidden`` without the permission, ``review.changed``, ``review.reason``.
    """
    if not staff.has_perm(reviewing.REVOKE):
        raise DomainError("review.forbidden", "撤销兑换由教学部办理。", status=403)
    said = note.strip()
    if not said:
        raise DomainError("review.reason", "写明撤销的原因，学生会看到。", status=400)
    with transaction.atomic():
        row = locks.application(application_id)
        if staff.pk == row.student.user_id:
            raise DomainError("review.forbidden", "不能审核自己的申请。", status=403)
        reviewing.refuse_stale(row, seen)
        workflow.require(
            APPLICATION_MOVES, row.state, ApplicationState.REVOKED, "只有审核通过的申请可以撤销。"
        )
        assert row.attempt_id is not None  # noqa: S101 -- held by a constraint
        take_back_exchange(
            row.attempt_id,
            source=row.reference,
            recorded_on=timezone.localdate(now),
            entered_by=staff,
        )
        ledger.revoke(writing.purpose(row, staff.pk, said), writing.pieces(row), now)
        _write(row, staff, said, now)
    return row


def _write(row: Application, staff: User, said: str, now: datetime) -> None:
    row.state, row.note = ApplicationState.REVOKED.value, said
    row.decided_by, row.decided_at = staff, now
    row.version += 1
    row.save(update_fields=["state", "note", "decided_by", "decided_at", "version"])
    event = trace.record(row, EventKind.REVOKED, actor_id=staff.pk, now=now, reason=said)
    title = f"{row.target.name}的兑换已撤销"
    trace.tell(row, event, title, f"原因：{said}。课程恢复为不及格，用掉的学分已放回。")
