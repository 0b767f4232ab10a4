"""From the kept file to its preview. Runs in the background, and again after a kill."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from payments.reconcile import keeping, matching, staging
from payments.reconcile.files.read import read
from payments.reconcile.files.row import Candidate, FileRefused, Reading, UnknownHeaders
from payments.reconcile.models import Upload
from payments.reconcile.services.mapping import remembered
from payments.reconcile.states import UploadState

LEASE = timedelta(minutes=5)  # a reader that says nothing for so long is taken for dead
OWN_CHANNEL = "finance"  # of a table of the college's own, which names no channel
Clock = Callable[[], datetime]


def waiting(now: datetime) -> QuerySet[Upload]:
    """Files that nobody reads now but somebody should."""
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    return Upload.objects.filter(free, state__in=(UploadState.UPLOADED, UploadState.READING))


def read_upload(upload_id: int, clock: Clock) -> Upload | None:
    """Read, check and match one file; None when somebody else is at it.

    Ends in PREVIEW, MAPPING (headers nobody knows) or REFUSED. Nothing of the money changes.
    """
    upload = _claim(upload_id, clock())
    if upload is None:
        return None
    try:
        readings = _stage(upload, clock)
    except UnknownHeaders as unknown:
        _refuse(upload, unknown, UploadState.MAPPING)
    except FileRefused as refused:
        _refuse(upload, refused, UploadState.REFUSED)
    else:
        matching.match(upload.channel, clock())
        keeping.keep(upload, readings, clock())
    finally:
        if not connection.needs_rollback:
            staging.end()
    return upload


def _claim(upload_id: int, now: datetime) -> Upload | None:
    with transaction.atomic():
        rows = waiting(now).filter(pk=upload_id)
        upload = rows.select_for_update(no_key=True, of=("self",), skip_locked=True).first()
        if upload is None:
            return None
        upload.state, upload.leased_until = UploadState.READING, now + LEASE
        upload.save(update_fields=["state", "leased_until"])
    return upload


def _stage(upload: Upload, clock: Clock) -> list[Reading]:
    """Every row of every table on the stage; raises ``FileRefused``."""
    staging.begin()
    readings: list[Reading] = []
    position = 0
    told = partial(_tell, upload.pk, clock)
    for reading in _read(upload, clock()):
        _refuse_other_channel(upload, reading, is_first=not readings)
        readings.append(reading)
        places = staging.places(reading.headers, keeping.headers_of(readings))
        member = " ".join(part for part in (reading.member, reading.sheet) if part)
        position = staging.add(member, reading.blocks(), position, told, places)
    return readings


def _read(upload: Upload, now: datetime) -> Iterator[Reading]:
    return read(
        Path(default_storage.path(upload.path)),
        today=timezone.localtime(now).date(),
        mappings=remembered(),
        order_prefix=settings.ORDER_NUMBER_PREFIX,
        fee_items=settings.RECONCILE_FEE_ITEMS,
        merchants={"wechat": settings.WECHAT["MCHID"], "alipay": settings.ALIPAY["SELLER_ID"]},
    )


def _refuse_other_channel(upload: Upload, reading: Reading, *, is_first: bool) -> None:
    """A file is of one channel: that it names, that it was fetched from, or the college's own."""
    fetched = upload.day is not None
    channel = reading.channel or (upload.channel if fetched else OWN_CHANNEL)
    if is_first and not fetched:
        upload.channel = channel
    if upload.channel != channel:
        raise FileRefused("mixed_channels", "文件里有不同渠道的账单。", "每个渠道的账单分别上传。")


def _tell(upload_id: int, clock: Clock, position: int) -> None:
    until = clock() + LEASE
    rows = Upload.objects.filter(pk=upload_id, state=UploadState.READING)
    rows.update(read_rows=position, leased_until=until)


@transaction.atomic
def _refuse(upload: Upload, refused: FileRefused, state: UploadState) -> None:
    if not keeping.is_read_still(upload):
        return
    upload.state, upload.leased_until = state, None
    upload.refusal_code = refused.code[:40]
    upload.refusal, upload.remedy = refused.sentence[:300], refused.remedy[:300]
    candidates = refused.candidates if isinstance(refused, UnknownHeaders) else ()
    upload.candidates = [_plain(candidate) for candidate in candidates]
    upload.save(
        update_fields=[
            "state", "leased_until", "refusal_code", "refusal", "remedy", "candidates",
        ]
    )  # fmt: skip


def _plain(candidate: Candidate) -> dict[str, object]:
    return asdict(candidate) | {"guesses": dict(candidate.guesses)}
