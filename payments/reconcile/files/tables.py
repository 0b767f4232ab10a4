"""What every kind of file comes down to: tables, streamed in blocks of rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from payments.reconcile.files.cells import Cell

BLOCK = 500  # rows checked at once; a dirty cell sends its block the slow way

Row = list[Cell]
Place = int
Placed = tuple[Place, Row]


@dataclass(frozen=True)
class Block:
    """Rows and where they stand in the file, from 1."""

    places: list[int] | range
    rows: list[Row]

    def parts(self, size: int) -> "Iterator[Block]":
        """The same rows in smaller blocks."""
        for at in range(0, len(self.rows), size):
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
