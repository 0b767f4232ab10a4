"""One course from closing to result: student, finance, teaching office, offering college.

The round is a past one of its own, so that the open one of the other journeys stays open.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import expect

from portal.lib.sheets import read_sheet, write_sheet
from portal.tests.browser.conftest import Visit
from portal.tests.browser.visitor import DESK, Visitor

# Somebody who enrolled and paid on one day, three days ago.
PAID = """
from datetime import datetime, time, timedelta
from django.utils import timezone
from payments.models import Charge
from payments.services.orders import open_order
from payments.services.settle import settle
from payments.tests.factories import make_arrival
from portal.accounts.models import User
from portal.records.models import Course, Student
from portal.tests.people import eligible, the_round
from retake.models import Round
from retake.services.acknowledge import acknowledge
from retake.services.enroll import enroll
today = timezone.localdate()
at = lambda hour: timezone.make_aware(datetime.combine(today - timedelta(days=3), time(hour)))
# Not one of the written students: those belong to other journeys.
likely = User.objects.filter(role="student").exclude(username__regex="010[0-9]$").order_by("pk")
staffed = {one.college_id: one.username for one in User.objects.filter(role="reviewer")}
arranged = Course.objects.filter(offering_college__in=staffed).in_bulk()
person, course = next(
    (one, arranged[key]) for one in likely for key in eligible(one.username) if key in arranged
)
like = the_round()
row = Round.objects.create(
    term=like.term, name="已截止的一轮", notice="须知", rule_set=like.rule_set, fee_unit_fen=10000,
    enrol_opens_at=at(8), enrol_closes_at=at(15), pay_opens_at=at(8), pay_closes_at=at(17),
    reconcile_on=today - timedelta(days=2), verify_on=today,
    college_deadline=today + timedelta(days=7), published_at=at(7),
)
Round.objects.filter(pk=row.pk).update(state="published")
acknowledge(user_id=person.pk, round_id=row.pk, version=1, now=at(9))
[made] = enroll(user_id=person.pk, course_ids=[course.pk], round_id=row.pk, now=at(9))
charge = Charge.objects.get(purpose="retake", reference=made.reference)
order = open_order(payer_id=person.pk, charge_ids=[charge.pk], channel="finance", now=at(10))
settle([make_arrival(order, paid_at=at(11))], at(11))
Round.objects.filter(pk=row.pk).update(state="archived")
college = staffed[course.offering_college_id]
number = Student.objects.get(user=person).number
day = (today - timedelta(days=3)).isoformat()
print("PAID", person.username, number, row.pk, course.code, course.name, college, day)
"""


@dataclass(frozen=True)
class Case:
    """Who, what and where of the journey."""

    username: str
    number: str
    round_id: str
    code: str
    course: str
    reviewer: str
    day: str


def test_one_course_from_closing_to_result(visit: Visit, tmp_path: Path) -> None:
    student, office, finance, college = (
        visit(),
        visit(size=DESK),
        visit(size=DESK),
        visit(size=DESK),
    )
    case = somebody_paid(office)
    student.sign_in(case.username)
    look(student, case, "已缴费，已取得重修学习资格")
    office.sign_in("teaching")
    not_before_finance(office, case)
    close_the_day(finance, case)
    verify(office, case)
    look(student, case, "还没排好，预计")
    college.sign_in(case.reviewer)
    arrange(college, case)
    look(student, case, "博学楼 B304")
    subscribe(student, case)
    enter_results(college, case, tmp_path)
    look(student, case, "重修成绩 72")
    student.open("/messages/")
    expect(student.page.locator("main")).to_contain_text(f"{case.course}重修成绩 72")


def somebody_paid(office: Visitor) -> Case:
    status, output = office.stage.manage("shell", "-c", PAID)
    found = re.search(r"PAID (.+)", output)
    assert found is not None, output
    assert status == 0
    return Case(*found[1].rsplit(maxsplit=6))


def look(student: Visitor, case: Case, words: str) -> None:
    """What the student sees of this course at this step."""
    student.open("/guidance/")
    row = student.page.locator("tbody tr").filter(has_text=case.course)
    expect(row).to_contain_text(words)
    student.shot(f"guidance-{words[:4]}")


def not_before_finance(office: Visitor, case: Case) -> None:
    """The day is not closed: 核实 is refused with the reason."""
    office.open(f"/admin/retake/round/{case.round_id}/verification/")
    office.press("核实这一轮")
    expect(office.page.locator(".messagelist")).to_contain_text("没有日结")
    office.shot("refused")


def close_the_day(finance: Visitor, case: Case) -> None:
    """日结 of the one day students could pay."""
    finance.sign_in("finance")
    finance.open(f"/reconcile/days/finance/{case.day}/")
    finance.page.locator("input[name=note]").fill("渠道这一天没有账单")
    with finance.page.expect_navigation():
        finance.page.locator("#seal button").click()
    finance.shot("sealed")


def verify(office: Visitor, case: Case) -> None:
    office.open(f"/admin/retake/round/{case.round_id}/verification/")
    office.press("核实这一轮")
    expect(office.page.locator(".messagelist")).to_contain_text("已核实")
    expect(office.page.locator("table").last).to_contain_text("1")
    office.shot("verified")


def arrange(college: Visitor, case: Case) -> None:
    """By rule, then time and place; the students of the group are told."""
    college.open("/admin/retake/teachinggroup/overview/")
    college.shot("overview")
    row = college.page.locator("tbody tr").filter(has_text=case.code)
    row.locator("input[type=checkbox]").check()
    college.press("按规则落实")
    expect(college.page.locator(".messagelist")).to_contain_text("已落实")
    with college.page.expect_navigation():
        college.page.locator("tbody tr").filter(has_text=case.code).locator("td a").click()
    with college.page.expect_navigation():
        college.page.locator("#result_list tbody th a").first.click()
    first = "input[name=sessions-0-{}]"
    college.page.locator(first.format("held_on")).fill("2025-06-09")
    college.page.locator(first.format("first_period")).fill("9")
    college.page.locator(first.format("last_period")).fill("10")
    college.page.locator(first.format("room")).fill("博学楼 B304")
    college.press("保存并继续编辑")
    expect(college.page.locator(".messagelist")).to_contain_text("已通知 1 名学生")
    college.shot("group")
    college.follow("学生和时间")
    expect(college.page.locator("#content")).to_contain_text("冲突最少的时间")
    college.shot("students")


def subscribe(student: Visitor, case: Case) -> None:
    """The calendar carries the meeting."""
    student.open("/guidance/")
    student.press("开通日历地址")
    address = student.page.locator("#calendar code").inner_text()
    calendar = student.page.request.get(address).text()
    assert "BEGIN:VEVENT" in calendar
    assert f"SUMMARY:{case.course}重修" in calendar.replace("\r\n ", "")
    student.shot("calendar")


def enter_results(college: Visitor, case: Case, folder: Path) -> None:
    """The sheet goes out with the student in it and comes back with his grade."""
    college.open(college.page.url.removeprefix(college.stage.url).replace("students/", "change/"))
    with college.page.expect_download() as download:
        college.page.get_by_role("link", name="下载成绩表").click()
    sheet = read_sheet(download.value.path().read_bytes())
    header, rows = sheet[0], sheet[1:]
    at = header.index("成绩")
    filled = [[*row[:at], "72", *row[at + 1 :]] for row in rows]
    path = folder / "成绩表.xlsx"
    path.write_bytes(write_sheet(header, filled))
    college.open("/admin/retake/teachinggroup/results/")
    college.page.locator("input[type=file]").set_input_files(path)
    college.press("上传并预览")
    expect(college.page.get_by_text("会登记 1 人")).to_be_visible()
    college.shot("preview")
    college.press("登记这 1 人的成绩")
    expect(college.page.locator(".messagelist")).to_contain_text("已执行")
