"""From chosen rows to pages of three columns. Pure.

A term's head always has rows below it, on every column and page: when a term has to be divided,
its head is repeated with （续）.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from transcripts.breaking import Advance, broken, tabbed
from transcripts.paper import Geometry

TOGETHER = 2  # rows a head takes along


@dataclass(frozen=True)
class Row:
    """One entry: its cells as given, and the lines they are set in."""

    cells: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """A head and its rows; without a head, one line that ends the sheet."""

    head: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass
class Block:
    """The part of a group that stands in one column."""

    head: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(line for row in self.rows for line in row.lines)


Column = list[Block]
Page = list[Column]


def set_row(cells: Sequence[str], paper: Geometry, advance: Advance) -> Row:
    """Break every cell to its own width; ``\\n`` in a cell separates two languages."""
    stacks = [
        [
            line
            for part in cell.split("\n")
            for line in broken(part, paper.width(number), paper.em, advance)
        ]
        for number, cell in enumerate(cells)
    ]
    height = max(map(len, stacks))
    full = [stack + [""] * (height - len(stack)) for stack in stacks]
    lines = tuple(tabbed(line, paper, advance) for line in zip(*full, strict=True))
    return Row(tuple(cells), lines)


def set_head(text: str, paper: Geometry, advance: Advance) -> tuple[str, ...]:
    """A head, in as many lines as it needs."""
    return broken(text, paper.line - paper.em, paper.em, advance)


def pages(groups: Iterable[Group], paper: Geometry, continued: str) -> list[Page]:
    """Fill columns, then pages. No groups: one page of empty columns."""
    columns = list(_columns(groups, paper.lines, continued)) or [[]]
    while len(columns) % paper.columns:
        columns.append([])
    return [columns[at : at + paper.columns] for at in range(0, len(columns), paper.columns)]


def _columns(groups: Iterable[Group], height: int, continued: str) -> Iterator[Column]:
    column: Column = []
    left = height
    for group in groups:
        head = group.head
        start = len(head) + sum(len(row.lines) for row in group.rows[:TOGETHER])
        block: Block | None = None
        for row in group.rows:
            needed = len(row.lines) if block else max(start, len(head) + len(row.lines))
            if column and needed > left:
                yield column
                column, left = [], height
                if block is not None and head:
                    head = (*head[:-1], head[-1] + continued)
                block = None
            if block is None:
                block = Block(head)
                column.append(block)
                left -= len(head)
            block.rows.append(row)
            left -= len(row.lines)
    if column:
        yield column
