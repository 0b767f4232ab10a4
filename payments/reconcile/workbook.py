"""The result workbook: the rows as uploaded, and beside each what became of it.

Every cell is text, so that numbers keep their zeros and no cell becomes a formula.
"""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone

from payments.reconcile.models import Upload, UploadRow
from payments.reconcile.models.rows import CELL_BREAK, problems_of
from payments.reconcile.states import Effect, Group
from portal.lib.streamed import stream_sheet

NAME = "对账结果.xlsx"
FOLDER = "reconcile/results"
OWN = (
    "行号",
    "结果",
    "去向",
    "系统订单号",
    "系统姓名",
    "系统学号",
    "核对提示",
    "问题与处理办法",
    "时间",
)
# A file has a million rows: none of them becomes a model.
_COLUMNS = (
    "cells", "place", "group", "effect", "order_number", "faults", "name_differs",
    "number_differs", "order__payer__name", "order__payer__username", "outcome__group",
    "outcome__effect", "outcome__applied_at",
)  # fmt: skip


class _Row(NamedTuple):
    """What ``_COLUMNS`` fetches."""

    cells: str
    place: int
    group: str
    effect: str
    order_number: str
    faults: str
    name_differs: bool
    number_differs: bool
    payer: str | None
    payer_number: str | None
    outcome: str | None
    outcome_effect: str | None
    applied_at: datetime | None


def write(upload: Upload) -> str:
    """Write the workbook into the storage; returns its path there. Memory does not grow."""
    with tempfile.TemporaryFile() as file:
        for piece in stream_sheet([*map(str, upload.headers), *OWN], _lines(upload), "对账结果"):
            file.write(piece)
        file.seek(0)
        return default_storage.save(f"{FOLDER}/{upload.pk}.xlsx", File(file))


def _lines(upload: Upload) -> Iterator[list[str]]:
    """All its rows in file order: the uploaded cells, filled up or cut to the header's width, then
    ours.
    """
    rows = UploadRow.objects.filter(upload=upload).order_by("position").values_list(*_COLUMNS)
    width = len(upload.headers)
    blank = [""] * width
    for row in map(_Row._make, rows.iterator(chunk_size=2000)):
        yield [*[*row.cells.split(CELL_BREAK), *blank][:width], *_own(row)]


def _own(row: _Row) -> tuple[str, ...]:
    """Our columns (``OWN``)."""
    group = Group(row.outcome or row.group)
    effect = row.outcome_effect if row.outcome else row.effect
    return (
        str(row.place),
        group.done_label if row.outcome else group.label,
        Effect(effect or "").label,
        row.order_number,
        row.payer or "",
        row.payer_number or "",
        _warning(row),
        "；".join(f"{column}：{why}{remedy}" for column, _, why, remedy in problems_of(row.faults)),
        moment_cell(row.applied_at),
    )


def _warning(row: _Row) -> str:
    if not (row.name_differs or row.number_differs):
        return ""
    words = [
        word
        for word, differs in (("姓名", row.name_differs), ("学号", row.number_differs))
        if differs
    ]
    return f"{'、'.join(words)}与系统不同"


def moment_cell(at: datetime | None) -> str:
    """A moment as spreadsheets read it; nothing stays nothing."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}" if at else ""
