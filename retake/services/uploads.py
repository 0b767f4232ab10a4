"""Spreadsheets between preview and apply."""

from datetime import datetime

from django.db import transaction

from portal.accounts.models import User
from portal.lib.errors import DomainError, NotYours
from portal.records.models import AcademicTerm
from retake.models import SheetUpload
from retake.states import SheetKind
from retake.teaching import access, results, sheet_apply


def keep(
    *, staff: User, kind: SheetKind, name: str, data: bytes, reason: str, now: datetime
) -> SheetUpload:
    """Store a file so that what is applied is what was previewed."""
    access.require(staff)
    return SheetUpload.objects.create(
        kind=kind.value,
        name=name[:200],
        data=data,
        reason=reason[:200],
        uploaded_by=staff,
        uploaded_at=now,
    )


def own(staff: User, upload_id: int) -> SheetUpload:
    """A file of one's own; somebody else's is ``NotYours``."""
    access.require(staff)
    found = SheetUpload.objects.filter(pk=upload_id, uploaded_by=staff).first()
    if found is None:
        raise NotYours("没有找到这个文件。")
    return found


@transaction.atomic
def apply(*, staff: User, term: AcademicTerm, upload_id: int, now: datetime) -> SheetUpload:
    """Do what the preview said, once; a second time is ``sheet.applied``."""
    own(staff, upload_id)
    row = SheetUpload.objects.select_for_update(no_key=True).get(pk=upload_id)
    if row.applied_at is not None:
        raise DomainError("sheet.applied", f"这个文件已经执行过：{row.outcome}")
    data = bytes(row.data)
    if row.kind == SheetKind.ARRANGE:
        plan = sheet_apply.apply_plan(staff=staff, term=term, data=data, now=now)
        row.outcome = f"{len(plan.groups)} 个教学班，{plan.number} 人。"
    else:
        graded = results.apply_plan(staff=staff, term=term, data=data, reason=row.reason, now=now)
        row.outcome = f"登记 {len(graded.lines)} 人，其中更正 {graded.corrections} 人。"
    row.applied_at = now
    row.save(update_fields=["applied_at", "outcome"])
    return row
