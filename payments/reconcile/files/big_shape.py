"""Rows of a large sheet that all have one shape, read a chunk at a time.

A program writes every row of a table alike: the same columns, types and styles. One pattern made
from a row then finds whole rows instead of single cells, and their columns are converted at once;
it takes a third of the time. Where it does not account for every row of a chunk, ``big_sheet``
looks at the cells.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from payments.reconcile.files.cells import Cell
from payments.reconcile.files.tables import Block

Values = Sequence[str]
Converter = Callable[[Values], Sequence[Cell]]

_ROW = re.compile(r"<row [^>]*>(.*)</row>", re.DOTALL)
_CELL = re.compile(
    r'<c r="(?P<column>[A-Z]{1,3})\d{1,7}"(?P<style> s="\d{1,5}")?'
    r'(?P<kind> t="(?:s|str|n|inlineStr)")?(?:/>|>'
    r'(?:(?P<open><v>|<is><t(?: xml:space="preserve")?>)[^<]*(?:</v>|</t></is>))?</c>)'
)


@dataclass(frozen=True)
class Shape:
    """The pattern of a row, and for each of its cells the column, style and type."""

    pattern: re.Pattern[str]
    cells: tuple[tuple[str, str, str], ...]

    def rows(self, part: str) -> list[Values] | None:
        """Row number and values of every row, or None when one has another shape."""
        found = self.pattern.findall(part)
        return found if len(found) == part.count("<row") else None


def of_last_row(part: str) -> Shape | None:
    """The shape of a chunk's last row, None when it holds what cannot be told in advance."""
    row = _ROW.fullmatch(part[part.rfind("<row ") : part.rfind("</row>") + len("</row>")])
    found = list(_CELL.finditer(row[1])) if row else []
    if row is None or not found or sum(len(one[0]) for one in found) != len(row[1]):
        return None
    cells = tuple((one["column"], _quoted(one["style"]), _quoted(one["kind"])) for one in found)
    pattern = "".join(_optional(one) for one in found)
    return Shape(re.compile(rf'<row r="(\d{{1,7}})"[^>]*>{pattern}</row>'), cells)


def _quoted(attribute: str | None) -> str:
    """``s`` of `` t="s"``."""
    return attribute.split('"')[1] if attribute else ""


def _optional(cell: re.Match[str]) -> str:
    """The cell in another row, which may be without it or without a value."""
    style, kind = cell["style"] or "", cell["kind"] or ""
    inline = kind == ' t="inlineStr"'
    opened = cell["open"] or ("<is><t>" if inline else "<v>")
    closed = "</t></is>" if opened.startswith("<is>") else "</v>"
    value = r"\d+" if kind == ' t="s"' else "[^<]*"
    told = f"{re.escape(opened)}({value}){closed}"
    begins = rf'<c r="{cell["column"]}\1"{re.escape(style)}'
    return rf"(?:{begins}(?:/>|{re.escape(kind)}(?:/>|>(?:{told})?</c>)))?"


def block(rows: Sequence[Values], columns: dict[int, Converter], wide: int) -> Block:
    """The rows as cells: ``columns`` says where each value stands and what it becomes."""
    places, *values = zip(*rows, strict=True)
    empty: Sequence[Cell] = [""] * len(rows)
    whole: list[Sequence[Cell]] = [empty] * wide
    for (at, convert), column in zip(columns.items(), values, strict=True):
        whole[at] = convert(column)
    return Block(list(map(int, places)), columns=whole)
