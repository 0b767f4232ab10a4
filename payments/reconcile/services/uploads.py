"""Files come in, are recognised, are read again, and are discarded."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import PurePath

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from payments.reconcile.models import RowOutcome, Upload
from payments.reconcile.states import UPLOAD_MOVES, UploadState
from payments.reconcile.wording import standing, who
from portal.lib import kinds, sheets
from portal.lib.errors import DomainError, NotYours
from portal.lib.moments import moment
from portal.lib.workflow import allowed, require

FOLDER = "reconcile"
MAX_BYTES = 200 * 1024 * 1024
CHUNK = 1024 * 1024


class AlreadyUploaded(DomainError):
    """The same content was uploaded before: ``upload`` is that one."""

    def __init__(self, upload: Upload, now: datetime) -> None:
        by, at = who(upload.uploaded_by), moment(upload.uploaded_at, now)
        super().__init__(
            "upload.again",
            f"这个文件已由{by}于 {at} 上传过（{upload.name}，{UploadState(upload.state).label}）。",
            advice="打开那一次的记录查看。",
        )
        self.upload = upload


def store(
    file: "File[bytes]",
    name: str,
    *,
    actor_id: int | None,
    now: datetime,
    channel: str = "",
    day: date | None = None,
) -> Upload:
    """Keep a file as it came, to be read in the background (``doorbell.ring``, or the sweep).

    ``name`` is only shown, never used as a path. ``channel`` and ``day`` are given for statements
    that the portal fetched itself. Raises ``AlreadyUploaded``, and ``DomainError`` for a file that
    is empty (``upload.empty``) or larger than 200 MB (``upload.too_large``). A photo or a letter
    that somebody sends is not kept (``sheet.not_a_table``): nobody could ever do anything with it.
    """
    size, digest = _measure(file)
    if day is None and (what := kinds.no_table(file)):
        raise sheets.not_a_table(what)
    before = _before(digest, channel, day)
    if found := before.select_related("uploaded_by").first():
        raise AlreadyUploaded(found, now)
    upload = Upload(
        sha256=digest,
        name=PurePath(name.replace("\\", "/")).name[-200:],
        size=size,
        day=day,
        channel=channel,
        uploaded_by_id=actor_id,
        uploaded_at=now,
    )
    return _kept(upload, file, before, now)


def _kept(upload: Upload, file: "File[bytes]", before: QuerySet[Upload], now: datetime) -> Upload:
    digest = upload.sha256
    upload.path = default_storage.save(f"{FOLDER}/{digest[:2]}/{digest}", file)
    try:
        upload.save(force_insert=True)
    except IntegrityError:  # somebody else was faster with the same file
        default_storage.delete(upload.path)
        raise AlreadyUploaded(before.select_related("uploaded_by").get(), now) from None
    return upload


def _before(digest: str, channel: str, day: date | None) -> QuerySet[Upload]:
    """The same content; of fetched statements, which may all be empty, the same day. One that
    somebody put aside may come again by hand, but is not fetched again as it was.
    """
    aside = Q(state=UploadState.DISCARDED)
    if day is None:
        return Upload.objects.filter(~aside, sha256=digest)
    return Upload.objects.filter(~aside | Q(sha256=digest), channel=channel, day=day)


def discard(upload_id: int, *, actor_id: int, now: datetime) -> Upload:
    """Put a file aside that nothing was applied of; it and its rows are kept, it may come again.

    Raises ``upload.partly_applied`` once some of it was, and ``state.illegal`` while it is read
    or applied.
    """
    with transaction.atomic():
        upload = locked(upload_id)
        if not allowed(UPLOAD_MOVES, upload.state, UploadState.DISCARDED):
            raise DomainError("state.illegal", standing(upload, now), advice="没有作废。")
        _refuse_partly_applied(upload)
        upload.state = UploadState.DISCARDED
        upload.discarded_by_id, upload.discarded_at = actor_id, now
        upload.save(update_fields=["state", "discarded_by", "discarded_at"])
    return upload


def read_again(upload_id: int) -> Upload:
    """Have a file read and matched once more, after a mapping or because time has passed.

    Raises ``upload.partly_applied`` and ``state.illegal``.
    """
    with transaction.atomic():
        upload = locked(upload_id)
        label = UploadState(upload.state).label
        told = f"没有重新读取：这个文件现在是“{label}”。"
        require(UPLOAD_MOVES, upload.state, UploadState.READING, told)
        _refuse_partly_applied(upload)
        upload.state, upload.leased_until, upload.read_rows = UploadState.READING, None, 0
        upload.save(update_fields=["state", "leased_until", "read_rows"])
        return upload


def locked(upload_id: int) -> Upload:
    """The upload under its lock; raises ``NotYours`` for one that does not exist."""
    rows = Upload.objects.select_for_update(no_key=True, of=("self",))
    found = rows.filter(pk=upload_id).first()
    if found is None:
        raise NotYours("没有找到这个文件。")
    return found


def _refuse_partly_applied(upload: Upload) -> None:
    done = RowOutcome.objects.filter(upload=upload).count()
    if done:
        raise DomainError(
            "upload.partly_applied",
            f"这个文件已有 {done} 行入账。",
            advice="继续入账其余的行；入账过的不会重复。",
        )


def _measure(file: "File[bytes]") -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    for chunk in _chunks(file):
        size += len(chunk)
        if size > MAX_BYTES:
            raise DomainError(
                "upload.too_large", "文件超过 200 MB。", advice="分成几个文件上传。", status=400
            )
        digest.update(chunk)
    file.seek(0)
    if size == 0:
        raise DomainError("upload.empty", "这个文件是空的。", advice="重新导出后上传。", status=400)
    return size, digest.hexdigest()


def _chunks(file: "File[bytes]") -> Iterable[bytes]:
    file.seek(0)
    return iter(lambda: file.read(CHUNK), b"")
