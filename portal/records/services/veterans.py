"""The claim to be a 退役 student: made by the student, decided by staff."""

from datetime import date, datetime

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.inbox.services import Note, send
from portal.lib import workflow
from portal.lib.errors import DomainError, NotYours
from portal.records.models import Student, VeteranStatus
from portal.records.states import VETERAN_MOVES, VeteranState


def claim_veteran(
    *, user_id: int, valid_from: date, basis: str, evidence: "File[bytes]", now: datetime
) -> VeteranStatus:
    """Record a claim with its evidence; the caller has looked at the file's type and size.

    Refused (``veteran.claimed``) while a claim stands, (``veteran.future``) before its day.
    """
    if valid_from > timezone.localdate(now):
        raise DomainError(
            "veteran.future",
            "退出现役日期还没到。",
            advice="填退出现役证上的日期；退役后再来申请。",
            status=400,
        )
    with transaction.atomic():
        student = (
            Student.objects.select_for_update(no_key=True, of=("self",))
            .filter(user_id=user_id)
            .first()
        )
        if student is None:
            raise NotYours("这个账号不是学生账号。")
        _refuse_second(student)
        return VeteranStatus.objects.create(
            student=student,
            valid_from=valid_from,
            basis=basis,
            evidence=evidence,
            claimed_at=now,
        )


def decide_veteran(
    *, claim_id: int, staff: User, approved: bool, note: str, now: datetime, effect: str = ""
) -> VeteranStatus:
    """Approve or refuse a pending claim; the student is told. A refusal needs a note.

    ``effect`` is what an approval means to him, in the workflow's words; the record knows none.
    The caller has checked the permission. A claim decided the same way already is unchanged.
    """
    target = VeteranState.APPROVED if approved else VeteranState.REFUSED
    if not approved and not note.strip():
        raise DomainError("veteran.note", "不通过要写明原因，学生会看到。", status=400)
    with transaction.atomic():
        rows = VeteranStatus.objects.select_for_update(no_key=True, of=("self",))
        row = rows.select_related("student").filter(pk=claim_id).first()
        if row is None:
            raise NotYours("没有找到这条申请。")
        if row.state == target:
            return row
        workflow.require(VETERAN_MOVES, row.state, target, "这条申请已经审核过了。")
        row.state, row.note = target, note.strip()
        row.decided_by, row.decided_at = staff, now
        row.save(update_fields=["state", "note", "decided_by", "decided_at"])
        _tell(row, effect, now)
    return row


def _refuse_second(student: Student) -> None:
    standing = VeteranStatus.objects.filter(student=student).exclude(state=VeteranState.REFUSED)
    found = standing.first()
    if found is not None:
        raise DomainError(
            "veteran.claimed",
            f"你已经申请过退役身份（{VeteranState(found.state).label}），不用再交。",
        )


def _tell(row: VeteranStatus, effect: str, now: datetime) -> None:
    if row.student.user_id is None:
        return
    passed = row.state == VeteranState.APPROVED
    note = Note(
        user_id=row.student.user_id,
        key=f"veteran:{row.pk}:{row.state}",
        title="退役身份已认定" if passed else "退役身份申请不通过",
        body=effect if passed else f"原因：{row.note}可以补好材料重新申请。",
        link="/retake/veteran/",
    )
    send([note], now)
