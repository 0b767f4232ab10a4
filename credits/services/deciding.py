"""Decisions: approve, ask for material, return, reject; each on the version that was seen."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from credits.models import Application
from credits.services import rechecking, reviewing, trace, writing
from credits.states import APPLICATION_MOVES, ApplicationState, EventKind
from portal.accounts.models import User
from portal.lib import workflow
from portal.lib.errors import DomainError
from portal.lib.sentences import ended
from portal.records.services import ledger
from portal.records.services.exchange import Exchanged, record_exchange


def approve(
    *, staff: User, application_id: int, seen: int, note: str = "", now: datetime
) -> Application:
    """通过: the course is passed and the credits are used up, or the second approval is asked for.

    What the record says is looked at once more; where it no longer carries the application, that
    is returned by itself and comes back RETURNED.
    """
    with transaction.atomic():
        row = reviewing.pending(application_id=application_id, staff=staff, seen=seen)
        if rechecking.returned_by_itself(row, now):
            return row
        if row.needs_second and row.first_by_id is None:
            return _agree(row, staff, note, now)
        ledger.consume(writing.purpose(row, staff.pk), writing.pieces(row), now)
        made = Exchanged(
            row.student_id,
            row.target_id,
            row.term_id,
            row.rule_set.recorded_as,
            row.reference,
        )
        row.attempt = record_exchange(made, recorded_on=timezone.localdate(now), entered_by=staff)
        _move(row, ApplicationState.APPROVED, staff, note, now, "attempt")
        event = trace.record(row, EventKind.APPROVED, actor_id=staff.pk, now=now, reason=row.note)
        title = f"{row.target.name}的兑换已通过"
        body = f"成绩记为“{made.written}（兑换）”，成绩单已更新，用掉的学分不再计入总学分。"
        trace.tell(row, event, title, body)
    return row


def ask(*, staff: User, application_id: int, seen: int, note: str, now: datetime) -> Application:
    """要求补材料: it stays under review and keeps its credits."""
    said = _reason(note)
    with transaction.atomic():
        row = reviewing.pending(application_id=application_id, staff=staff, seen=seen)
        row.asked_at, row.note = now, said
        row.version += 1
        row.save(update_fields=["asked_at", "note", "version"])
        event = trace.record(row, EventKind.ASKED, actor_id=staff.pk, now=now, reason=said)
        trace.tell(row, event, f"{row.target.name}的兑换要补材料", f"{said}学分继续留住。")
    return row


def send_back(
    *, staff: User, application_id: int, seen: int, note: str, now: datetime
) -> Application:
    """退回: the credits are free again; the student may change and submit or delete it."""
    said = _reason(note)
    with transaction.atomic():
        row = reviewing.pending(application_id=application_id, staff=staff, seen=seen)
        rechecking.write_returned(row, said, staff.pk, now)
    return row


def reject(*, staff: User, application_id: int, seen: int, note: str, now: datetime) -> Application:
    """不通过: the credits are free again, this application is over."""
    said = _reason(note)
    with transaction.atomic():
        row = reviewing.pending(application_id=application_id, staff=staff, seen=seen)
        ledger.release(writing.purpose(row, staff.pk, said), writing.pieces(row), now)
        _move(row, ApplicationState.REJECTED, staff, said, now)
        event = trace.record(row, EventKind.REJECTED, actor_id=staff.pk, now=now, reason=said)
        title = f"{row.target.name}的兑换没有通过"
        trace.tell(row, event, title, f"原因：{said}留住的学分已放回。")
    return row


def _agree(row: Application, staff: User, note: str, now: datetime) -> Application:
    row.first_by, row.note = staff, note.strip()
    row.due_on = writing.due_on(now)
    row.version += 1
    row.save(update_fields=["first_by", "note", "due_on", "version"])
    event = trace.record(row, EventKind.AGREED, actor_id=staff.pk, now=now, reason=row.note)
    body = "专业核心课要教学部再审，学分继续留住。"
    trace.tell(row, event, f"{row.target.name}的兑换学院已同意", body)
    return row


def _move(
    row: Application,
    state: ApplicationState,
    staff: User,
    note: str,
    now: datetime,
    *more: str,
) -> None:
    workflow.require(APPLICATION_MOVES, row.state, state, "这份申请现在不能这样处理。")
    row.state, row.note = state.value, note.strip()
    row.decided_by, row.decided_at = staff, now
    row.version += 1
    row.save(update_fields=["state", "note", "decided_by", "decided_at", "version", *more])


def _reason(note: str) -> str:
    said = ended(note)
    if not said:
        raise DomainError("review.reason", "写明原因，学生会看到。", status=400)
    return said
