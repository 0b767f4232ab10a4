"""Workbooks: xlsx, xls, xlsb and ods, read by a process of its own (``calamine_child``)."""

import json
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any

from payments.reconcile.files import refusals
from payments.reconcile.files.cells import Cell
from payments.reconcile.files.row import FileRefused
from payments.reconcile.files.tables import Block, Column, Table

_AHEAD = 1024 * 1024  # bytes that the child may say while nobody listens
_CHILD = Path(__file__).with_name("calamine_child.py")


def tables(path: Path) -> Generator[Table, None, None]:
    """The visible sheets, one after the other; raises ``FileRefused``, also from their rows."""
    with closing(_blocks(path)) as blocks:
        for sheet, parts in groupby(blocks, key=lambda part: part[0]):
            yield Table((block for _, block in parts), sheet=sheet)


def _blocks(path: Path) -> Generator[tuple[str, Block], None, None]:
    command = [sys.executable, "-I", str(_CHILD), str(path), str(refusals.MAX_COLUMNS)]
    with subprocess.Popen(  # noqa: S603 -- our own script, the file by its path
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        pipesize=_AHEAD,
    ) as child:
        try:
            yield from _told(child.stdout or iter(()))
        finally:
            child.kill()


def _told(lines: Iterator[str]) -> Iterator[tuple[str, Block]]:
    sheet, place = "", 1
    for line in lines:
        if not line.endswith("\n"):  # killed while it spoke
            break
        message = json.loads(line, object_hook=_without_nul if "\\u0000" in line else None)
        if "rows" in message:
            places = range(place, place + message["rows"])
            yield sheet, Block(places, columns=list(map(_column, message["columns"])))
            place = places.stop
        elif "sheet" in message:
            sheet, place = message["sheet"], message["first"]
        else:
            return _finish(message)
    raise refusals.too_large("解析时超出了内存或时间的限度")


def _without_nul(message: dict[str, Any]) -> dict[str, Any]:
    """Old workbooks may hold NUL in a text; no database takes it."""
    return {key: _bare(value) for key, value in message.items()}


def _bare(value: Any) -> Any:
    if isinstance(value, list):
        return list(map(_bare, value))
    return value.replace("\0", "") if isinstance(value, str) else value


def _column(told: str | list[Cell]) -> Column:
    return told.split("\n") if isinstance(told, str) else told


def _finish(message: dict[str, Any]) -> None:
    if "error" in message:
        raise _refused(message["error"])


def _refused(code: str) -> FileRefused:
    if code == "password":
        return refusals.password()
    return refusals.too_many_columns() if code == "columns" else refusals.unreadable()
