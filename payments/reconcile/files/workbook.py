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
from payments.reconcile.files.row import FileRefused
from payments.reconcile.files.tables import Block, Table

_CHILD = Path(__file__).with_name("calamine_child.py")


def tables(path: Path) -> Generator[Table, None, None]:
    """The visible sheets, one after the other; raises ``FileRefused``, also from their rows."""
    with closing(_blocks(path)) as blocks:
        for sheet, parts in groupby(blocks, key=lambda part: part[0]):
            yield Table((block for _, block in parts), sheet=sheet)


def _blocks(path: Path) -> Generator[tuple[str, Block], None, None]:
    command = [sys.executable, "-I", str(_CHILD), str(path), str(refusals.MAX_COLUMNS)]
    with subprocess.Popen(  # noqa: S603 -- our own script, the file by its path
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
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
            rows = message["rows"]
            yield sheet, Block(range(place, place + len(rows)), rows)
            place += len(rows)
        elif "sheet" in message:
            sheet, place = message["sheet"], message["first"]
        else:
            return _finish(message)
    raise refusals.too_large("解析时超出了内存或时间的限度")


def _without_nul(message: dict[str, Any]) -> dict[str, Any]:
    """Old workbooks may hold NUL in a text; no database takes it."""
    told = dict(message)
    if "rows" in told:
        told["rows"] = [[_bare(cell) for cell in row] for row in told["rows"]]
    return {key: _bare(value) for key, value in told.items()}


def _bare(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value


def _finish(message: dict[str, Any]) -> None:
    if "error" in message:
        raise _refused(message["error"])


def _refused(code: str) -> FileRefused:
    if code == "password":
        return refusals.password()
    return refusals.too_many_columns() if code == "columns" else refusals.unreadable()
