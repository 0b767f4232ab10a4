"""Student W of the retake manual: eight failed courses, enrolled, paid in 3 + 3 + 2."""

from playwright.sync_api import expect

from portal.tests.browser.cashier import (
    choose_method,
    pay_by_scanning,
    pay_here,
    return_to_school,
)
from portal.tests.browser.stage import RELEASE_AFTER, REPAY_AFTER
from portal.tests.browser.visitor import Visitor

PATIENCE = 15_000  # ms beyond a wait: the jobs run every second, the machine may be busy
LOOK_EVERY = 500  # ms
LONG = 600  # seconds, until the test says otherwise


def test_student_w(visitor: Visitor) -> None:
    sign_in_and_read(visitor)
    enrol_in_eight(visitor)
    leave_first_batch_hanging(visitor)
    wake_up_released(visitor)
    pay_first_batch_after_cooling(visitor)
    pay_second_batch_by_scanning(visitor)
    pay_last_batch_while_the_bank_is_slow(visitor)
    see_it_settled(visitor)


def sign_in_and_read(visitor: Visitor) -> None:
    visitor.open("/")
    visitor.shot("login")
    visitor.sign_in("20220101")
    visitor.shot("home-before")
    visitor.open("/retake/")
    visitor.shot("notice")
    visitor.press("已阅读，去选课")


def enrol_in_eight(visitor: Visitor) -> None:
    page = visitor.page
    expect(page.get_by_role("heading", name="可以报名 8 门")).to_be_visible()
    visitor.shot("choice")
    for box in page.locator("input[name=course]").all():
        box.check()
    expect(page.locator("[data-count]")).to_have_text("8")
    expect(page.locator("[data-tally]")).to_be_visible()
    visitor.shot("choice-all")
    visitor.press("提交报名")
    assert visitor.heading == "已报名 8 门"
    visitor.shot("enrolled")


def leave_first_batch_hanging(visitor: Visitor) -> None:
    visitor.follow("去缴费")
    assert visitor.heading == "8 门课，分 3 次缴清"
    counts = [
        batch.locator(".lines > li").count() for batch in visitor.page.locator(".batch").all()
    ]
    assert counts == [3, 3, 2]
    visitor.shot("plan")
    visitor.press("缴第 1 批")
    choose_method(visitor)
    visitor.follow("先不付，返回学校")
    visitor.shot("return-unpaid")
    visitor.follow("返回缴费")
    expect(visitor.page.locator(".countdown").first).to_be_visible()
    visitor.shot("held")


def wake_up_released(visitor: Visitor) -> None:
    """Nobody touches the page: the worker releases, the page sees it."""
    first = visitor.page.locator(".batch").first
    expect(first.locator(".batch-head .chip")).to_contain_text(
        "后可", timeout=RELEASE_AFTER * 1000 + PATIENCE
    )
    visitor.shot("cooling")
    expect(first.get_by_role("button", name="缴第 1 批")).to_be_visible(
        timeout=REPAY_AFTER * 1000 + PATIENCE
    )
    visitor.shot("payable-again")
    read_that_it_is(visitor)


def read_that_it_is(visitor: Visitor) -> None:
    """In another tab, before it is paid: afterwards nobody would say so any more."""
    tab = visitor.new_tab()
    told = tab.locator("article h2", has_text="现在可以重新缴费：3 门")
    for _ in range(PATIENCE // LOOK_EVERY):
        tab.goto(f"{visitor.stage.url}/messages/")
        if told.count():
            break
        tab.wait_for_timeout(LOOK_EVERY)
    expect(told).to_be_visible()
    tab.close()


def pay_first_batch_after_cooling(visitor: Visitor) -> None:
    with visitor.refused(409):
        visitor.press("缴第 1 批")
    visitor.shot("watched")
    visitor.press("我没有付过，重新缴费")
    number = choose_method(visitor, "支付宝")
    visitor.stage.cashier.switch(number, callback_lose=100)
    pay_here(visitor)
    return_to_school(visitor)
    assert visitor.heading == "缴费成功"
    visitor.shot("paid-first")


def pay_second_batch_by_scanning(visitor: Visitor) -> None:
    visitor.press("下一批 3 门")
    number = choose_method(visitor)
    pay_by_scanning(visitor)
    visitor.stage.cashier.wait_for_callbacks(number)
    return_to_school(visitor)
    assert visitor.heading == "缴费成功"
    visitor.shot("paid-second")


def pay_last_batch_while_the_bank_is_slow(visitor: Visitor) -> None:
    visitor.press("下一批 2 门")
    number = choose_method(visitor)
    visitor.stage.cashier.switch(number, callback_lose=100, unpaid_for=LONG)
    pay_here(visitor)
    return_to_school(visitor)
    assert visitor.heading == "还没有收到付款"
    visitor.shot("confirming")
    visitor.stage.cashier.switch(number, unpaid_for=0)
    expect(visitor.page.locator("h1")).to_have_text("缴费成功")
    visitor.shot("paid-last")


def see_it_settled(visitor: Visitor) -> None:
    visitor.open("/payments/")
    assert visitor.heading == "8 门课已缴清"
    visitor.shot("plan-paid")
    visitor.open("/retake/enrollments/")
    chips = visitor.page.locator(".course .chip").all_inner_texts()
    assert chips == ["已缴费"] * 8
    visitor.shot("enrolled-paid")
    visitor.open("/")
    visitor.shot("home-after")
    visitor.open("/messages/")
    visitor.shot("messages")
    titles = visitor.page.locator("article h2").all_inner_texts()
    assert titles[:4] == [
        "已缴费 ¥800.00，2 门",
        "已缴费 ¥900.00，3 门",
        "已缴费 ¥900.00，3 门",
        "现在可以重新缴费：3 门",
    ]
    status, output = visitor.stage.manage("audit_money")
    assert status == 0, output
