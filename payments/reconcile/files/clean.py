"""Certain payments of one block, column by column: a file has a million of them, and nine of ten
go to the database without ever being a ``FileRow``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import repeat

from payments.reconcile.files.row import Fault, FileRow, RowKind


@dataclass(frozen=True, slots=True)
class CleanRows:
    """What ``FileRow`` says of each row; every column has as many entries as there are rows.

    ``moments`` are ISO times with their zone, "" for none. ``days``: the first and the last.
    """

    places: Sequence[int]
    order_numbers: Sequence[str]
    trade_numbers: Sequence[str]
    fens: Sequence[int]
    moments: Sequence[str]
    on_days: Sequence[bool]
    names: Sequence[str]
    numbers: Sequence[str]
    titles: Sequence[str]
    raws: Sequence[Sequence[str]]

    def __len__(self) -> int:
        return len(self.fens)

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day of them; None where the file tells none."""
        told = list(filter(None, self.moments))
        if not told:
            return None
        return date.fromisoformat(min(told)[:10]), date.fromisoformat(max(told)[:10])

    def __iter__(self) -> Iterator[FileRow]:
        """One by one."""
        return map(
            FileRow,
            self.places,
            repeat(RowKind.PAYMENT),
            self.order_numbers,
            self.fens,
            map(_moment, self.moments),
            map(tuple, self.raws),
            self.trade_numbers,
            repeat(""),
            repeat(""),
            self.names,
            self.numbers,
            self.titles,
            self.on_days,
        )


Rows = CleanRows | list[FileRow | Fault]  # of one block: clean as a whole, or looked at one by one


def _moment(told: str) -> datetime | None:
    return datetime.fromisoformat(told) if told else None
