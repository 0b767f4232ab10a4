"""Confirming a preview, releasing it, stopping its application."""

from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from payments.reconcile.applying import KIND
from payments.reconcile.models import Upload, UploadRow
from payments.reconcile.services.uploads import locked
from payments.reconcile.states import UPLOAD_MOVES, UploadState
from portal.jobs import services as jobs
from portal.jobs.tasks import ring
from portal.lib.errors import DomainError
from portal.lib.workflow import require

NOT_CONFIRMABLE = "这个文件不在待确认状态，可能已经有人确认过。"


def confirm(
    upload_id: int, *, actor_id: int | None, now: datetime, unattended: bool = False
) -> Upload:
    """Say that a preview is right. Starts the application, or waits for a second person where
    ``RECONCILE_SECOND_PERSON`` is set. ``unattended``: it is the portal, for a clean statement
    that it fetched itself. Without an actor it was said at the server's command line.

    Raises ``upload.busy`` while another file is applied, ``state.illegal`` unless it is a preview.
    """
    second = settings.RECONCILE_SECOND_PERSON and not unattended
    target = UploadState.WAITING if second else UploadState.APPLYING
    with transaction.atomic():
        upload = locked(upload_id)
        if upload.state != UploadState.PREVIEW:
            raise DomainError("state.illegal", NOT_CONFIRMABLE, advice="刷新页面看最新状态。")
        upload.confirmed_by_id, upload.confirmed_at = actor_id, now
        upload.released_by_id = upload.released_at = None
        upload.save(update_fields=["confirmed_by", "confirmed_at", "released_by", "released_at"])
        _move(upload, target, now)
    return upload


def release(upload_id: int, *, actor_id: int, now: datetime) -> Upload:
    """The second person's yes; raises ``upload.same_person`` for the first one, ``upload.busy``
    and ``state.illegal``.
    """
    with transaction.atomic():
        upload = locked(upload_id)
        if upload.state != UploadState.WAITING:
            raise DomainError(
                "state.illegal", "这个文件不在等复核。", advice="刷新页面看最新状态。"
            )
        if upload.confirmed_by_id == actor_id:
            raise DomainError(
                "upload.same_person", "确认和复核要由两个人来做。", advice="请另一位同事复核。"
            )
        upload.released_by_id, upload.released_at = actor_id, now
        upload.save(update_fields=["released_by", "released_at"])
        _move(upload, UploadState.APPLYING, now)
    return upload


def send_back(upload_id: int) -> Upload:
    """The second person's no: back to the preview."""
    with transaction.atomic():
        upload = locked(upload_id)
        if upload.state != UploadState.WAITING:
            raise DomainError(
                "state.illegal", "这个文件不在等复核。", advice="刷新页面看最新状态。"
            )
        upload.state = UploadState.PREVIEW
        upload.save(update_fields=["state"])
    return upload


def stop(upload_id: int) -> Upload:
    """Stop an application. What is done stays done; the rest can be confirmed again."""
    with transaction.atomic():
        upload = locked(upload_id)
        if upload.state != UploadState.APPLYING:
            raise DomainError("state.illegal", "这个文件不在入账。", advice="刷新页面看最新状态。")
        upload.state = UploadState.PREVIEW
        upload.save(update_fields=["state"])
        if upload.job is not None:
            jobs.cancel(upload.job.pk)
    return upload


def _move(upload: Upload, target: UploadState, now: datetime) -> None:
    require(UPLOAD_MOVES, upload.state, target, NOT_CONFIRMABLE)
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
