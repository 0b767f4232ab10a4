"""The matched rows move from the stage into their table, and the file gets its sums."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import connection, transaction

from payments.reconcile.files.row import Reading
from payments.reconcile.models import Upload
from payments.reconcile.states import UploadState

_CLEAR = "DELETE FROM reconcile_uploadrow WHERE upload_id = %s"
_KEEP = """
    INSERT INTO reconcile_uploadrow (
        upload_id, position, member, place, kind, order_number, trade_number, amount_fen, moved_at,
        refund_number, refund_trade_number, payer_name, payer_number, title, cells, faults,
        "group", effect, order_id, receipt_id, name_differs, number_differs, batch)
    SELECT %s, s.position, left(s.member, 200), s.place, s.kind, left(s.order_number, 64),
        s.trade_number, s.amount_fen, s.moved_at, s.refund_number, s.refund_trade_number,
        left(s.payer_name, 100), left(s.payer_number, 64), left(s.title, 200), s.cells, s.faults,
        m.word, m.effect, m.order_id, m.receipt_id, m.name_differs, m.number_differs, m.batch
    FROM reconcile_stage s JOIN reconcile_matched m USING (position)
"""
_GROUPS = """
    SELECT word, count(*), coalesce(sum(amount_fen), 0)::bigint FROM reconcile_matched GROUP BY 1
"""


@transaction.atomic
def keep(upload: Upload, readings: Sequence[Reading], now: datetime) -> None:
    """Replace the rows of the file by the staged ones and show the preview.

    Nothing once the file is read: another reader took this one for dead and was faster, and
    somebody may have confirmed what that one found.
    """
    if not is_read_still(upload):
        return
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR, [upload.pk])
        cursor.execute(_KEEP, [upload.pk])
        cursor.execute(_GROUPS)
        upload.groups = {word: [count, fen] for word, count, fen in cursor.fetchall()}
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
