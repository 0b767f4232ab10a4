"""The end of an application: refunds, sums, the workbook."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from itertools import islice

from django.db import connection, transaction

from payments.gateways.base import StatementRefund
from payments.reconcile import workbook
from payments.reconcile.files.row import FileFormat
from payments.reconcile.models import RowOutcome, Upload, UploadRow
from payments.reconcile.services import notices
from payments.reconcile.states import Effect, EntryKind, Group, UploadState
from payments.services import refund_rows
from payments.services.refund_rows import RefundNews, RefundOutcome
from portal.inbox import services as inbox

AT_A_TIME = 200
# WeChat lists a refund when it took it on and never again.
_ONLY_LISTED = (FileFormat.WECHAT,)
_OUTCOMES = """
    SELECT coalesce(o."group", r."group"), count(*), coalesce(sum(r.amount_fen), 0)::bigint
    FROM reconcile_uploadrow r LEFT JOIN reconcile_rowoutcome o ON o.row_id = r.id
    WHERE r.upload_id = %s GROUP BY 1
"""


def finish(upload_id: int, now: datetime, *, incomplete: bool) -> dict[str, str]:
    """Digest the refunds, write the workbook, mark the file as applied; may be repeated.

    ``incomplete``: some rows could not be applied, so the file goes back to its preview.
    """
    upload = Upload.objects.get(pk=upload_id)
    if upload.state != UploadState.APPLYING:
        return {}
    if incomplete:
        _close(upload, UploadState.PREVIEW, "", now)
        return {}
    _note_refunds(upload, now)
    path = workbook.write(upload)
    _close(upload, UploadState.APPLIED, path, now)
    return {workbook.NAME: path}


def _close(upload: Upload, state: UploadState, path: str, now: datetime) -> None:
    with transaction.atomic():
        locked = Upload.objects.select_for_update(no_key=True, of=("self",)).get(pk=upload.pk)
        if locked.state != UploadState.APPLYING:
            return
        locked.state, locked.result_path = state, path
        locked.outcomes = outcomes(upload)
        locked.applied_at = now if state is UploadState.APPLIED else None
        locked.save(update_fields=["state", "result_path", "outcomes", "applied_at"])
        if state is UploadState.APPLIED:
            inbox.send(notices.applied(locked), now)


def outcomes(upload: Upload) -> dict[str, list[int]]:
    """Group → rows, fen: what came of the rows so far."""
    with connection.cursor() as cursor:
        cursor.execute(_OUTCOMES, [upload.pk])
        return {group: [count, fen] for group, count, fen in cursor.fetchall()}


def _note_refunds(upload: Upload, now: datetime) -> None:
    rows = UploadRow.objects.filter(upload=upload, kind=EntryKind.REFUND, outcome=None)
    remaining = rows.order_by("position").iterator(chunk_size=AT_A_TIME)
    while some := list(islice(remaining, AT_A_TIME)):
        told = [_refund(upload, row) for row in some]
        refund_rows.note_rows(upload.channel, told, now, partial(_write, upload, some, now))


def _refund(upload: Upload, row: UploadRow) -> StatementRefund:
    return StatementRefund(
        number=row.order_number,
        trade_number=row.trade_number,
        refund_number=row.refund_number,
        refund_trade_number=row.refund_trade_number,
        amount_fen=row.amount_fen or 0,
        moved_at=row.moved_at or upload.uploaded_at,
        raw=row.cells,
        has_arrived=upload.format not in _ONLY_LISTED,
    )


def _write(
    upload: Upload, rows: Sequence[UploadRow], now: datetime, place: int, one: RefundOutcome
) -> None:
    RowOutcome.objects.bulk_create(
        [
            RowOutcome(
                row=rows[place],
                upload=upload,
                group=Group.REFUND if one.reason is None else Group.STRAY,
                effect=_EFFECTS.get(one.news, Effect.NONE),
                applied_at=now,
            )
        ],
        ignore_conflicts=True,  # a worker taken for dead may have been faster after all
    )


_EFFECTS = {RefundNews.ARRIVED: Effect.PAID_BACK, RefundNews.TAKEN_ON: Effect.TAKEN_ON}
