"""Differences that somebody has looked into, and decisions taken back."""

from datetime import datetime

from django.db import IntegrityError, transaction

from payments.models import Receipt
from payments.reconcile.models import Handling, UploadRow
from payments.reconcile.selectors.differences import is_missing
from payments.reconcile.states import DIFFERENCES, UploadState
from payments.reconcile.wording import NO_DIFFERENCE, handled, who
from portal.lib.errors import DomainError, NotYours
from portal.lib.moments import moment


def handle_row(row_id: int, note: str, *, actor_id: int, now: datetime) -> Handling:
    """Note what became of a row that differs.

    Raises ``difference.handled`` (已由 X 于 T 处理) when somebody was faster, ``difference.note``
    without a note, ``difference.not_applied`` while its file is not: read again, it may be none.
    """
    row = UploadRow.objects.select_related("upload", "outcome").filter(pk=row_id).first()
    if row is None:
        raise NotYours("没有找到这一行。")
    _refuse_no_difference(row)
    return _handle(Handling(row_id=row_id, note=note, handled_by_id=actor_id, handled_at=now), now)


def handle_receipt(receipt_id: int, note: str, *, actor_id: int, now: datetime) -> Handling:
    """The same for money of ours that no statement lists; raises ``difference.none`` when one does,
    or may yet do: what somebody says of it now would be taken for an answer later.
    """
    if not Receipt.objects.filter(pk=receipt_id).exists():
        raise NotYours("没有找到这笔收款。")
    decided = Handling.objects.filter(receipt=receipt_id, withdrawn_at=None)
    if not is_missing(receipt_id, now) and not decided.exists():
        raise DomainError("difference.none", NO_DIFFERENCE, advice="回到差异清单，看最新的。")
    one = Handling(receipt_id=receipt_id, note=note, handled_by_id=actor_id, handled_at=now)
    return _handle(one, now)


def withdraw(handling_id: int, reason: str, *, actor_id: int, now: datetime) -> Handling:
    """Take a decision back; it stays on file, and the difference waits again.

    Raises ``difference.reason`` without a reason and ``difference.withdrawn`` (已由 X 于 T 撤回)
    when somebody was faster.
    """
    reason = reason.strip()[:200]
    if not reason:
        raise DomainError("difference.reason", "没有写撤回原因。", status=400)
    with transaction.atomic():
        rows = Handling.objects.select_for_update(no_key=True, of=("self",))
        one = rows.filter(pk=handling_id).first()
        if one is None:
            raise NotYours("没有找到这个结论。")
        if one.withdrawn_at is not None:
            told = f"{who(one.withdrawn_by)}于 {moment(one.withdrawn_at, now)} 撤回"
            raise DomainError("difference.withdrawn", f"已由{told}：{one.reason}")
        one.reason, one.withdrawn_by_id, one.withdrawn_at = reason, actor_id, now
        one.save(update_fields=["reason", "withdrawn_by", "withdrawn_at"])
    return one


def _refuse_no_difference(row: UploadRow) -> None:
    if row.upload.state != UploadState.APPLIED:
        raise DomainError(
            "difference.not_applied",
            f"{row.upload.name}还没有入账，差异可能还会变。",
            advice="入账以后再写处理结果。",
        )
    outcome = getattr(row, "outcome", None)
    if (outcome.group if outcome else row.group) not in DIFFERENCES:
        raise NotYours("没有找到这件差异。")


def _handle(one: Handling, now: datetime) -> Handling:
    one.note = one.note.strip()[:200]
    if not one.note:
        raise DomainError(
            "difference.note", "没有写处理结果。", advice="写明怎么处理的。", status=400
        )
    try:
        with transaction.atomic():
            one.save(force_insert=True)
    except IntegrityError:
        before = _before(one)
        raise DomainError(
            "difference.handled",
            f"{handled(before.handled_by, before.handled_at, now)}：{before.note}",
            advice="不用再处理。",
        ) from None
    return one


def _before(one: Handling) -> Handling:
    rows = Handling.objects.filter(withdrawn_at=None).select_related("handled_by")
    return rows.get(row=one.row_id) if one.row_id else rows.get(receipt=one.receipt_id)
