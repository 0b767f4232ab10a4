"""What every kind of file comes down to: tables, streamed in blocks of rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from payments.reconcile.files.cells import Cell

BLOCK = 500  # rows checked at once; a dirty cell sends its block the slow way

Row = list[Cell]
Column = Sequence[Cell]
Place = int
Placed = tuple[Place, Row]


class Block:
    """Rows and where they stand in the file, from 1. Cells that came column by column stay so until
    somebody looks at the rows.
    """

    def __init__(
        self,
        places: list[int] | range,
        rows: list[Row] | None = None,
        columns: Sequence[Column] = (),
    ) -> None:
        self.places = places
        self._columns = columns
        if rows is not None:
            self.rows = rows

    def __len__(self) -> int:
        return len(self.places)

    @cached_property
    def rows(self) -> list[Row]:
        """Row by row."""
        return list(map(list, zip(*self._columns, strict=True)))

    def columns(self, wide: int) -> Sequence[Column] | None:
        """Column by column; None unless every row has this many cells."""
        if self._columns:
            return self._columns if len(self._columns) == wide else None
        same = set(map(len, self.rows)) == {wide}
        return list(zip(*self.rows, strict=True)) if same else None

    def column(self, at: int) -> Column:
        """One column of rows that all have it."""
        return self._columns[at] if self._columns else [row[at] for row in self.rows]

    def parts(self, size: int) -> "Iterator[Block]":
        """The same rows in smaller blocks."""
        for at in range(0, len(self), size):
            yield Block(self.places[at : at + size], self.rows[at : at + size])


@dataclass
class Table:
    """A sheet, or a member of a zip; ``blocks`` are read once.

    ``exact`` is True for text, where a row of another width than its header is a broken one; a
    sheet's rows all have one width.
    """

    blocks: Iterator[Block]
    member: str = ""
    sheet: str = ""
    exact: bool = field(default=False)


def in_blocks(rows: Iterable[Placed]) -> Iterator[Block]:
    """Rows that come one by one."""
    places: list[int] = []
    block: list[Row] = []
    for place, row in rows:
        places.append(place)
        block.append(row)
        if len(block) == BLOCK:
            yield Block(places, block)
            places, block = [], []
    if block:
        yield Block(places, block)
