"""Applying a preview in the background: a runner of ``portal.jobs``, batch by batch.

Rows that could influence each other are in one batch, so batches may run in any order and beside
each other. A batch, with what is written down of it, is one transaction: a kill repeats nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from payments.book import Arrival
from payments.book import Outcome as Settled
from payments.reconcile import finishing
from payments.reconcile.collecting import collecting_seldom
from payments.reconcile.grouping import grouped
from payments.reconcile.models import Upload, UploadRow
from payments.reconcile.states import Group, UploadState
from payments.services.settle import settle
from payments.states import MessageKind
from portal.jobs.models import Job
from portal.jobs.runners import Outcome
from portal.jobs.states import ItemState

KIND = "reconcile"
STOPPED = "这次入账已停止。"
_MESSAGES = """
    INSERT INTO payments_gatewaymessage
        (channel, kind, order_number, body, refusal, received_at)
    SELECT %s, %s, order_number, cells, '', %s
    FROM reconcile_uploadrow WHERE id = ANY(%s) ORDER BY position
    RETURNING id
"""
# A model of each row and a statement with six values of each cost the worker a sixth of its time. A
# worker taken for dead may have been faster after all.
_OUTCOMES = """
    INSERT INTO reconcile_rowoutcome (upload_id, applied_at, row_id, "group", effect, receipt_id)
    SELECT %s, %s, row_id, word, effect, receipt_id
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[])
        AS told (row_id, word, effect, receipt_id)
    ON CONFLICT DO NOTHING
"""
_STATE = "SELECT state FROM reconcile_upload WHERE id = %s FOR SHARE"


class Stopped(Exception):
    """Somebody stopped the application between two batches: this one is not begun."""


class Application:
    """Items are the batches of a file."""

    chunk = 1

    def run(self, job: Job, keys: Sequence[str], now: datetime) -> Mapping[str, Outcome]:
        """Settle the rows of these batches that are not settled yet."""
        upload = Upload.objects.get(pk=job.params["upload"])
        return {key: _outcome(upload, int(key), now) for key in keys}

    def finish(self, job: Job, now: datetime) -> dict[str, str]:
        """The refunds, then the workbook; back to the preview when a batch could not be done."""
        failed = job.items.filter(state=ItemState.FAILED).exists()
        return finishing.finish(job.params["upload"], now, incomplete=failed)


def _outcome(upload: Upload, batch: int, now: datetime) -> Outcome:
    try:
        return Outcome(ok=True, result=str(apply_batch(upload, batch, now)))
    except Stopped:
        return Outcome(ok=False, note=STOPPED)


@collecting_seldom()
def apply_batch(upload: Upload, batch: int, now: datetime) -> int:
    """Settle one batch; returns how many rows. Done before, it does nothing."""
    rows = list(
        UploadRow.objects.filter(upload=upload, batch=batch, outcome=None)
        .order_by("position")
        .only("order_number", "trade_number", "amount_fen", "moved_at")
    )
    if not rows:
        return 0
    arrivals = _arrivals(upload, rows, now)
    settle(arrivals, now, lambda outcomes: _note(upload, rows, outcomes, now))
    return len(rows)


def _arrivals(upload: Upload, rows: Sequence[UploadRow], now: datetime) -> list[Arrival]:
    kind = MessageKind.STATEMENT
    with connection.cursor() as cursor:
        cursor.execute(_MESSAGES, [upload.channel, kind, now, [row.pk for row in rows]])
        messages = [pk for (pk,) in cursor.fetchall()]
    return [
        Arrival(
            channel=upload.channel,
            order_number=row.order_number,
            trade_number=row.trade_number,
            amount_fen=row.amount_fen or 0,
            paid_at=row.moved_at or upload.uploaded_at,
            kind=kind,
            message_id=message,
        )
        for row, message in zip(rows, messages, strict=True)
    ]


def _note(
    upload: Upload, rows: Sequence[UploadRow], outcomes: Sequence[Settled], now: datetime
) -> None:
    """Write down what became of the rows, in the transaction that settles them."""
    told = [
        (row.pk, str(group), str(effect), _receipt_id(group, outcome))
        for row, outcome, (group, effect) in zip(rows, outcomes, grouped(outcomes), strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [upload.pk])
        (state,) = cursor.fetchone()
        if state != UploadState.APPLYING:
            raise Stopped
        cursor.execute(_OUTCOMES, [upload.pk, now, *map(list, zip(*told, strict=True))])


def _receipt_id(group: Group, outcome: Settled) -> int | None:
    """The money of the row; a conflict is about another's."""
    if group is Group.CONFLICT or outcome.receipt is None:
        return None
    return outcome.receipt.receipt_id
