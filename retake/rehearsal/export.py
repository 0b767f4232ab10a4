"""The lines of a rehearsal as a spreadsheet."""

from collections.abc import Iterable, Iterator

from portal.lib.streamed import stream_sheet
from retake.rehearsal.lines import Line, Seat
from retake.rehearsal.words import REASONS, Place

HEADER = (
    "学号",
    "姓名",
    "学院",
    "年级",
    "课程代码",
    "课程名称",
    "学分",
    "开课学院",
    "成绩",
    "结果",
    "规则",
    "原因",
    "说明",
    "收费",
    "费用（元）",
    "上一轮规则下",
    "上一轮费用（元）",
    "变化",
)


def workbook(lines: Iterable[Line]) -> Iterator[bytes]:
    """Pieces of the xlsx, one row a line."""
    return stream_sheet(HEADER, (_cells(line) for line in lines))


def _cells(line: Line) -> tuple[str, ...]:
    seat, before = line.seat, line.before
    return (
        line.number,
        line.name,
        line.college,
        f"{line.grade_year}",
        line.code,
        line.course,
        line.credit_hours,
        line.offering,
        line.evidence,
        seat.place.label,
        seat.rule,
        REASONS[seat.code] if seat.code else "",
        seat.fact,
        seat.fee.label if seat.place is Place.IN else "",
        _yuan(seat),
        _before(before) if before else "",
        _yuan(before) if before else "",
        "现在可以报" if line.gained else "现在不能报" if line.lost else "",
    )


def _yuan(seat: Seat) -> str:
    """Plain digits that a spreadsheet can add up; empty for a course that is not in."""
    return f"{seat.fee_fen // 100}.{seat.fee_fen % 100:02d}" if seat.place is Place.IN else ""


def _before(seat: Seat) -> str:
    return f"{seat.place.label}（{seat.rule}）" if seat.rule else seat.place.label
