"""At the finance platform's own pages, as a payer uses them."""

import re

from playwright.sync_api import expect

from portal.tests.browser.visitor import Visitor


def choose_method(visitor: Visitor, method: str = "微信支付") -> str:
    """支付方式选择 and on to the order page; returns the order number that both show."""
    page = visitor.page
    expect(page.locator("h1")).to_have_text("支付方式选择")
    visitor.shot("cashier-choose")
    page.get_by_label(method).check()
    visitor.press("去支付")
    visitor.shot("cashier-order")
    found = re.search(r"订单号\s*(ZZJF\d+)", visitor.text)
    assert found is not None
    return found[1]


def pay_here(visitor: Visitor) -> None:
    """The button for somebody who cannot scan the screen in his hand."""
    visitor.press("在本机支付")
    expect(visitor.page.locator("h1")).to_have_text("支付成功")
    visitor.shot("cashier-paid")


def pay_by_scanning(visitor: Visitor) -> None:
    """A second tab plays the phone that scans the QR code; the first notices by itself."""
    address = visitor.page.get_by_role("link", name="在新标签页里扮演扫码的手机")
    phone = visitor.new_tab()
    phone.goto(address.get_attribute("href") or "")
    phone.get_by_role("button", name="支付 ¥").click()
    expect(phone.locator("h1")).to_have_text("支付成功")
    phone.close()
    expect(visitor.page.locator("h1")).to_have_text("支付成功")
    visitor.shot("cashier-scanned")


def return_to_school(visitor: Visitor) -> None:
    """返回学校, without waiting for the page to do it."""
    visitor.follow("返回学校")
