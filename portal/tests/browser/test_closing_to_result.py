"""One student's two courses from 报名截止 to 成绩, through every office that has them in between.

The student looks at the same page after each step: what happened, who has it now, when to look.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django import DjangoDbBlocker

from payments.cashier.testing.process import CashierProcess
from portal.lib.moments import day
from portal.tests.browser.cashier import choose_method, pay_here, return_to_school
from portal.tests.browser.college_desk import (
    ENGLISH,
    MATHS,
    RESULTS,
    ROOM,
    STUDENT,
    arrange,
    enter_results,
    fill_in_the_hours,
    other_college_has_nothing_to_do,
)
from portal.tests.browser.conftest import Ground, Visit, raised
from portal.tests.browser.stage import Stage
from portal.tests.browser.visitor import DESK, Visitor

COLLEGE = "通识教育学院"
# Days from today; the day of payment itself is over for finance only tomorrow.
WINDOWS = {"enrol_opens_at": -4, "enrol_closes_at": -2, "pay_opens_at": -4, "pay_closes_at": -1}
DAYS = {"reconcile_on": 0, "verify_on": 0, "college_deadline": 5}


@pytest.fixture(scope="module")
def stage(
    ground: Ground,
    django_db_blocker: DjangoDbBlocker,
    cashier_process: CashierProcess,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """A portal of its own: this journey closes the round in which the others enrol."""
    folder = tmp_path_factory.mktemp("closing")
    with (
        django_db_blocker.unblock(),
        raised(ground, folder, cashier_process, jobs=False) as running,
    ):
        yield running


@dataclass(frozen=True)
class Seen:
    """One course on the student's page: its chip and everything said about it."""

    chip: str
    text: str


def look(student: Visitor, label: str) -> dict[str, Seen]:
    """The student's page of times and places, by course."""
    student.open("/guidance/")
    student.shot(label)
    rows = student.page.locator("table tbody tr").all()
    return {
        row.locator("th").inner_text(): Seen(
            row.locator(".chip").inner_text().strip(), " ".join(row.inner_text().split())
        )
        for row in rows
    }


def test_from_closing_to_result(visit: Visit, tmp_path: Path) -> None:
    student, office, finance = visit(), visit(size=DESK), visit(size=DESK)
    enrol_and_pay(student)
    office.sign_in("teaching")
    close_the_round(office)
    see_it_paid(student)
    be_refused_before_finance_is_done(office)
    seal_the_days(finance)
    verify(office)
    see_the_college_has_it(student)
    other, college = visit(size=DESK), visit(size=DESK)
    other_college_has_nothing_to_do(other)
    arrange(college)
    see_a_group_without_hours(student)
    on = fill_in_the_hours(college)
    see_time_and_place(student, on)
    enter_results(college, tmp_path)
    see_the_results(student)
    hear_of_every_step(student)
    status, output = student.stage.manage("audit_money")
    assert status == 0, output


def enrol_and_pay(student: Visitor) -> None:
    student.sign_in(STUDENT)
    student.open("/guidance/")
    assert "还没有报名重修" in student.text
    student.open("/retake/")
    student.press("已阅读，去选课")
    for name in RESULTS:
        student.page.locator("label.pick").filter(has_text=name).locator("input").check()
    student.press("提交报名")
    assert {name: one.chip for name, one in look(student, "unpaid").items()} == dict.fromkeys(
        RESULTS, "未缴费"
    )
    student.follow("去缴费")
    student.press("缴第 1 批 ¥800.00")
    choose_method(student)
    pay_here(student)
    return_to_school(student)
    assert student.heading == "缴费成功"


def close_the_round(office: Visitor) -> None:
    """报名和缴费截止: the office moves the round's dates into the past."""
    office.open("/admin/retake/round/?state__exact=published")
    with office.page.expect_navigation():
        office.page.locator("#result_list tbody th a").first.click()
    today = timezone.localdate()
    for name, after in WINDOWS.items():
        office.page.locator(f"input[name={name}_0]").fill(f"{today + timedelta(days=after)}")
        office.page.locator(f"input[name={name}_1]").fill("12:00:00")
    for name, after in DAYS.items():
        office.page.locator(f"input[name={name}]").fill(f"{today + timedelta(days=after)}")
    office.press("保存并继续编辑")
    assert "学生的时间变短了" in office.text
    office.page.get_by_label("确认提前截止").check()
    office.press("保存并继续编辑")
    assert office.page.locator(".errornote").count() == 0


