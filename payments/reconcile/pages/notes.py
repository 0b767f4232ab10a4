"""What several pages of a file say: a sum of rows, and a sentence to read before confirming."""

from dataclasses import dataclass

from portal.lib.status import Tone


@dataclass(frozen=True)
class Sums:
    """Some rows of a file: how many and how much."""

    count: int
    fen: int


@dataclass(frozen=True)
class Note:
    """Something to know before confirming."""

    tone: Tone
    icon: str
    text: str
    href: str = ""
