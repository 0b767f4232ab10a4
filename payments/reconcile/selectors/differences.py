"""Differences nobody has decided yet: for finance's work list, and for a round's verification."""

from dataclasses import dataclass
from datetime import datetime

from payments.reconcile.states import Group


@dataclass(frozen=True)
class Difference:
    """One thing that does not fit: a row of a file (``row_id``), or a receipt of ours that no
    file lists (``receipt_id``, ``group`` None). ``text`` says what, in Chinese.
    """

    group: Group | None
    text: str
    order_number: str
    amount_fen: int
    since: datetime
    row_id: int | None = None
    upload_id: int | None = None
    receipt_id: int | None = None


def open_differences(group: str, now: datetime) -> list[Difference]:
    """Undecided differences that touch charges of this group (``retake:round:7``)."""
    raise NotImplementedError


def warnings(now: datetime) -> list[Difference]:
    """Undecided differences that touch no charge at all: they warn, they block nothing."""
    raise NotImplementedError


def work_list(now: datetime) -> list[Difference]:
    """Everything undecided, oldest first, at most a thousand."""
    raise NotImplementedError