def see_it_paid(student: Visitor) -> None:
    """Paid is said at once, with who has it now and the day from which to look."""
    seen = look(student, "closed")
    assert {one.chip for one in seen.values()} == {"已缴费"}
    for one in seen.values():
        assert "已取得重修学习资格。缴费已截止，财务处对账后由教学部核实。预计 " in one.text
        assert "起可查时间地点。" in one.text
    student.follow(MATHS)
    steps = student.page.locator(".track [aria-current=step]")
    expect(steps).to_contain_text("对账")


def verification(office: Visitor) -> None:
    office.open("/admin/retake/round/?state__exact=published")
    office.follow("看板")
    office.follow("教学部核实")


def be_refused_before_finance_is_done(office: Visitor) -> None:
    verification(office)
    assert "对账还没有做完。" in office.text
    office.shot("not-reconciled")
    office.press("核实这一轮")
    assert "没有核实：缴费期里有" in office.page.locator(".messagelist").inner_text()


def seal_the_days(finance: Visitor) -> None:
    """日结: nothing came in on the days of the window, and finance says so."""
    finance.sign_in("finance")
    today = timezone.localdate()
    window = [today + timedelta(days=after) for after in range(-4, 0)]
    for month in dict.fromkeys(f"{one:%Y-%m}" for one in window):
        finance.open(f"/reconcile/days/?month={month}")
        finance.page.locator("#empty summary").click()
        finance.press("封存这 ")
    finance.shot("sealed")


def verify(office: Visitor) -> None:
    verification(office)
    assert "对账还没有做完。" not in office.text
    office.shot("board")
    office.press("核实这一轮")
    assert "已核实" in office.page.locator(".messagelist").inner_text()
    run = office.page.locator("table").filter(has_text="核实记录").locator("tbody tr").first
    assert run.locator("td").all_inner_texts()[1:4] == ["2", "0", "0"]
    office.shot("verified")


def see_the_college_has_it(student: Visitor) -> None:
    """Who has it now, and from when it can be looked up."""
    seen = look(student, "verified")
    assert {one.chip for one in seen.values()} == {"待学院安排"}
    for one in seen.values():
        assert f"已缴费，{COLLEGE}（分机 6053）还没排好，预计 " in one.text
        assert "起可查。不用反复查。" in one.text


def see_a_group_without_hours(student: Visitor) -> None:
    seen = look(student, "arranged")
    assert {one.chip for one in seen.values()} == {"已编班，时间待定"}
    assert all("已编班，学院还没填时间" in one.text for one in seen.values())


def see_time_and_place(student: Visitor, on: date) -> None:
    seen = look(student, "time-and-place")
    when = day(on, timezone.localdate())
    for name, one in seen.items():
        assert one.chip == "已安排"
        assert when in one.text
        assert ROOM in one.text
        assert ("10:05" if name == MATHS else "13:30") in one.text
    student.open("/")
    student.shot("home-arranged")


def see_the_results(student: Visitor) -> None:
    """Passed is done; who failed again is shown both ways on."""
    seen = look(student, "results")
    assert {one.chip for one in seen.values()} == {"已完成"}
    assert "重修成绩 72。已及格，成绩单里已更新。" in seen[MATHS].text
    assert "重修成绩 45。没有及格。可以报下一轮重修" in seen[ENGLISH].text
    failed = student.page.locator("table tbody tr").filter(has_text=ENGLISH)
    ways = {
        name: failed.get_by_role("link", name=name).get_attribute("href")
        for name in ("看下一轮重修", "看学分兑换")
    }
    assert ways == {"看下一轮重修": "/retake/", "看学分兑换": "/credits/"}


def hear_of_every_step(student: Visitor) -> None:
    """The inbox told the same story, newest first."""
    student.open("/messages/")
    student.shot("messages")
    titles = " ".join(student.page.locator("article h2").all_inner_texts()[::-1])
    places = [titles.find(word) for word in ("已缴费", "已核实", "已安排", "成绩")]
    assert places == sorted(places)
    assert -1 not in places
