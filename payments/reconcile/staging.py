"""Rows of a file as lines that COPY takes, and the tables of one session they are matched in."""

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.db import connection

from payments.reconcile.collecting import collecting_seldom
from payments.reconcile.files.clean import CleanRows, Rows
from payments.reconcile.files.row import Fault, FileRow
from payments.reconcile.models.rows import CELL_BREAK
from payments.reconcile.repeats import Repeats
from payments.reconcile.states import EntryKind

AT_A_TIME = 20_000
# Enough for the hashes of 100,000 rows, and a million stay below 300 MB. Statistics say
# whether a file is large, and need no tens of thousands of samples for that. A block of rows is
# few beside the books: their pages are in memory, and looked up rather than read through.
_TABLES = "reconcile_stage, reconcile_verdict, reconcile_told, reconcile_unnamed"
_CREATE = """
    SET synchronous_commit = off;
    SET work_mem = '32MB';
    SET default_statistics_target = 10;
    SET random_page_cost = 1.1;
    CREATE TEMPORARY TABLE reconcile_stage (
        position integer NOT NULL, kind text NOT NULL, order_number text NOT NULL,
        trade_number text NOT NULL, amount_fen bigint, moved_at timestamptz,
        payer_name text NOT NULL, payer_number text NOT NULL);
    CREATE TEMPORARY TABLE reconcile_verdict (
        position integer, order_number text, trade_number text, amount_fen bigint,
        moved_at timestamptz, order_id bigint, receipt_id bigint, word text, effect text,
        name_differs boolean, number_differs boolean, batch integer);
    CREATE TEMPORARY TABLE reconcile_told (
        position integer, word text, effect text, batch integer, receipt_id bigint)
"""
_DROP = f"DROP TABLE IF EXISTS {_TABLES}"
_DURABLE = "RESET synchronous_commit"
_RESET = f"{_DURABLE}; RESET work_mem; RESET default_statistics_target; RESET random_page_cost"
_NULL = "\\N"
# What COPY takes for the end of a value, a line, or the beginning of an escape.
_MARKS = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}
_ESCAPES = str.maketrans(_MARKS)
LOOKED_AT = (
    "position", "kind", "order_number", "trade_number", "amount_fen", "moved_at", "payer_name",
    "payer_number",
)  # fmt: skip
KEPT = (
    "place", "title", "cells", "refund_number", "refund_trade_number", "faults", "member",
    "upload_id",
)  # fmt: skip

# Characters: as much as a row takes.
_LONGEST = {"member": 200, "payer_name": 100, "payer_number": 64, "title": 200}


class Lines(NamedTuple):
    """Rows from position ``first`` on, without line ends: what is looked at to match them
    (``LOOKED_AT``), and what is kept besides (``KEPT``). Encoded, which takes half the memory.
    """

    first: int
    looks: list[bytes]
    rests: list[bytes]

    @property
    def last(self) -> int:
        """The position of the last."""
        return self.first + len(self.looks) - 1


class Table(NamedTuple):
    """The table that rows come from. ``places``: where its cells are kept, None for as they are."""

    upload_id: int
    member: str = ""
    places: Sequence[int] | None = None


