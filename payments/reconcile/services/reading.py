"""From the kept file to its preview. Runs in the background, and again after a kill."""

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from payments.reconcile import keeping, staging, touching
from payments.reconcile.ahead import ahead
from payments.reconcile.files.read import read
from payments.reconcile.files.reading import Reading
from payments.reconcile.files.row import Candidate, FileRefused, UnknownHeaders
from payments.reconcile.keeping import Found
from payments.reconcile.matching import Matching
from payments.reconcile.models import Upload
from payments.reconcile.models.uploads import LEASE
from payments.reconcile.repeats import Repeats
from payments.reconcile.services.mapping import remembered
from payments.reconcile.staging import Lines
from payments.reconcile.states import UploadState

OWN_CHANNEL = "finance"  # of a table of the college's own, which names no channel
Clock = Callable[[], datetime]
Portions = Generator[bytes, None, None]


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
    found = Found()
    try:
        with _beside(_matched(upload, found, clock)) as portions:
            keeping.keep(upload, portions, found, clock)
    except UnknownHeaders as unknown:
        _refuse(upload, unknown, UploadState.MAPPING)
    except FileRefused as refused:
        _refuse(upload, refused, UploadState.REFUSED)
    return upload


def _beside(portions: Portions) -> AbstractContextManager[Iterator[bytes]]:
    """Matching has a session of its own, so that two processors work and progress is seen.

    Within a transaction another session would not see what ours wrote: there one follows the other.
    """
    return nullcontext(iter(list(portions))) if connection.in_atomic_block else ahead(portions)


def _claim(upload_id: int, now: datetime) -> Upload | None:
    with transaction.atomic():
        rows = waiting(now).filter(pk=upload_id)
        upload = rows.select_for_update(no_key=True, of=("self",), skip_locked=True).first()
        if upload is None:
            return None
        upload.state, upload.leased_until = UploadState.READING, now + LEASE
        upload.save(update_fields=["state", "leased_until"])
    return upload


def _matched(upload: Upload, found: Found, clock: Clock) -> Portions:
    """The rows with what they mean, some thousand at a time; raises ``FileRefused``.

    Empty ones in between only say that somebody is at work.
    """
    seen = Repeats()
    matching: Matching | None = None
    staging.begin()
    try:
        with ahead(_lines(upload, found, _read(upload, clock()), seen)) as read_:
            for lines in read_:
                matching = matching or Matching(upload.channel)  # known with the first table
                yield keeping.portion(lines, matching.some(lines.looks))
                _tell(upload.pk, clock, lines.last)
        last = sum(one.summary.rows for one in found.readings)
        for _ in touching.finish(upload.channel, clock(), repeats=seen.possible):
            yield b""
            _tell(upload.pk, clock, last)
        found.groups, found.corrections = touching.groups(), touching.corrections()
    finally:
        if not connection.needs_rollback:
            staging.end()


def _lines(
    upload: Upload, found: Found, readings: Iterator[Reading], seen: Repeats
) -> Generator[Lines, None, None]:
    """Every row of every table, read ahead of the database."""
    position = 0
    for reading in readings:
        _refuse_other_channel(upload, reading, is_first=not found.readings)
        found.readings.append(reading)
        places = staging.places(reading.headers, keeping.headers_of(found.readings))
        member = " ".join(part for part in (reading.member, reading.sheet) if part)
        table = staging.Table(upload.pk, member, places)
        for lines in staging.lines(table, reading.blocks(), position, seen):
            position = lines.last
            yield lines


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
