"""Days of the channels: both sides, their difference, and their seal."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from payments.reconcile.models import DayClose
from payments.reconcile.sealing import Sealed, seal_of
from payments.reconcile.selectors import differences, moves
from payments.reconcile.selectors.apart import Apart, apart
from payments.reconcile.selectors.differences import Waiting
from payments.reconcile.selectors.moves import Side


@dataclass(frozen=True)
class Day:
    """One channel's day as it is now; ``_fen`` are payments minus refunds.

    ``close`` is the last seal; ``changed`` says that the day is not any more what was sealed, that
    a decision about one of its differences was taken back (``again``), or that it was sealed
    without a word and what explained its difference does no more.
    ``has_statement``: an applied file covers it. ``content``: hash of every movement of both sides.
    ``apart``: refunds that the other side has on another day.
    """

    channel: str
    day: date
    ours_count: int
    ours_fen: int
    theirs_count: int
    theirs_fen: int
    open_differences: int
    has_statement: bool
    content: str
    close: DayClose | None
    again: bool
    apart: tuple[Apart, ...]

    @property
    def difference_fen(self) -> int:
        return self.ours_fen - self.theirs_fen

    @property
    def unexplained_fen(self) -> int:
        """What is left of the difference without the refunds that stand on another day."""
        return self.difference_fen - sum(one.fen for one in self.apart)

    @property
    def is_even(self) -> bool:
        """Nothing is left of the difference, neither in money nor in number."""
        count = self.ours_count - self.theirs_count - sum(one.count for one in self.apart)
        return not self.unexplained_fen and not count

    @property
    def changed(self) -> bool:
        close = self.close
        return close is not None and (
            self.again
            or close.content != self.content
            or not holds(close)
            or (not close.note and self.unexplained_fen != 0)
        )

    @property
    def is_sealed(self) -> bool:
        """Closed, and still as it was closed."""
        return self.close is not None and not self.changed


def days(
    channels: Sequence[str],
    first: date,
    last: date,
    now: datetime,
    *,
    waiting: Mapping[tuple[str, date], Waiting] | None = None,
) -> list[Day]:
    """Every day of every channel, oldest first; a constant number of statements.

    ``waiting`` is what ``differences.by_day`` has told whoever asked it already.
    """
    sides = moves.sides(channels, first, last)
    covered = moves.covered(channels, first, last)
    closes = _closes(channels, first, last)
    if waiting is None:
        waiting = differences.by_day(now)
    refunds = apart(channels, first, last)
    keys = [
        (channel, first + timedelta(days=offset))
        for offset in range((last - first).days + 1)
        for channel in channels
    ]
    return [
        _day(
            *key,
            sides.get((*key, "ours"), Side()),
            sides.get((*key, "theirs"), Side()),
            waiting.get(key, Waiting()),
            key in covered,
            closes.get(key),
            tuple(refunds.get(key, ())),
        )
        for key in keys
    ]


def unsealed_days(
    channels: Sequence[str],
    first: date,
    last: date,
    now: datetime,
    *,
    waiting: Mapping[tuple[str, date], Waiting] | None = None,
) -> list[Day]:
    """The days among them that are not closed, or changed since."""
    found = days(channels, first, last, now, waiting=waiting)
    return [day for day in found if not day.is_sealed]


def _closes(channels: Sequence[str], first: date, last: date) -> dict[tuple[str, date], DayClose]:
    rows = DayClose.objects.filter(channel__in=channels, day__range=(first, last))
    return {
        (row.channel, row.day): row for row in rows.select_related("sealed_by").order_by("revision")
    }


def _day(
    channel: str,
    day: date,
    ours: Side,
    theirs: Side,
    waiting: Waiting,
    has_statement: bool,
    close: DayClose | None,
    refunds: tuple[Apart, ...],
) -> Day:
    content = hashlib.sha256(f"{ours.content}|{theirs.content}".encode()).hexdigest()
    return Day(
        channel=channel,
        day=day,
        ours_count=ours.count,
        ours_fen=ours.fen,
        theirs_count=theirs.count,
        theirs_fen=theirs.fen,
        open_differences=waiting.number,
        has_statement=has_statement,
        content=content,
        close=close,
        again=waiting.again,
        apart=refunds,
    )


def holds(close: DayClose) -> bool:
    """The row of a seal is still what was sealed."""
    return seal_of(close.previous, sealed(close)) == close.seal


def sealed(close: DayClose) -> Sealed:
    """What the seal of a row vouches for."""
    return Sealed(
        channel=close.channel,
        day=close.day,
        revision=close.revision,
        sequence=close.sequence,
        ours_count=close.ours_count,
        ours_fen=close.ours_fen,
        theirs_count=close.theirs_count,
        theirs_fen=close.theirs_fen,
        difference_count=close.difference_count,
        note=close.note,
        content=close.content,
        sealed_by=close.sealed_by_id,
        sealed_at=close.sealed_at,
    )


def broken_chains() -> list[DayClose]:
    """Seals of any channel that do not follow from the one before: somebody changed the table
    itself.
    """
    broken, last = [], dict[str, str]()
    for close in DayClose.objects.order_by("channel", "sequence"):
        if close.previous != last.get(close.channel, "") or not holds(close):
            broken.append(close)
        last[close.channel] = close.seal
    return broken