def begin() -> None:
    """Empty tables for the rows of one file.

    Until ``durable`` or ``end`` nobody waits for the disk: a preview that a crash takes away is
    read again from its file, and the yes to one brings everything before it to the disk as well.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DROP)
        cursor.execute(_CREATE)


def durable() -> None:
    """From here on a commit is on the disk again, for who writes what counts beside the stage."""
    with connection.cursor() as cursor:
        cursor.execute(_DURABLE)


def end() -> None:
    """Clear the tables away."""
    with connection.cursor() as cursor:
        cursor.execute(_DROP)
        cursor.execute(_RESET)


def places(headers: Sequence[str], columns: Sequence[str]) -> list[int] | None:
    """Where the cells of a table stand among the columns of its file; None: where they are."""
    found = [columns.index(header) for header in headers]
    return None if found == list(range(len(found))) else found


def lines(table: Table, blocks: Iterable[Rows], start: int, seen: Repeats) -> Iterator[Lines]:
    """The rows of a table, some thousand at a time, counted from ``start`` + 1."""
    looks: list[bytes] = []
    rests: list[bytes] = []
    with collecting_seldom():
        for rows in blocks:
            seen.add(rows)
            _add(rows, start + len(looks) + 1, table, looks, rests)
            if len(looks) >= AT_A_TIME:
                yield Lines(start + 1, looks, rests)
                start += len(looks)
                looks, rests = [], []
        if looks:
            yield Lines(start + 1, looks, rests)


def _add(rows: Rows, first: int, table: Table, looks: list[bytes], rests: list[bytes]) -> None:
    if not len(rows):
        return
    positions = map(str, range(first, first + len(rows)))
    origin = [*_safe(_short("member", [table.member])), str(table.upload_id)]
    if isinstance(rows, CleanRows):
        seen, kept = _clean(rows, table.places)
        ending = "\t".join(("", "", "", *origin))
        looks += _encoded(zip(positions, *seen, strict=True))
        rests += _encoded(zip(*kept, [ending] * len(rows), strict=True))
        return
    cells = _cells([row.raw for row in rows], table.places)
    told = [
        _fault(row, raw) if isinstance(row, Fault) else _certain(row, raw)
        for row, raw in zip(rows, cells, strict=True)
    ]
    looks += _encoded(
        (position, *look) for position, (look, _) in zip(positions, told, strict=True)
    )
    rests += _encoded((*rest, *origin) for _, rest in told)


def _encoded(lines: Iterable[Sequence[str]]) -> list[bytes]:
    """Values as lines; PostgreSQL takes neither NUL nor half a pair of surrogates."""
    text = "\n".join(map("\t".join, lines)).replace("\x00", "")
    return text.encode(errors="replace").split(b"\n")


def _clean(
    rows: CleanRows, places: Sequence[int] | None
) -> tuple[list[Sequence[str]], list[Sequence[str]]]:
    """Columns: what is looked at behind the position, and what is kept before the refunds."""
    looks: list[Sequence[str]] = [
        [str(EntryKind.PAYMENT)] * len(rows),
        rows.order_numbers,
        rows.trade_numbers,
        list(map(str, rows.fens)),
        [one or _NULL for one in rows.moments] if "" in rows.moments else rows.moments,
        _safe(_short("payer_name", rows.names)),
        _safe(_short("payer_number", rows.numbers)),
    ]
    cells = _safe(_cells(rows.raws, places))
    return looks, [list(map(str, rows.places)), _safe(_short("title", rows.titles)), cells]


def _certain(row: FileRow, cells: str) -> tuple[Sequence[str], Sequence[str]]:
    moment = row.moved_at.isoformat() if row.moved_at else _NULL
    [name], [number], [title] = (
        _short(field, [getattr(row, field)]) for field in ("payer_name", "payer_number", "title")
    )
    name, number, title, cells = _safe((name, number, title, cells))
    look = (
        row.kind, row.order_number, row.trade_number, str(row.amount_fen), moment, name, number,
    )  # fmt: skip
    return look, (str(row.place), title, cells, row.refund_number, row.refund_trade_number, "")


def _fault(row: Fault, cells: str) -> tuple[Sequence[str], Sequence[str]]:
    problems = [[one.column, one.value, one.why, one.remedy] for one in row.problems]
    fen = _NULL if row.amount_fen is None else str(row.amount_fen)
    raw, faults = _safe((cells, json.dumps(problems, ensure_ascii=False)))
    look = (str(EntryKind.FAULT), row.order_number, "", fen, _NULL, "", "")
    return look, (str(row.place), "", raw, "", "", faults)


def _cells(raws: Sequence[Sequence[str]], places: Sequence[int] | None) -> list[str]:
    """The cells of each row as one text."""
    if places is not None:
        raws = [_placed(raw, places) for raw in raws]
    joined = list(map(CELL_BREAK.join, raws))
    if "".join(joined).count(CELL_BREAK) > sum(map(len, raws)) - len(raws):
        # A stray one would move the cells behind it.
        return [CELL_BREAK.join(cell.replace(CELL_BREAK, " ") for cell in raw) for raw in raws]
    return joined


def _placed(raw: Sequence[str], places: Sequence[int]) -> list[str]:
    moved = [""] * (max(places) + 1)
    for cell, at in zip(raw, places, strict=False):  # a row that does not fit may have more
        moved[at] = cell
    return moved


def _short(field: str, texts: Sequence[str]) -> Sequence[str]:
    """As much as the column of a row takes."""
    longest = _LONGEST[field]
    if max(map(len, texts), default=0) > longest:
        return [text[:longest] for text in texts]
    return texts


def _safe(texts: Sequence[str]) -> Sequence[str]:
    """Values as COPY takes them."""
    whole = "".join(texts)
    if any(mark in whole for mark in _MARKS):
        return [text.translate(_ESCAPES) for text in texts]
    return texts


def joined(lines: Iterable[bytes]) -> bytes:
    """Lines as COPY takes them."""
    return b"\n".join((*lines, b""))


def copy(statement: str, data: bytes) -> None:
    """COPY these lines; raises what Django raises."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        # In one piece: each would have to wait until the threads that read let go of Python.
        cursor.copy_expert(statement, io.BytesIO(data), size=len(data) + 1)


def copied(statement: str) -> bytes:
    """The lines of a COPY to here."""
    told = io.BytesIO()
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(statement, told)
    return told.getvalue()
