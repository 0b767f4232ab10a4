"""The running hash over closed days. Pure."""

import hashlib
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime


@dataclass(frozen=True)
class Sealed:
    """Everything that a seal vouches for."""

    channel: str
    day: date
    revision: int
    sequence: int
    ours_count: int
    ours_fen: int
    theirs_count: int
    theirs_fen: int
    difference_count: int
    note: str
    content: str
    sealed_by: int | None
    sealed_at: datetime


def seal_of(previous: str, sealed: Sealed) -> str:
    """SHA-256 over the channel's seal before and this one's facts, in hexadecimal."""
    words = [previous, *(_word(value) for value in astuple(sealed))]
    return hashlib.sha256("\x1f".join(words).encode()).hexdigest()


def _word(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)
