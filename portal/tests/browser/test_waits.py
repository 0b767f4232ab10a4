"""When the bank or the platform lets the student wait."""

from playwright.sync_api import expect

from portal.tests.browser.cashier import choose_method, pay_here, return_to_school
from portal.tests.browser.stage import RELEASE_AFTER
from portal.tests.browser.visitor import Visitor


def test_slow_bank_and_silent_platform(visitor: Visitor) -> None:
    visitor.sign_in("20200107")
    visitor.open("/retake/")
    visitor.press("已阅读，去选课")
    # He enlisted after he had left: not the veteran who pays nothing.
    fees = visitor.page.locator("label.pick .money").all_inner_texts()
    assert fees == ["¥400.00", "¥100.00"]
    for box in visitor.page.locator("input[name=course]").all():
        box.check()
    visitor.press("提交报名")
    number = say_it_is_paid(visitor)
    pay_the_other_while_the_platform_is_down(visitor)
    see_the_claimed_one_arrive(visitor, number)


def say_it_is_paid(visitor: Visitor) -> str:
    """One course alone, ticked by hand and paid; the platform does not know of the money yet."""
    visitor.open("/payments/")
    visitor.page.get_by_text("自己选要先缴的课").click()
    visitor.page.locator(".pick").filter(has_text="形势与政策").locator("input").uncheck()
    visitor.shot("choose")
    visitor.press("缴选中的课程")
    number = choose_method(visitor)
    visitor.stage.cashier.switch(number, callback_lose=100, unpaid_for=600)
    pay_here(visitor)
    return_to_school(visitor)
    visitor.press("我已付款，等结果")
    visitor.shot("claimed")
    return number


def pay_the_other_while_the_platform_is_down(visitor: Visitor) -> None:
    cashier = visitor.stage.cashier
    cashier.switch(down="503")
    visitor.open("/payments/")
    visitor.shot("plan-claimed")
    with visitor.refused(409):
        visitor.press("缴第 2 批 ¥100.00")
    assert visitor.heading == "缴费平台没有应答，订单已保留"
    visitor.shot("silent")
    cashier.switch(down="")
    visitor.press("继续支付 ¥100.00")
    choose_method(visitor)
    pay_here(visitor)
    return_to_school(visitor)
    assert visitor.heading == "缴费成功"
    visitor.shot("paid-other")


def see_the_claimed_one_arrive(visitor: Visitor, number: str) -> None:
    """Past the time of release it is still kept; then the page learns of the money by itself."""
    visitor.page.wait_for_timeout(RELEASE_AFTER * 1000)
    visitor.open("/payments/")
    kept = visitor.page.locator(".batch").filter(has_text="高等数学")
    expect(kept.locator(".batch-head .chip")).to_have_text("确认中")
    visitor.shot("still-kept")
    visitor.open(f"/payments/orders/{number}/return/")
    visitor.stage.cashier.switch(number, unpaid_for=0)
    expect(visitor.page.locator("h1")).to_have_text("缴费成功")
    visitor.open("/payments/")
    assert visitor.heading == "2 门课已缴清"
    status, output = visitor.stage.manage("audit_money")
    assert status == 0, output
