"""A clerk of finance and the files of a day: broken, unknown, good, sent twice; two clerks."""

import re
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import expect

from portal.tests.browser.conftest import Visit
from portal.tests.browser.visitor import DESK, Visitor

UNKNOWN = "ZZJF20250101000000999999"
# Somebody's order that nobody has paid yet; written by the portal's own services.
ORDER = """
from django.contrib.auth import get_user_model
from portal.tests.people import eligible, enrolled, ordered
# Neither a written student nor the one of the walk with axe: those have journeys of their own.
people = get_user_model().objects.filter(role="student").exclude(username__regex="010[0-9]$")
people = people.exclude(username="202416000006")
for person in people.order_by("-username"):
    if eligible(person.username):
        order = ordered(enrolled(person.username, 1))
        print("ORDER", order.number, order.amount_fen, person.username, person.name)
        break
"""


def test_day_of_a_clerk(visit: Visit, tmp_path: Path) -> None:
    finance, second = visit(size=DESK), visit()
    finance.sign_in("finance")
    finance.shot("admin")
    finance.follow("上传文件、看预览、日结")
    finance.shot("empty")
    send_a_broken_file(finance, tmp_path)
    number, yuan = somebodys_order(finance)
    statement = write_statement(tmp_path, number, yuan)
    explain_the_headers(finance, statement)
    look_at_the_preview(finance, number)
    confirm(finance)
    check_the_result(finance, number, tmp_path)
    send_it_again(finance, statement)
    second.sign_in("finance2")
    two_clerks_on_one_difference(finance, second)
    finance.open("/reconcile/days/")
    finance.shot("days")
    status, output = finance.stage.manage("audit_money")
    assert status == 0, output


def somebodys_order(finance: Visitor) -> tuple[str, str]:
    """Number and yuan of an open order."""
    status, output = finance.stage.manage("shell", "-c", ORDER)
    found = re.search(r"ORDER (\S+) (\d+)", output)
    assert found is not None, output
    assert status == 0
    return found[1], f"{int(found[2]) / 100:.2f}"


def write_statement(folder: Path, number: str, yuan: str) -> Path:
    """Three rows under headers nobody has seen: good, unknown, unreadable."""
    path = folder / "缴费流水.csv"
    lines = [
        "流水编码,钱数,交费人",
        f"{number},{yuan},王同学",
        f"{UNKNOWN},50.00,李同学",
        "ZZJF20250101000000999998,3OO.00,张同学",
    ]
    path.write_text("\n".join(lines), encoding="gb18030")
    return path


def send(finance: Visitor, *paths: Path) -> None:
    finance.open("/reconcile/")
    finance.page.locator("input[type=file]").set_input_files(list(paths))
    finance.press("上传文件")


def send_a_broken_file(finance: Visitor, folder: Path) -> None:
    path = folder / "坏文件.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"cut off" * 50)
    send(finance, path)
    expect(finance.page.locator("h1")).to_have_text("这个文件没有读成")
    expect(finance.page.locator("[role=alert]")).to_contain_text("下一步")
    finance.shot("broken")


def explain_the_headers(finance: Visitor, statement: Path) -> None:
    send(finance, statement)
    expect(finance.page.locator("h1")).to_have_text("指出哪一列是什么")
    finance.shot("mapping")
    with finance.refused(400):
        finance.press("记住并读取")
    finance.shot("mapping-refused")
    finance.page.get_by_label("“流水编码”这一列是什么").select_option(label="订单号")
    finance.page.get_by_label("“钱数”这一列是什么").select_option(label="金额（元）")
    finance.page.get_by_label("“交费人”这一列是什么").select_option(label="姓名")
    finance.press("记住并读取")


def look_at_the_preview(finance: Visitor, number: str) -> None:
    page = finance.page
    expect(page.locator("h1")).to_have_text("核对后确认入账")
    expect(page.get_by_text("现在还没有改动任何数据")).to_be_visible()
    finance.shot("preview")
    address = page.url
    finance.follow("看全部行")
    page.get_by_label("找一行").fill(number)
    finance.press("查找")
    expect(page.locator("tbody tr")).to_have_count(1)
    finance.shot("found")
    page.goto(address)


def confirm(finance: Visitor) -> None:
    finance.press("确认入账 1 笔")
    expect(finance.page.locator("h1")).to_have_text("已入账 1 笔")
    finance.shot("applied")


def check_the_result(finance: Visitor, number: str, folder: Path) -> None:
    with finance.page.expect_download() as getting:
        finance.page.get_by_role("link", name="下载结果表").click()
    kept = folder / "result.xlsx"
    getting.value.save_as(kept)
    book = load_workbook(kept, read_only=True)
    rows = [[str(cell) for cell in row] for row in book.worksheets[0].values]
    book.close()
    told = {cell: " ".join(row) for row in rows for cell in row}
    assert "记到课程" in told[number]
    assert UNKNOWN in told
    assert "3OO.00" in told


def send_it_again(finance: Visitor, statement: Path) -> None:
    """The same content under another name leads to the first."""
    address = finance.page.url
    copy = statement.with_name("再传一次.csv")
    copy.write_bytes(statement.read_bytes())
    send(finance, copy)
    assert finance.page.url == address
    expect(finance.page.locator(".alert")).to_contain_text("上传过")
    finance.shot("again")


def two_clerks_on_one_difference(finance: Visitor, second: Visitor) -> None:
    for clerk in (finance, second):
        clerk.open("/reconcile/differences/")
        clerk.follow(UNKNOWN)
    finance.shot("difference")
    finance.page.get_by_label("核对结论").fill("学生抄错订单号，已联系本人。")
    finance.press("记为已处理")
    finance.shot("differences")
    second.page.get_by_label("核对结论").fill("我也看了。")
    with second.refused(409):
        second.press("记为已处理")
    expect(second.page.locator("[role=alert]")).to_contain_text("已由吴静于")
    second.shot("told")
