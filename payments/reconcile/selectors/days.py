"""Days of the channels: both sides, their difference, and their seal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from payments.reconcile.models import DayClose


@dataclass(frozen=True)
class Day:
    """One channel's day as it is now. ``net`` amounts in fen: payments minus refunds.

    ``close`` is the last seal; ``changed`` says that the day is not any more what was sealed.
    ``has_statement``: an applied file covers it.
    """

    channel: str
    day: date
    ours_count: int
    ours_fen: int
    theirs_count: int
    theirs_fen: int
    open_differences: int
    has_statement: bool
    close: DayClose | None
    changed: bool

    @property
    def difference_fen(self) -> int:
        return self.ours_fen - self.theirs_fen

    @property
    def is_sealed(self) -> bool:
        """Closed, and still as it was closed."""
        return self.close is not None and not self.changed


def days(channels: Sequence[str], first: date, last: date) -> list[Day]:
    """Every day of every channel, oldest first; a constant number of statements."""
    raise NotImplementedError


def unsealed_days(channels: Sequence[str], first: date, last: date) -> list[Day]:
    """The days among them that are not closed, or changed since."""
    return [day for day in days(channels, first, last) if not day.is_sealed]
