"""Rows of a file on their way into the database: COPY into a table of this session only."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection

from payments.reconcile.files.row import Fault, FileRow
from payments.reconcile.models.rows import CELL_BREAK
from payments.reconcile.states import EntryKind

STAGE = "reconcile_stage"
COLUMNS = (
    "position", "member", "place", "kind", "order_number", "trade_number", "amount_fen",
    "moved_at", "refund_number", "refund_trade_number", "payer_name", "payer_number", "title",
    "cells", "faults",
)  # fmt: skip
AT_A_TIME = 10_000
_TEXTS = [name for name in COLUMNS if name not in ("position", "place", "amount_fen", "moved_at")]
# Enough for the hashes of 100,000 rows; the rows themselves are never sorted. Statistics say
# whether a file is large, and need no tens of thousands of samples for that.
_CREATE = f"""
    SET work_mem = '64MB';
    SET default_statistics_target = 10;
    DROP TABLE IF EXISTS {STAGE};
    CREATE TEMPORARY TABLE {STAGE} (
        position integer NOT NULL, member text NOT NULL, place integer NOT NULL,
        kind text NOT NULL, order_number text NOT NULL, trade_number text NOT NULL,
        amount_fen bigint, moved_at timestamptz, refund_number text NOT NULL,
        refund_trade_number text NOT NULL, payer_name text NOT NULL, payer_number text NOT NULL,
        title text NOT NULL, cells text NOT NULL, faults text NOT NULL
    )
"""
_COPY = (
    f"COPY {STAGE} ({', '.join(COLUMNS)}) FROM STDIN"
    f" (FORMAT csv, FORCE_NOT_NULL ({', '.join(_TEXTS)}))"
)
_DROP = """
    DROP TABLE IF EXISTS reconcile_stage, reconcile_verdict CASCADE;
    RESET work_mem;
    RESET default_statistics_target
"""

Line = tuple[Any, ...]


def begin() -> None:
    """An empty stage."""
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)


def places(headers: Sequence[str], columns: Sequence[str]) -> list[int] | None:
    """Where the cells of a table stand among the columns of its file; None: where they are."""
    found = [columns.index(header) for header in headers]
    return None if found == list(range(len(found))) else found


def add(
    member: str,
    rows: Iterable[FileRow | Fault],
    start: int,
    told: Callable[[int], None],
    places: Sequence[int] | None = None,
) -> int:
    """Put rows on the stage, counted from ``start`` + 1; returns the last position.

    ``told`` hears how far it is, now and then. ``places``: where their cells are kept.
    """
    numbered = enumerate(rows, start=start + 1)
    position = start
    while some := list(islice(numbered, AT_A_TIME)):
        _copy(_lines(member, some, places))
        position = some[-1][0]
        told(position)
    return position


def end() -> None:
    """Clear the stage away."""
    with connection.cursor() as cursor:
        cursor.execute(_DROP)


def _lines(
    member: str, rows: Sequence[tuple[int, FileRow | Fault]], places: Sequence[int] | None
) -> Iterator[Line]:
    for position, row in rows:
        cells = _cells(row.raw if places is None else _placed(row.raw, places))
        if isinstance(row, Fault):
            yield _fault(position, member, row, cells)
        else:
            yield (
                position, member, row.place, row.kind.value, row.order_number, row.trade_number,
                row.amount_fen, row.moved_at, row.refund_number, row.refund_trade_number,
                row.payer_name, row.payer_number, row.title, cells, "",
            )  # fmt: skip


def _cells(raw: Sequence[str]) -> str:
    joined = CELL_BREAK.join(raw)
    if joined.count(CELL_BREAK) >= len(raw):  # a stray one would move the cells behind it
        return CELL_BREAK.join(cell.replace(CELL_BREAK, " ") for cell in raw)
    return joined


def _placed(raw: Sequence[str], places: Sequence[int]) -> list[str]:
    moved = [""] * (max(places) + 1)
    for cell, at in zip(raw, places, strict=False):  # a row that does not fit may have more
        moved[at] = cell
    return moved


def _fault(position: int, member: str, row: Fault, cells: str) -> Line:
    problems = [[one.column, one.value, one.why, one.remedy] for one in row.problems]
    faults = json.dumps(problems, ensure_ascii=False)
    number, kind = row.order_number, EntryKind.FAULT.value
    return (
        position, member, row.place, kind, number, "", row.amount_fen, None, "", "", "", "", "",
        cells, faults,
    )  # fmt: skip


def _copy(lines: Iterable[Line]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    # PostgreSQL takes neither NUL nor half a pair of surrogates.
    text = out.getvalue().replace("\x00", "")
    with connection.cursor() as cursor:
        cursor.copy_expert(_COPY, io.BytesIO(text.encode(errors="replace")))
