"""A preview held against the books again, from its rows as kept: the file is not read anew.

Between a preview and the yes to it, callbacks settle orders and other files are applied. The rows
go through the same matching once more; where one of them means something else now, the preview is
made new.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from payments.reconcile import staging, touching
from payments.reconcile.matching import Matching
from payments.reconcile.models import Upload

# Only what matching looks at.
_STAGE = """
    INSERT INTO reconcile_stage
    SELECT position, kind, order_number, trade_number, amount_fen, moved_at, payer_name,
        payer_number
    FROM reconcile_uploadrow WHERE upload_id = %s
"""
# Rows that were applied before somebody stopped it stay what they were.
_BEGUN = """
    DELETE FROM reconcile_verdict v USING reconcile_rowoutcome o, reconcile_uploadrow r
    WHERE o.upload_id = %s AND r.id = o.row_id AND r.position = v.position
"""
_MOVED = """
    SELECT count(*) FROM reconcile_uploadrow r JOIN reconcile_verdict v USING (position)
    WHERE r.upload_id = %s AND (r."group", r.effect) IS DISTINCT FROM (v.word, v.effect)
"""
_RENEW = """
    UPDATE reconcile_uploadrow r SET
        "group" = v.word, effect = v.effect, order_id = v.order_id, receipt_id = v.receipt_id,
        name_differs = v.name_differs, number_differs = v.number_differs, batch = v.batch
    FROM reconcile_verdict v
    WHERE r.upload_id = %s AND r.position = v.position
"""
_GROUPS = """
    SELECT "group", count(*), coalesce(sum(amount_fen), 0)::bigint
    FROM reconcile_uploadrow WHERE upload_id = %s GROUP BY 1
"""


@dataclass(frozen=True)
class Rematch:
    """The rows of a file matched anew, beside those of its preview. ``of``: which preview."""

    of: datetime | None

    def renew(self, upload: Upload, now: datetime) -> int:
        """Make the preview of a locked file true; returns how many rows mean something else now.

        None does: nothing is written. Somebody else has made a newer preview: that one stays.
        """
        if upload.matched_at != self.of:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(_MOVED, [upload.pk])
            (moved,) = cursor.fetchone()
            if not moved:
                return 0
            cursor.execute(_RENEW, [upload.pk])
            cursor.execute(_GROUPS, [upload.pk])
            upload.groups = {word: [count, fen] for word, count, fen in cursor.fetchall()}
        upload.matched_at = now
        upload.save(update_fields=["groups", "matched_at"])
        return int(moved)


@contextmanager
def rematched(upload: Upload, now: datetime) -> Iterator[Rematch]:
    """Match the rows of a file as things stand now. Outside of any transaction: what rows that
    touch each other come to is worked out under the locks of settling.
    """
    staging.begin()
    try:
        with connection.cursor() as cursor:
            cursor.execute(_STAGE, [upload.pk])
            Matching(upload.channel).staged()
            for _ in touching.finish(upload.channel, now, repeats=True):
                pass
            cursor.execute(_BEGUN, [upload.pk])
        staging.durable()
        yield Rematch(upload.matched_at)
    finally:
        if not connection.needs_rollback:
            staging.end()
