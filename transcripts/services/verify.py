"""Answering whoever holds the paper."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from portal.lib import masking
from transcripts import frozen, printing
from transcripts.codes import normal
from transcripts.models import IssuedTranscript, TranscriptCheck
from transcripts.options import read_options
from transcripts.services.issue import snapshots
from transcripts.sheet import Sheet
from transcripts.states import CheckWay


@dataclass(frozen=True)
class Verdict:
    """What is said about a code that exists."""

    row: IssuedTranscript
    sheet: Sheet | None  # None once revoked or expired
    name: str  # masked
    number: str
    is_newest: bool

    @property
    def holds(self) -> bool:
        return self.sheet is not None


def look_up(written: str, now: datetime) -> IssuedTranscript | None:
    """The transcript with this code. Malformed codes take the same way as unknown ones."""
    rows = IssuedTranscript.objects.select_related("student")
    row = rows.filter(code=normal(written)).first()
    return row if row is not None and row.issued_at <= now else None


def verdict(row: IssuedTranscript, now: datetime) -> Verdict:
    """What the page shows: the frozen rows, masked, or why they are not shown."""
    today = timezone.localdate(now)
    then, options = frozen.from_json(row.snapshot), read_options(row.options)
    current = snapshots([row.student_id], now)[row.student_id]
    return Verdict(
        row=row,
        sheet=printing.sheet(then, options) if _holds(row, today) else None,
        name=masking.name(then.person.name),
        number=masking.number(then.person.number),
        is_newest=frozen.academic_print(frozen.to_json(current)) == row.academic_print,
    )


def _holds(row: IssuedTranscript, today: date) -> bool:
    return row.revoked_at is None and (row.expires_on is None or row.expires_on >= today)


def note_page(row: IssuedTranscript, now: datetime) -> None:
    """The student sees that somebody looked."""
    TranscriptCheck.objects.create(transcript=row, checked_at=now, way=CheckWay.PAGE)


def compare(row: IssuedTranscript, pdf: bytes, now: datetime) -> bool:
    """Tell whether this file is the one that was issued, byte by byte, and note it."""
    same = hashlib.sha256(pdf).hexdigest() == row.sha256
    TranscriptCheck.objects.create(
        transcript=row, checked_at=now, way=CheckWay.SAME if same else CheckWay.DIFFERENT
    )
    return same
