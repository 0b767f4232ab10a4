"""What is stored about a student as a file to keep: a workbook, or JSON for another program."""

import io
import json
from datetime import date, datetime

from django.utils import timezone
from openpyxl import Workbook

from portal.home.stored import Row, facts_of, kept_of
from portal.lib.sheets import XLSX_TYPE, add_sheet, sign
from portal.records.models import Student

TYPES = {"xlsx": XLSX_TYPE, "json": "application/json"}
OWN = "学籍"

Sheet = tuple[str, tuple[str, ...], list[Row]]  # title, columns, rows


def file_of(student: Student, kind: str) -> bytes:
    """``kind`` is a key of ``TYPES``; a statement for every kind of row."""
    tables: list[Sheet] = [(OWN, ("项目", "内容"), list(facts_of(student)))]
    tables += [(kept.title, kept.columns, list(kept.lines())) for kept in kept_of(student)]
    return _workbook(tables) if kind == "xlsx" else _json(tables)


def _workbook(tables: list[Sheet]) -> bytes:
    book = Workbook(write_only=True)
    for title, columns, rows in tables:
        add_sheet(book, title, columns, (list(map(_text, row)) for row in rows))
    sign(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _json(tables: list[Sheet]) -> bytes:
    found = {
        title: [dict(zip(columns, map(_text, row), strict=True)) for row in rows]
        for title, columns, rows in tables
    }
    return json.dumps(found, ensure_ascii=False, indent=1).encode()


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return f"{timezone.localtime(cell):%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)
