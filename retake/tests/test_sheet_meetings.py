"""落实表: meetings that rows agree on or not, and sheets as somebody draws them."""

import io
from datetime import timedelta

import pytest
from openpyxl import Workbook

from portal.lib.sheets import write_sheet
from retake.models import Enrollment
from retake.tests import teaching
from retake.tests.factories import NOW
from retake.tests.sheets import plan_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=30)


MEETING = ["学号", "课程代码", "教学班名称", "上课日期", "节次", "上课地点"]


def meeting_file(rows: list[Enrollment], *meetings: tuple[str, str]) -> bytes:
    """One row a student; on the same day, at these periods in these rooms."""
    return write_sheet(
        MEETING,
        [
            [row.student.number, row.course.code, "一班", "2025-05-12", *meeting]
            for row, meeting in zip(rows, meetings, strict=True)
        ],
    )


@pytest.mark.parametrize(
    ("second", "column", "reason"),
    [
        pytest.param(("9-11", "A101"), "节次", "这个班这一天前面写的是第 9–10 节。", id="longer"),
        pytest.param(
            ("10-11", "A101"), "节次", "这个班这一天前面写的是第 9–10 节。", id="overlapping"
        ),
        pytest.param(("9-10", "A102"), "上课地点", "同一次课前面写的是“A101”。", id="room"),
    ],
)
def test_meetings_that_contradict_each_other(
    second: tuple[str, str], column: str, reason: str
) -> None:
    rows = teaching.make_confirmed(2)
    [fault] = plan_of(rows, meeting_file(rows, ("9-10", "A101"), second)).faults
    assert (fault.row, fault.column, fault.reason) == (3, column, reason)


def test_a_room_written_once_is_that_of_the_meeting() -> None:
    rows = teaching.make_confirmed(3)
    data = meeting_file(rows, ("9-10", ""), ("9-10", "A101"), ("11-12", "A102"))
    plan = plan_of(rows, data)
    assert plan.faults == ()
    assert [one.room for one in plan.groups[0].sessions.values()] == ["A101", "A102"]


def drawn_file(rows: list[Enrollment]) -> bytes:
    """As somebody draws it: one merged cell for the group, a formula for the room."""
    book = Workbook()
    sheet_of_book = book.worksheets[0]
    sheet_of_book.append(["学号", "课程代码", "教学班名称", "联系电话"])
    for row in rows:
        sheet_of_book.append([row.student.number, row.course.code, "一班", '="1380000"&"1111"'])
    sheet_of_book.merge_cells(f"C2:C{len(rows) + 1}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_merged_cells_are_named_and_no_formula_is_guessed() -> None:
    """A merged cell says something in its first row only, a formula without its value nothing."""
    rows = teaching.make_confirmed(3)
    plan = plan_of(rows, drawn_file(rows))
    assert [(one.row, one.column, one.reason) for one in plan.faults] == [
        (3, "教学班名称", "必填，不能为空。"),
        (4, "教学班名称", "必填，不能为空。"),
    ]
    assert "联系电话" not in plan.groups[0].values
