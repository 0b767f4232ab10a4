"""The matched rows go into their table as they come, and the file gets its sums."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db import IntegrityError, connection, transaction

from payments.reconcile import matching, staging
from payments.reconcile.files.reading import Reading
from payments.reconcile.models import Upload
from payments.reconcile.staging import Lines
from payments.reconcile.states import UploadState

# The rows of a reader that hangs, or whose machine is gone, stand in nobody's way for longer; a
# large workbook may be silent for as long as its parser may work, twice that on a busy machine.
HANGS = timedelta(minutes=5)
_BEGIN = """
    SET LOCAL idle_in_transaction_session_timeout = %s;
    DELETE FROM reconcile_uploadrow WHERE upload_id = %s
"""
_COLUMNS = (*staging.LOOKED_AT, *staging.KEPT, *matching.MATCHED[1:])
_COPY = f"COPY reconcile_uploadrow ({', '.join(_COLUMNS)}) FROM STDIN"
_CORRECTIONS = """
    CREATE TEMPORARY TABLE reconcile_correction (
        position integer, word text, effect text, batch integer, receipt_id bigint) ON COMMIT DROP
"""
_CORRECT = """
    ANALYZE reconcile_correction;
    UPDATE reconcile_uploadrow r
    SET "group" = c.word, effect = c.effect, batch = c.batch, receipt_id = c.receipt_id
    FROM reconcile_correction c WHERE r.upload_id = %s AND r.position = c.position;
    DROP TABLE reconcile_correction
"""


@dataclass
class Found:
    """What is known of a file once its last row was handed on (``touching.corrections``)."""

    readings: list[Reading] = field(default_factory=list)
    groups: dict[str, list[int]] = field(default_factory=dict)
    corrections: bytes = b""  # of rows that were handed on before


def portion(lines: Lines, matched: Sequence[bytes]) -> bytes:
    """Rows as lines for their table. COPY refuses them when ``matched`` has another order."""
    heads = [b"%d\t" % position for position in range(lines.first, lines.last + 1)]
    told = map(bytes.removeprefix, matched, heads)
    return staging.joined(map(b"\t".join, zip(lines.looks, lines.rests, told, strict=True)))


def keep(
    upload: Upload, portions: Iterable[bytes], found: Found, clock: Callable[[], datetime]
) -> None:
    """Replace the rows of the file by these and show the preview: all at once, at the end.

    ``found`` is filled by whoever hands them on. Nothing once the file is read: another reader
    took this one for dead and was faster, and somebody may have confirmed what that one found.
    """
    taken = iter(portions)
    first = next(taken, b"")
    try:
        with _hurried(), transaction.atomic():
            put(upload, chain([first], taken), found)
            if is_read_still(upload):
                _show(upload, found, clock())
            else:
                transaction.set_rollback(True)
    except IntegrityError:
        if Upload.objects.filter(pk=upload.pk, state=UploadState.READING).exists():
            raise


@contextmanager
def _hurried() -> Iterator[None]:
    """As ``staging.begin``, for the session that keeps the rows."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            staging.durable()


def put(upload: Upload, portions: Iterable[bytes], found: Found) -> None:
    """Put these rows in the place of those of the file, within a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [f"{HANGS.total_seconds():.0f}s", upload.pk])
        for some in portions:
            staging.copy(_COPY, some)
        if found.corrections:
            cursor.execute(_CORRECTIONS)
            staging.copy("COPY reconcile_correction FROM STDIN", found.corrections)
            cursor.execute(_CORRECT, [upload.pk])


def _show(upload: Upload, found: Found, now: datetime) -> None:
    readings = found.readings
    upload.groups = found.groups
    upload.state, upload.leased_until, upload.matched_at = UploadState.PREVIEW, None, now
    upload.refusal_code = upload.refusal = upload.remedy = ""
    upload.candidates = []
    upload.format, upload.headers = readings[0].format, headers_of(readings)
    fields = _sums(upload, readings)
    upload.save(
        update_fields=[
            "groups", "state", "leased_until", "matched_at", "refusal_code", "refusal", "remedy",
            "candidates", "format", "headers", "channel", *fields,
        ]
    )  # fmt: skip


def headers_of(readings: Sequence[Reading]) -> list[str]:
    """The columns of a file: those of its first table, then what the others have besides."""
    return list(dict.fromkeys(chain.from_iterable(one.headers for one in readings)))


def is_read_still(upload: Upload) -> bool:
    """Whether a file waits for what its readers find; it does until the transaction ends."""
    rows = Upload.objects.select_for_update(no_key=True, of=("self",))
    return rows.filter(pk=upload.pk, state=UploadState.READING).exists()


def _sums(upload: Upload, readings: Sequence[Reading]) -> list[str]:
    """Fill in what the readings counted; returns the fields."""
    told = [reading.summary for reading in readings]
    found: dict[str, Any] = {
        "read_rows": sum(one.rows for one in told),
        "row_count": sum(one.rows for one in told),
        "payment_count": sum(one.payments for one in told),
        "payment_fen": sum(one.payments_fen for one in told),
        "refund_count": sum(one.refunds for one in told),
        "refund_fen": sum(one.refunds_fen for one in told),
        "fault_count": sum(one.faults for one in told),
        "fault_fen": sum(one.faults_fen for one in told),
        "stated": list(_stated(readings)),
        "totals_agree": _agree([one.agrees for one in told]),
    }
    firsts = [one.first_day for one in told] + [r.period[0] for r in readings if r.period]
    lasts = [one.last_day for one in told] + [r.period[1] for r in readings if r.period]
    found["first_day"] = min((day for day in [*firsts, upload.day] if day), default=None)
    found["last_day"] = max((day for day in [*lasts, upload.day] if day), default=None)
    for name, value in found.items():
        setattr(upload, name, value)
    return list(found)


def _stated(readings: Sequence[Reading]) -> Iterator[dict[str, Any]]:
    """What the tables state; where there are several, of which one."""
    for one in readings:
        table = (one.member or one.sheet) if len(readings) > 1 else ""
        yield from (asdict(stated) | {"table": table} for stated in one.summary.stated)


def _agree(answers: Iterable[bool | None]) -> bool | None:
    told = {answer for answer in answers if answer is not None}
    return None if not told else told == {True}
