"""The result workbook: the rows as uploaded, and beside each what became of it.

Every cell is text, so that numbers keep their zeros and no cell becomes a formula.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils import timezone
from openpyxl import Workbook

from payments.reconcile.models import Upload, UploadRow
from payments.reconcile.states import Effect, Group
from portal.lib.sheets import neutral, sign

NAME = "对账结果.xlsx"
FOLDER = "reconcile/results"
OWN = (
    "行号",
    "结果",
    "去向",
    "订单号",
    "系统姓名",
    "系统学号",
    "核对提示",
    "问题与处理办法",
    "时间",
)
_SHEET_ROWS = 1_048_000  # an xlsx sheet ends at 1,048,576


def write(upload: Upload) -> str:
    """Write the workbook into the storage; returns its path there. Memory does not grow."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result.xlsx"
        save(path, upload, rows_of(upload))
        with path.open("rb") as file:
            return default_storage.save(f"{FOLDER}/{upload.pk}.xlsx", File(file))


def rows_of(upload: Upload) -> QuerySet[UploadRow]:
    """All its rows in file order, with what the columns need."""
    rows = UploadRow.objects.filter(upload=upload).order_by("position")
    return rows.select_related("order__payer", "outcome")


def save(path: Path, upload: Upload, rows: QuerySet[UploadRow]) -> None:
    """Write these rows of a file as a workbook."""
    book = Workbook(write_only=True)
    lines = (line(row) for row in rows.iterator(chunk_size=2000))
    header = [*(neutral(str(head)) for head in upload.headers), *OWN]
    sheet, used = book.create_sheet("对账结果"), 0
    sheet.append(header)
    for cells in _fitted(lines, len(upload.headers)):
        if used == _SHEET_ROWS:
            sheet, used = book.create_sheet(f"对账结果{len(book.worksheets) + 1}"), 0
            sheet.append(header)
        sheet.append(cells)
        used += 1
    sign(book)
    book.save(path)


def _fitted(
    lines: Iterable[tuple[Sequence[str], Sequence[str]]], width: int
) -> Iterator[list[str]]:
    """The uploaded cells, filled up or cut to the header's width, then ours."""
    for cells, own in lines:
        shown = [*cells, *[""] * width][:width]
        yield [neutral(cell) for cell in (*shown, *own)]


def line(row: UploadRow) -> tuple[Sequence[str], Sequence[str]]:
    """The cells of one row, and our columns (``OWN``)."""
    outcome = getattr(row, "outcome", None)
    group = Group(outcome.group if outcome else row.group)
    payer = row.order.payer if row.order else None
    return row.cell_texts, (
        str(row.place),
        group.done_label if outcome else group.label,
        Effect(outcome.effect if outcome else row.effect).label,
        row.order_number,
        payer.name if payer else "",
        payer.username if payer else "",
        _warning(row),
        "；".join(f"{column}：{why}{remedy}" for column, _, why, remedy in row.problems),
        moment_cell(outcome.applied_at if outcome else None),
    )


def _warning(row: UploadRow) -> str:
    words = [
        word
        for word, differs in (("姓名", row.name_differs), ("学号", row.number_differs))
        if differs
    ]
    return f"{'、'.join(words)}与系统不同" if words else ""


def moment_cell(at: datetime | None) -> str:
    """A moment as spreadsheets read it; nothing stays nothing."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}" if at else ""
