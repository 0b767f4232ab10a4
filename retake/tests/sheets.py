"""落实表 and 成绩表 as colleges would send them, good and broken."""

from collections.abc import Callable

from portal.lib.sheets import write_sheet
from retake.models import Enrollment
from retake.teaching import sheet
from retake.tests import factories as make
from retake.tests import teaching

Broken = Callable[[list[Enrollment]], bytes]
MISSING = "没有这门课，或不由本学院开课。"


def arrange_file(rows: list[Enrollment], **cells: str) -> bytes:
    """A 落实表 over these enrolments; ``cells`` go into every row."""
    usual = {"教学班名称": "重修一班"} | cells
    headers = ["学号", "课程代码", *usual]
    return write_sheet(
        headers, [[row.student.number, row.course.code, *usual.values()] for row in rows]
    )


def other_colleges_course(rows: list[Enrollment]) -> bytes:
    course = rows[0].course
    course.offering_college = make.make_college("体育学院")
    course.save(update_fields=["offering_college"])
    return arrange_file(rows)


def result_file(rows: list[Enrollment], *grades: str) -> bytes:
    return write_sheet(
        ["课程代码", "学号", "成绩"],
        [
            [row.course.code, row.student.number, grade]
            for row, grade in zip(rows, grades, strict=True)
        ],
    )


def plan_of(rows: list[Enrollment], data: bytes) -> sheet.ArrangePlan:
    return sheet.read_plan(teaching.make_reviewer(rows[0].course), rows[0].term, data)
