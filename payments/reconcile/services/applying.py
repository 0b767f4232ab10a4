"""Confirming a preview, releasing it, stopping its application."""

from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from payments.reconcile import rematching
from payments.reconcile import seen as tokens
from payments.reconcile.applying import KIND
from payments.reconcile.models import Upload, UploadRow
from payments.reconcile.rematching import Rematch
from payments.reconcile.services import notices
from payments.reconcile.services.uploads import locked
from payments.reconcile.states import UPLOAD_MOVES, UploadState
from payments.reconcile.wording import NOT_AGAIN, standing
from portal.accounts.models import User
from portal.inbox import services as inbox
from portal.jobs import services as jobs
from portal.jobs.tasks import ring
from portal.lib.errors import DomainError, NotYours
from portal.lib.workflow import require

LONGEST_REASON = 200  # characters, of why a file was sent back


class PreviewMoved(DomainError):
    """The books moved since somebody saw the preview: there is a new one, nothing was applied."""

    def __init__(self, told: str) -> None:
        super().__init__(
            "preview.moved",
            f"看过预览以后，账变了：{told}。没有入账。",
            advice="下面是新的预览，核对后再确认。",
        )


def confirm(
    upload_id: int,
    *,
    actor_id: int | None,
    now: datetime,
    seen: str | None = None,
    unattended: bool = False,
) -> Upload:
    """Say that a preview is right. Starts the application, or waits for a second person where
    ``RECONCILE_SECOND_PERSON`` is set. ``unattended``: it is the portal, for a clean statement
    that it fetched itself. Without an actor it was said at the server's command line.

    ``seen`` is the token of the page with the button (``payments.reconcile.seen``), None where
    there is no page. Every row is matched again first: raises ``PreviewMoved``, with the new
    preview in place, when a row or the page says something else than now. Raises ``upload.busy``
    while another file is applied, ``state.illegal`` unless it is a preview.
    """
    second = settings.RECONCILE_SECOND_PERSON and not unattended
    target = UploadState.WAITING if second else UploadState.APPLYING
    upload = _in_state(Upload.objects.filter(pk=upload_id).first(), UploadState.PREVIEW, now)
    with rematching.rematched(upload, now) as again, transaction.atomic():
        upload = _in_state(locked(upload_id), UploadState.PREVIEW, now)
        moved = _moved(upload, again, seen, now)
        if not moved:
            _confirmed(upload, target, actor_id, now)
    if moved:
        raise PreviewMoved(moved)
    return upload


def _confirmed(upload: Upload, target: UploadState, actor_id: int | None, now: datetime) -> None:
    upload.confirmed_by_id, upload.confirmed_at = actor_id, now
    upload.released_by_id = upload.released_at = None
    upload.save(update_fields=["confirmed_by", "confirmed_at", "released_by", "released_at"])
    _move(upload, target, now)
    if target is UploadState.WAITING:
        inbox.send(notices.to_release(upload), now)


def release(upload_id: int, *, actor_id: int, now: datetime, seen: str | None = None) -> Upload:
    """The second person's yes to what the first one confirmed; ``seen`` as in ``confirm``.

    Raises ``PreviewMoved``, with the file back at its preview, ``upload.same_person`` for the
    first one, ``upload.busy`` and ``state.illegal``.
    """
    upload = _in_state(Upload.objects.filter(pk=upload_id).first(), UploadState.WAITING, now)
    with rematching.rematched(upload, now) as again, transaction.atomic():
        upload = _in_state(locked(upload_id), UploadState.WAITING, now)
        if upload.confirmed_by_id == actor_id:
            raise DomainError(
                "upload.same_person", "确认和复核要由两个人来做。", advice="请另一位同事复核。"
            )
        actor = User.objects.get(pk=actor_id)
        moved = _moved(upload, again, seen, now)
        if moved:
            _back(upload, actor, f"看过预览以后账变了（{moved}）。", now)
        else:
            upload.released_by, upload.released_at = actor, now
            upload.save(update_fields=["released_by", "released_at"])
            _move(upload, UploadState.APPLYING, now)
            inbox.send(notices.released(upload, actor), now)
    if moved:
        raise PreviewMoved(moved)
    return upload


def _moved(upload: Upload, again: Rematch, seen: str | None, now: datetime) -> str:
    """What the locked file's preview says otherwise than the page did; empty when nothing."""
    before = upload.groups if seen is None else tokens.read(seen, upload)
    rows = again.renew(upload, now)
    if before is None:
        return "这一页打开得太早，看不出核对的是哪一次预览"
    if told := tokens.changes(before, upload.groups):
        return told
    return f"{rows} 行换了分组，各组合计没有变" if rows else ""


def _in_state(upload: Upload | None, wanted: UploadState, now: datetime) -> Upload:
    if upload is None:
        raise NotYours("没有找到这个文件。")
    if upload.state != wanted:
        raise DomainError("state.illegal", standing(upload, now), advice=NOT_AGAIN)
    return upload


def send_back(upload_id: int, *, actor_id: int, now: datetime, reason: str = "") -> Upload:
    """The second person's no, or the first one's second thought: back to the preview."""
    with transaction.atomic():
        upload = _in_state(locked(upload_id), UploadState.WAITING, now)
        _back(upload, User.objects.get(pk=actor_id), reason.strip()[:LONGEST_REASON], now)
    return upload


def _back(upload: Upload, actor: User, reason: str, now: datetime) -> None:
    upload.state = UploadState.PREVIEW
    upload.save(update_fields=["state"])
    inbox.send(notices.sent_back(upload, actor, reason), now)


def stop(upload_id: int) -> Upload:
    """Stop an application. What is done stays done; the rest can be confirmed again."""
    with transaction.atomic():
        upload = locked(upload_id)
        if upload.state != UploadState.APPLYING:
            label = UploadState(upload.state).label
            raise DomainError("state.illegal", f"没有停：这个文件不在入账，现在是“{label}”。")
        upload.state = UploadState.PREVIEW
        upload.save(update_fields=["state"])
        if upload.job is not None:
            jobs.cancel(upload.job.pk)
    return upload


def _move(upload: Upload, target: UploadState, now: datetime) -> None:
    require(UPLOAD_MOVES, upload.state, target, NOT_AGAIN)
    upload.state = target
    try:
        with transaction.atomic():
            upload.save(update_fields=["state"])
    except IntegrityError:
        other = Upload.objects.filter(state=UploadState.APPLYING).first()
        name = f"（{other.name}）" if other else ""
        raise DomainError(
            "upload.busy",
            f"另一个文件{name}正在入账，同一时间只入一个。",
            advice="等它完成后再确认，预览会保留。",
        ) from None
    if target is UploadState.APPLYING:
        _start(upload, now)


def _start(upload: Upload, now: datetime) -> None:
    rows = UploadRow.objects.filter(upload=upload, batch__isnull=False)
    last = rows.aggregate(last=Max("batch"))["last"]
    upload.job = jobs.start(
        kind=KIND,
        title=f"对账入账：{upload.name}"[:120],
        params={"upload": upload.pk, "rows": rows.count()},
        keys=[str(batch) for batch in range((last or 0) + 1)],
        user_id=upload.confirmed_by_id,
        now=now,
    )
    upload.save(update_fields=["job"])
    transaction.on_commit(partial(ring, upload.job.pk))
