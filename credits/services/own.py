"""What else a student may do with his application: delete it, hand in what was asked for."""

from datetime import datetime

from django.db import transaction

from credits.attachments import MAX_FILES, Cleaned
from credits.models import Application
from credits.services import locks, trace, writing
from credits.states import DELETABLE, ApplicationState, EventKind
from portal.lib.errors import DomainError


def delete(*, user_id: int, application_id: int, now: datetime) -> Application:
    """Hide a draft or a returned application; trace and files stay.

    Refused (``application.kept``) under review and afterwards.
    """
    with transaction.atomic():
        row = locks.own_application(user_id, application_id)
        if row.state not in DELETABLE:
            raise DomainError(
                "application.kept",
                f"{ApplicationState(row.state).label}的申请不能删除。",
                advice="要改主意，在学院处理前请二级学院退回。",
            )
        row.deleted_at = now
        row.version += 1
        row.save(update_fields=["deleted_at", "version"])
        trace.record(row, EventKind.DELETED, actor_id=user_id, now=now)
    return row


def supply(
    *, user_id: int, application_id: int, files: tuple[Cleaned, ...], now: datetime
) -> Application:
    """Hand in what the reviewer asked for; the review goes on with a new term.

    Refused (``application.not_asked``) when nothing was asked for, (``attachment.count``).
    """
    with transaction.atomic():
        row = locks.own_application(user_id, application_id)
        if row.state != ApplicationState.PENDING or row.asked_at is None:
            raise DomainError("application.not_asked", "这份申请现在不用补材料。")
        number = row.attachments.filter(replaced_at=None).count() + len(files)
        if not files or number > MAX_FILES:
            message = f"选 1 到 {MAX_FILES} 个附件，现在合计 {number} 个。"
            raise DomainError("attachment.count", message, status=400)
        writing.add_files(row, files, now)
        row.asked_at, row.due_on = None, writing.due_on(now)
        row.version += 1
        row.save(update_fields=["asked_at", "due_on", "version"])
        trace.record(
            row, EventKind.SUPPLIED, actor_id=user_id, now=now, reason=f"{len(files)} 个附件"
        )
    return row
