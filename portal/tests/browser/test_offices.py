"""The teaching office opens a round and watches it; finance sees what came in."""

from datetime import date, timedelta

from django.utils import timezone
from playwright.sync_api import expect

from portal.tests.browser.cashier import choose_method, pay_here, return_to_school
from portal.tests.browser.conftest import Visit
from portal.tests.browser.visitor import DESK, Visitor

# Field of a round's form -> days from its first day; enrolment and payment have their gap.
WINDOWS = {
    "enrol_opens_at": 0,
    "enrol_closes_at": 5,
    "pay_opens_at": 8,
    "pay_closes_at": 12,
}
DAYS = {"reconcile_on": 13, "verify_on": 14, "college_deadline": 21}


def test_teaching_office_opens_a_round(visit: Visit) -> None:
    office = visit(size=DESK)
    office.sign_in("teaching")
    office.shot("index")
    office.open("/admin/retake/round/")
    office.shot("rounds")
    office.press("复制上一轮")
    office.press("发布")
    office.shot("incomplete")
    assert message(office) == (
        "还不能发布：缺报名开始；缺报名截止；缺缴费开始；缺缴费截止；"
        "缺计划对账日期；缺计划核实日期；缺学院落实期限（内部）。"
    )
    refuse_an_overlap(office)
    fill_dates(office, timezone.localdate() + timedelta(days=200))
    office.press("发布")
    assert message(office) == "已发布。"
    office.shot("published")
    office.press("归档")
    assert message(office) == "已归档。"


def refuse_an_overlap(office: Visitor) -> None:
    """Students are shown one round, so two may not take enrolments at the same time."""
    fill_dates(office, timezone.localdate())
    office.press("发布")
    office.shot("overlap")
    assert message(office).startswith("还不能发布：报名时间与“")


def message(office: Visitor) -> str:
    return office.page.locator(".messagelist li").inner_text().strip()


def fill_dates(office: Visitor, first: date) -> None:
    for name, after in WINDOWS.items():
        office.page.locator(f"input[name={name}_0]").fill(f"{first + timedelta(days=after)}")
        office.page.locator(f"input[name={name}_1]").fill("12:00:00")
    for name, after in DAYS.items():
        office.page.locator(f"input[name={name}]").fill(f"{first + timedelta(days=after)}")
    office.press("保存并继续编辑")


def test_offices_see_what_a_student_does(visit: Visit) -> None:
    office, finance, student = visit(size=DESK), visit(size=DESK), visit()
    office.sign_in("teaching")
    before = board(office)
    student.sign_in("20200105")
    number = pay_for_two_and_give_one_back(student)
    after = board(office)
    office.shot("board")
    assert {name: after[name] - before[name] for name in after} == {
        "已报名": 1,
        "已退报名": 1,
        "已缴": 1,
    } | dict.fromkeys(set(after) - {"已报名", "已退报名", "已缴"}, 0)
    follow_a_number(office, "已缴", after["已缴"])
    see_the_money(finance, number)


def board(office: Visitor) -> dict[str, int]:
    """What the board of the open round counts, by its words."""
    office.open("/admin/retake/round/?state__exact=published")
    office.follow("看板")
    rows = office.page.locator("#content tbody tr").all()
    cells = [(row.locator("th").inner_text(), row.locator("td").first.inner_text()) for row in rows]
    return {name: int(count) for name, count in cells if name != "合计"}


def follow_a_number(office: Visitor, name: str, count: int) -> None:
    """A number of the board leads to exactly the rows it counts."""
    row = office.page.locator("#content tbody tr").filter(
        has=office.page.get_by_text(name, exact=True)
    )
    with office.page.expect_navigation():
        row.locator("a").click()
    expect(office.page.locator("#result_list tbody tr")).to_have_count(count)
    office.shot("enrolments")


def pay_for_two_and_give_one_back(student: Visitor) -> str:
    """Enrol in two courses, pay both in one order, withdraw from one; the order's number."""
    student.open("/retake/")
    student.press("已阅读，去选课")
    for name in ("高等数学（2-1）", "数据中心技术"):
        student.page.locator("label.pick").filter(has_text=name).locator("input").check()
    student.press("提交报名")
    student.open("/payments/")
    student.press("缴第 1 批 ¥700.00")
    number = choose_method(student)
    pay_here(student)
    return_to_school(student)
    student.open("/retake/enrollments/")
    student.follow("退报名")
    student.shot("withdraw")
    student.press("退掉")
    student.shot("withdrawn")
    student.open("/payments/")
    surplus = student.page.get_by_role("region", name="余款")
    expect(surplus).to_contain_text("缴费后报名取消：高等数学（2-1）¥400.00")
    student.shot("plan-surplus")
    student.open(f"/payments/orders/{number}/")
    student.shot("order")
    student.open("/payments/orders/")
    student.shot("orders")
    return number


def see_the_money(finance: Visitor, number: str) -> None:
    """The receipt with its order, and what waits for a refund with its reason."""
    finance.sign_in("finance")
    finance.shot("index")
    finance.open(f"/admin/payments/receipt/?q={number}")
    finance.shot("receipts")
    receipt = finance.page.locator("#result_list tbody tr")
    expect(receipt).to_have_count(1)
    expect(receipt).to_contain_text("700.00")
    finance.open(f"/admin/payments/surplus/?q={number}")
    finance.shot("surplus")
    surplus = finance.page.locator("#result_list tbody tr")
    expect(surplus).to_have_count(1)
    expect(surplus).to_contain_text("400.00")
    expect(surplus).to_contain_text("缴费后报名取消")
    status, output = finance.stage.manage("audit_money")
    assert status == 0, output
