"""Issue: snapshot → PDF → row."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from portal.lib.errors import DomainError
from portal.lib.picture import one_picture
from portal.records.academic_rows import academic_records
from transcripts import frozen, printing
from transcripts.document import Snapshot, snapshot
from transcripts.models import IssuedTranscript
from transcripts.options import Options


def snapshots(student_ids: Collection[int], now: datetime) -> dict[int, Snapshot]:
    """What the record says of these students now. Constant number of statements.

    Of one moment: with a course still passed by exchange and its sources given back already, a
    transcript would vouch for credits nobody ever had.
    """
    with one_picture():
        records = academic_records(student_ids, today=timezone.localdate(now))
    return {student_id: snapshot(record) for student_id, record in records.items()}


def issue(
    *, student_id: int, frozen_now: Snapshot, options: Options, actor_id: int, now: datetime
) -> IssuedTranscript:
    """Print, sign and keep one transcript.

    Raises ``DomainError``: ``transcript.self_check`` when every failed course is to be hidden,
    ``transcript.font``, ``transcript.glyph``, ``transcript.keys``.
    """
    if options.hide_failed:
        raise DomainError(
            "transcript.self_check",
            "隐去全部不及格课程的成绩单只能自查，不能作为证明。",
            advice="取消“隐去全部不及格课程”再生成。",
            status=400,
        )
    made = printing.printed(frozen_now, options, now)
    row = _row(made, options)
    row.student_id, row.issued_by_id, row.issued_at = student_id, actor_id, now
    # The file first: a row always has its file, a file without a row is only litter.
    row.file.save(f"{made.code}.pdf", ContentFile(made.pdf), save=False)
    with transaction.atomic():
        row.save(force_insert=True)
    return row


def _row(made: printing.Printed, options: Options) -> IssuedTranscript:
    """What is kept of a sheet beside its file."""
    return IssuedTranscript(
        code=made.code,
        options=options.to_json(),
        snapshot=made.snapshot,
        content_digest=made.content_digest,
        academic_print=frozen.academic_print(made.snapshot),
        source_print=printing.source_print(made.snapshot, options),
        sha256=hashlib.sha256(made.pdf).hexdigest(),
        pages=made.pages,
    )


def unchanged(
    student_ids: Collection[int], prints: Collection[str], now: datetime
) -> dict[int, IssuedTranscript]:
    """The newest issue that still holds and would look the same, by student."""
    rows = (
        IssuedTranscript.objects.filter(
            student__in=student_ids, source_print__in=prints, revoked_at=None, expires_on=None
        )
        .order_by("issued_at", "id")
        .defer("snapshot")
    )
    return {row.student_id: row for row in rows if row.issued_at <= now}
