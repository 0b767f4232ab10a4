"""What an offering college does for the two courses of the journey from closing to result."""

from datetime import date
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import expect

from portal.tests.browser.visitor import Visitor

STUDENT = "20200105"
MATHS, ENGLISH = "高等数学（2-1）", "英语（2-1）"
RESULTS = {MATHS: "72", ENGLISH: "45"}
ROOM = "教学楼 A-305"
WORKDAY = """
from datetime import timedelta
from django.utils import timezone
from portal.calendar.services import add_working_days
print("DAY", add_working_days(timezone.localdate() + timedelta(days=20), 1).date.isoformat())
"""


def overview(college: Visitor) -> None:
    college.open("/admin/retake/teachinggroup/overview/")


def other_college_has_nothing_to_do(other: Visitor) -> None:
    other.sign_in("reviewer")
    overview(other)
    assert other.page.locator("input[name=course]").count() == 0


def arrange(college: Visitor) -> None:
    """按规则落实: two small courses, a group each."""
    college.sign_in("reviewer2")
    overview(college)
    college.shot("overview")
    boxes = college.page.locator("input[name=course]")
    expect(boxes).to_have_count(len(RESULTS))
    college.page.get_by_role("checkbox", name="全选").check()
    for box in boxes.all():
        expect(box).to_be_checked()
    college.press("按规则落实")
    assert "已落实" in college.page.locator(".messagelist").inner_text()
    assert f"{len(RESULTS)} 个班没填时间地点" in college.text
    college.shot("overview-untimed")


def open_group(college: Visitor, course: str) -> None:
    college.open("/admin/retake/teachinggroup/")
    row = college.page.locator("#result_list tbody tr").filter(has_text=course)
    with college.page.expect_navigation():
        row.locator("th a").click()


def fill_in_the_hours(college: Visitor) -> date:
    status, output = college.stage.manage("shell", "-c", WORKDAY)
    assert status == 0, output
    on = date.fromisoformat(output.rpartition("DAY ")[2].strip())
    for course in RESULTS:
        open_group(college, course)
        first = college.page.locator("tr.form-row:not(.empty-form)").first
        first.locator("input[name$=held_on]").fill(f"{on}")
        first.locator("input[name$=first_period]").fill("3" if course == MATHS else "5")
        first.locator("input[name$=last_period]").fill("4" if course == MATHS else "6")
        first.locator("input[name$=room]").fill(ROOM)
        college.page.locator("input[name=phone]").fill("13900001234")
        college.press("保存并继续编辑")
        assert "已通知 1 名学生。" in college.page.locator(".messagelist").inner_text()
    college.shot("group")
    return on


def enter_results(college: Visitor, folder: Path) -> None:
    """Download, fill, upload, preview, apply: one course after the other."""
    for course, score in RESULTS.items():
        open_group(college, course)
        with college.page.expect_download() as getting:
            college.page.get_by_role("link", name="下载成绩表").click()
        sheet = folder / f"{score}.xlsx"
        getting.value.save_as(sheet)
        fill(sheet, score)
        overview(college)
        college.follow("上传成绩表")
        college.page.locator("input[type=file]").set_input_files(sheet)
        college.press("上传并预览")
        assert "还没有改动任何数据" in college.text
        college.shot("results-preview")
        college.press("登记这 1 人的成绩")


def fill(sheet: Path, score: str) -> None:
    """What the teacher does: write the score beside the only student."""
    book = load_workbook(sheet)
    [table] = book.worksheets
    column = [cell.value for cell in table[1]].index("成绩") + 1
    assert [cell.value for cell in table[2]].count(STUDENT) == 1
    table.cell(2, column).value = score
    book.save(sheet)
    book.close()
