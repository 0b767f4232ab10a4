"""Rows of a file on their way into the database: COPY into a table of this session only."""

import gc
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection

from payments.reconcile.files.clean import CleanRows
from payments.reconcile.files.row import Fault, FileRow
from payments.reconcile.models.rows import CELL_BREAK
from payments.reconcile.states import EntryKind

if TYPE_CHECKING:
    import psycopg2.extensions

AT_A_TIME = 10_000
# Rows are lists without cycles. Looking through everything that Django holds after every few
# thousand of them takes a third of the reader's time.
_UNCOLLECTED = 50_000
# Enough for the hashes of 100,000 rows, and a million stay below 300 MB. Statistics say
# whether a file is large, and need no tens of thousands of samples for that.
_CREATE = """
    SET synchronous_commit = off;
    SET work_mem = '32MB';
    SET default_statistics_target = 10;
    DROP TABLE IF EXISTS reconcile_stage CASCADE;
    CREATE TEMPORARY TABLE reconcile_stage (
        position integer NOT NULL, place integer NOT NULL, order_number text NOT NULL,
        trade_number text NOT NULL, amount_fen bigint, moved_at timestamptz,
        payer_name text NOT NULL, payer_number text NOT NULL, title text NOT NULL,
        cells text NOT NULL, kind text NOT NULL, refund_number text NOT NULL,
        refund_trade_number text NOT NULL, faults text NOT NULL, member text NOT NULL
    )
"""
_COPY = "COPY reconcile_stage FROM STDIN"
_DROP = "DROP TABLE IF EXISTS reconcile_stage, reconcile_verdict, reconcile_told CASCADE"
_DURABLE = "RESET synchronous_commit"
_RESET = f"{_DURABLE}; RESET work_mem; RESET default_statistics_target"
_NULL = "\\N"
# What COPY takes for the end of a value, a line, or the beginning of an escape.
_MARKS = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}
_ESCAPES = str.maketrans(_MARKS)

Rows = CleanRows | list[FileRow | Fault]


def begin() -> None:
    """An empty stage.

    Until ``durable`` or ``end`` nobody waits for the disk: a preview that a crash takes away is
    read again from its file, and the yes to one brings everything before it to the disk as well.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)


def durable() -> None:
    """From here on a commit is on the disk again, for who writes what counts beside the stage."""
    with connection.cursor() as cursor:
        cursor.execute(_DURABLE)


def places(headers: Sequence[str], columns: Sequence[str]) -> list[int] | None:
    """Where the cells of a table stand among the columns of its file; None: where they are."""
    found = [columns.index(header) for header in headers]
    return None if found == list(range(len(found))) else found


def add(
    member: str,
    blocks: Iterable[Rows],
    start: int,
    told: Callable[[int], None],
    places: Sequence[int] | None = None,
) -> int:
    """Put rows on the stage, counted from ``start`` + 1; returns the last position.

    ``told`` hears how far it is, now and then. ``places``: where their cells are kept.
    """
    [member] = _safe([member])
    position = copied = start
    texts: list[str] = []
    with _collecting_seldom(), _copying(told) as copy:
        for rows in blocks:
            texts.append(_text(rows, position + 1, member, places))
            position += len(rows)
            if position - copied >= AT_A_TIME:
                copy("".join(texts), position)
                copied, texts = position, []
        if texts:
            copy("".join(texts), position)
    return position


@contextmanager
def _copying(told: Callable[[int], None]) -> Iterator[Callable[[str, int], None]]:
    """A COPY that goes on while the next rows are read; only then its position is told."""
    waiting: list[tuple[Future[None], int]] = []

    def finish() -> None:
        for done, position in waiting:
            done.result()
            told(position)
        waiting.clear()

    def copy(text: str, position: int) -> None:
        finish()
        waiting.append((beside.submit(_copy, connection.connection, text), position))

    with ThreadPoolExecutor(1) as beside:
        yield copy
        finish()


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(_UNCOLLECTED, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def end() -> None:
    """Clear the stage away."""
    with connection.cursor() as cursor:
        cursor.execute(_DROP)
        cursor.execute(_RESET)


def _text(rows: Rows, first: int, member: str, places: Sequence[int] | None) -> str:
    """Lines as COPY takes them, counted from ``first``."""
    if isinstance(rows, CleanRows):
        return _clean(rows, first, member, places)
    cells = _cells([row.raw for row in rows], places)
    lines = [
        _fault(row, raw) if isinstance(row, Fault) else _certain(row, raw)
        for row, raw in zip(rows, cells, strict=True)
    ]
    return "".join(
        "\t".join((str(position), str(place), *told, member)) + "\n"
        for position, (place, *told) in enumerate(lines, start=first)
    )


def _clean(rows: CleanRows, first: int, member: str, places: Sequence[int] | None) -> str:
    columns: list[Sequence[str]] = [
        list(map(str, range(first, first + len(rows)))),
        list(map(str, rows.places)),
        rows.order_numbers,
        rows.trade_numbers,
        list(map(str, rows.fens)),
        [one or _NULL for one in rows.moments] if "" in rows.moments else rows.moments,
        _safe(rows.names),
        _safe(rows.numbers),
        _safe(rows.titles),
        _safe(_cells(rows.raws, places)),
    ]
    ending = f"\t{EntryKind.PAYMENT}\t\t\t\t{member}\n"
    return ending.join(map("\t".join, zip(*columns, strict=True))) + ending


def _certain(row: FileRow, cells: str) -> Sequence[str]:
    moment = row.moved_at.isoformat() if row.moved_at else _NULL
    words = _safe((row.payer_name, row.payer_number, row.title, cells))
    return (
        str(row.place), row.order_number, row.trade_number, str(row.amount_fen), moment, *words,
        row.kind, row.refund_number, row.refund_trade_number, "",
    )  # fmt: skip


def _fault(row: Fault, cells: str) -> Sequence[str]:
    problems = [[one.column, one.value, one.why, one.remedy] for one in row.problems]
    fen = _NULL if row.amount_fen is None else str(row.amount_fen)
    raw, faults = _safe((cells, json.dumps(problems, ensure_ascii=False)))
    return (
        str(row.place), row.order_number, "", fen, _NULL, "", "", "", raw, EntryKind.FAULT,
        "", "", faults,
    )  # fmt: skip


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


def _safe(texts: Sequence[str]) -> Sequence[str]:
    """Values as COPY takes them."""
    whole = "".join(texts)
    if any(mark in whole for mark in _MARKS):
        return [text.translate(_ESCAPES) for text in texts]
    return texts


def _copy(session: "psycopg2.extensions.connection", text: str) -> None:
    # PostgreSQL takes neither NUL nor half a pair of surrogates.
    data = text.replace("\x00", "").encode(errors="replace")
    with session.cursor() as cursor:
        # In one piece: each would have to wait until the thread that reads lets go of Python.
        cursor.copy_expert(_COPY, io.BytesIO(data), size=len(data) + 1)
