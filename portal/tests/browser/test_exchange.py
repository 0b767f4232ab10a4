"""From the student's phone over the college's desk to the transcript."""

import re

from playwright.sync_api import FilePayload, Page, expect

from credits.tests.uploads import scan, screenshot
from portal.tests.browser.conftest import Visit
from portal.tests.browser.visitor import DESK

STUDENT, REVIEWER, COURSE = "20220104", "reviewer", "英语（2-2）"


def test_a_course_goes_from_choice_to_transcript(visit: Visit) -> None:
    student, reviewer = visit(), visit(size=DESK)
    student.sign_in(STUDENT)
    student.open("/credits/")
    paper = FilePayload(name="cj.pdf", mimeType="application/pdf", buffer=scan(screenshot(7)))
    student.page.locator("input[type=file]").set_input_files([paper])
    with student.page.expect_response(re.compile(r"/credits/\?.*target=")) as answered:
        student.page.get_by_role("radio", name=re.compile(re.escape(COURSE))).check()
    answered.value.finished()
    expect(student.page.locator(".htmx-request, .htmx-settling")).to_have_count(0)
    assert "附件 1 个" in student.text  # another course leaves the chosen file where it is
    student.shot("chosen")
    student.press("提交")
    assert "审核中" in student.text
    student.shot("submitted")

    reviewer.sign_in(REVIEWER)
    reviewer.open(f"/admin/credits/application/?q={STUDENT}")
    reviewer.page.locator("#result_list th a").first.click()
    reviewer.page.get_by_text("项全部符合").wait_for()
    turn_by_keyboard(reviewer.page)
    reviewer.shot("evidence")
    reviewer.page.get_by_role("radio", name="通过", exact=False).first.check()
    reviewer.press("保存决定")
    assert "已通过，学生会收到消息" in reviewer.text

    student.open("/credits/applications/")
    assert "审核通过" in student.text
    student.open("/transcripts/")
    assert "兑换" in student.page.content()
    student.shot("transcript")


def turn_by_keyboard(page: Page) -> None:
    """The page of the PDF is there as a picture, and an arrow key turns it."""
    picture = page.locator(".turn img").first
    picture.scroll_into_view_if_needed()
    picture.evaluate("one => one.decode()")
    assert picture.evaluate("one => one.naturalWidth") > 1000
    page.get_by_role("radio", name="0°", exact=True).first.focus()
    page.keyboard.press("ArrowRight")
    turned = "matrix(0, 1, -1, 0, 0, 0)"  # a quarter, clockwise
    assert picture.evaluate("one => getComputedStyle(one).transform") == turned
