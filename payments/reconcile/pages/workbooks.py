"""Lists as workbooks: rows of a file that can be mended and sent again, differences, days."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import PurePath
from urllib.parse import quote

from django.db.models import QuerySet

from payments.reconcile.models import Upload, UploadRow
from payments.reconcile.pages import pairs, words
from payments.reconcile.pages.day import ReceiptLine, receipt_line
from payments.reconcile.pages.days import DayLine
from payments.reconcile.pages.differences import Line
from payments.reconcile.pages.eyes import Eyes
from payments.reconcile.selectors.apart import apart
from payments.reconcile.selectors.day_rows import ours
from payments.reconcile.states import Group
from payments.reconcile.workbook import moment_cell
from portal.lib.money import yuan
from portal.lib.sheets import Writable, write_sheet

AT_A_TIME = 2000
MOST = 200_000  # rows in one workbook; the result workbook has them all
# Behind the file's own columns, so that a mended workbook can be sent again as it is.
OURS = (
    "行号", "处理", "我方订单金额（元）", "我方订单状态", "我方姓名", "我方学号",
    "出错的列", "原因", "怎么改",
)  # fmt: skip
OF_MONEY = ("订单号", "渠道交易号", "金额（元）")
DIFFERENCES = (
    "订单号", "姓名学号", "问题", "文件（元）", "我方（元）", "发现时间", "处理人", "处理时间",
    "结论",
)  # fmt: skip
DAYS = (
    "日期", "渠道", "状态", "我方笔数", "我方（元）", "账单笔数", "账单（元）", "差额（元）",
    "未说明的差额（元）", "未处理差异", "封存人", "封存时间",
)  # fmt: skip

RECEIPTS = (
    "订单号", "渠道交易号", "姓名学号", "类别", "金额（元）", "到账时间", "入账时间", "账单",
)  # fmt: skip


def stem(name: str) -> str:
    """A file's name without its ending."""
    return PurePath(name).stem or "对账"


def disposition(name: str) -> str:
    """A Chinese name for a download (RFC 6266)."""
    return f"attachment; filename*=UTF-8''{quote(name)}"


def of_rows(upload: Upload, rows: QuerySet[UploadRow], eyes: Eyes) -> bytes:
    """Rows as they were in the file, with what we say of each behind.

    For eyes that read no names only what the file says of the money.
    """
    headers = [str(header) for header in upload.headers] if eyes.whole else list(OF_MONEY)
    return write_sheet([*headers, *OURS], _row_cells(rows, len(headers), eyes))


def _row_cells(rows: QuerySet[UploadRow], width: int, eyes: Eyes) -> Iterator[list[Writable]]:
    for number, row in enumerate(rows.iterator(chunk_size=AT_A_TIME)):
        if number == MOST:
            yield [f"只列出前 {MOST} 行，其余见入账后的结果表"]
            return
        cells = row.cell_texts[:width] if eyes.whole else _of_money(row)
        yield [*cells, *[""] * (width - len(cells)), *_ours(row, eyes)]


def _of_money(row: UploadRow) -> list[str]:
    amount = "" if row.amount_fen is None else plain(row.amount_fen)
    return [row.order_number, row.trade_number, amount]


def _ours(row: UploadRow, eyes: Eyes) -> list[Writable]:
    group, order = Group(pairs.group_of(row)), row.order
    problems = [eyes.problem(problem) for problem in row.problems]
    side = pairs.ours_of(row, eyes)
    return [
        pairs.place_of(row),
        f"{words.GROUPS[group].text}：{pairs.why_of(row, eyes)}",
        plain(side.fen) if side and side.fen is not None else "",
        side.status.text if side and side.status else "",
        eyes.name(order.payer.name) if order else "",
        eyes.number(order.payer.username) if order else "",
        *(_joined(problems, part) for part in (0, 2, 3)),
    ]


def _joined(problems: list[list[str]], part: int) -> str:
    return "；".join(problem[part] for problem in problems)


def of_differences(lines: Iterable[Line]) -> bytes:
    """The work list."""
    return write_sheet(DIFFERENCES, (_difference(line) for line in lines))


def _difference(line: Line) -> list[Writable]:
    return [
        line.order_number, line.who, line.status.text,
        "" if line.theirs_fen is None else plain(line.theirs_fen),
        "" if line.ours_fen is None else plain(line.ours_fen),
        moment_cell(line.seen_at), line.handled_by, moment_cell(line.handled_at), line.note,
    ]  # fmt: skip


def of_days(lines: Iterable[DayLine]) -> bytes:
    """A month of days."""
    return write_sheet(DAYS, (_day(line) for line in lines))


def _day(line: DayLine) -> list[Writable]:
    return [
        line.day.isoformat(), line.channel_name, line.status.text, line.ours_count,
        plain(line.ours_fen), line.theirs_count if line.theirs_known else "",
        plain(line.theirs_fen) if line.theirs_known else "",
        plain(line.difference_fen) if line.theirs_known else "",
        plain(line.unexplained_fen) if line.theirs_known else "",
        line.open_differences, line.sealed_by, moment_cell(line.sealed_at),
    ]  # fmt: skip


def of_day(channel: str, day: date, today: date, eyes: Eyes) -> bytes:
    """Every receipt of a channel's day."""
    rows = ours(channel, day).iterator(chunk_size=AT_A_TIME)
    refunds = apart([channel], day, day).get((channel, day), ())
    lines = (receipt_line(receipt, today, eyes, refunds) for receipt in rows)
    return write_sheet(RECEIPTS, map(_receipt, lines))


def _receipt(line: ReceiptLine) -> list[Writable]:
    receipt = line.receipt
    return [
        receipt.order_number, receipt.trade_number, line.who, line.kind, plain(receipt.amount_fen),
        moment_cell(receipt.paid_at), moment_cell(receipt.recorded_at), line.status.text,
    ]  # fmt: skip


def plain(fen: int) -> str:
    """``1100.00``: a sum as spreadsheets read it."""
    return yuan(fen).replace("¥", "").replace(",", "").replace("−", "-")
