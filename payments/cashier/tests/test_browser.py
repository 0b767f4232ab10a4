"""The pages in a real browser, at the width of a phone and of a desk."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from payments.cashier.testing.process import CashierProcess
from payments.cashier.tests.conftest import NewRequest
from payments.gateways.registry import gateway
from portal.lib.testing.chromium import chromium

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests here."""
    with chromium() as running:
        yield running


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_wakes_up_when_a_second_tab_has_scanned(
    cashier: CashierProcess, new_request: NewRequest, browser: Browser, width: int
) -> None:
    request = new_request()
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(gateway("finance").create(request))
    page.get_by_role("button", name="去支付 ¥1,100.00").click()
    expect(page.get_by_alt_text("支付二维码")).to_be_visible()
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
    phone = context.new_page()
    phone.goto(cashier.url + cashier.order(request.number)["scan_path"])
    phone.get_by_role("button", name="支付 ¥1,100.00").click()
    expect(page.get_by_role("heading", name="支付成功")).to_be_visible()
    assert complaints == []
    context.close()


def test_a_paid_page_returns_to_the_school_by_itself(
    cashier: CashierProcess, new_request: NewRequest, browser: Browser
) -> None:
    request = new_request(return_url=f"{cashier.url}/control/")
    page = browser.new_page()
    url = gateway("finance").create(request)
    cashier.pay(request.number)
    page.goto(url)
    expect(page.get_by_role("heading", name="支付成功")).to_be_visible()
    page.wait_for_url(request.return_url)
    page.close()


def test_paying_needs_no_script(
    cashier: CashierProcess, new_request: NewRequest, browser: Browser
) -> None:
    request = new_request()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(gateway("finance").create(request))
    page.get_by_role("button", name="去支付 ¥1,100.00").click()
    page.get_by_role("button", name="在本机支付 ¥1,100.00").click()
    expect(page.get_by_role("heading", name="支付成功")).to_be_visible()
    context.close()
