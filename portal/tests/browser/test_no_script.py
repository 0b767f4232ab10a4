"""Without JavaScript every page works by reload."""

from portal.tests.browser.cashier import choose_method, pay_here, return_to_school
from portal.tests.browser.conftest import Visit


def test_enrol_and_pay_by_reload_only(visit: Visit) -> None:
    visitor = visit(script=False)
    page = visitor.page
    visitor.sign_in("20220104")
    visitor.open("/retake/")
    visitor.press("已阅读，去选课")
    for name in ("高等数学（2-1）", "军事理论"):
        page.locator("label.pick").filter(has_text=name).locator("input").check()
    assert ("已选" in visitor.text, "门数和金额写在下一页" in visitor.text) == (False, True)
    visitor.shot("choice")
    visitor.press("提交报名")
    assert visitor.heading == "已报名 2 门"
    visitor.open("/payments/")
    assert visitor.heading == "2 门课，一次缴清"
    visitor.shot("plan")
    visitor.press("缴第 1 批 ¥600.00")
    number = choose_method(visitor)
    visitor.stage.cashier.switch(number, callback_lose=100, unpaid_for=600)
    pay_here(visitor)
    return_to_school(visitor)
    assert visitor.heading == "还没有收到付款"
    visitor.shot("confirming")
    visitor.stage.cashier.switch(number, unpaid_for=0)
    for _ in range(30):
        if visitor.heading == "缴费成功":
            break
        page.wait_for_timeout(1000)
        page.reload()
    assert visitor.heading == "缴费成功"
    visitor.shot("paid")
    visitor.open("/payments/")
    assert visitor.heading == "2 门课已缴清"
