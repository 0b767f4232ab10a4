"""One student from the sign-in page to the receipt, by the pages a browser would show him."""

import re
import time

from benchmarks.browser import Browser, Page, Unexpected
from benchmarks.recording import FLOW_HEADER

RETURN_LINK = re.compile(r'href="([^"]*/payments/orders/([^"/]+)/return/)"')
PAID, CONFIRMING = "缴费成功", "refresh, every "  # the page asks again by itself
PATIENCE = 30.0  # seconds in front of a page without a result


class Student:
    """Somebody with an account, who presses the buttons the pages offer him."""

    def __init__(self, portal: str, username: str, password: str) -> None:
        self.username, self.password = username, password
        self.browser = Browser(portal, extra={FLOW_HEADER: username})

    def sign_in(self) -> None:
        """Sign in and arrive on the dashboard."""
        page = self.browser.open("sign-in page", "/accounts/login/")
        form = page.form("/accounts/login/")
        filled = form.filled(username=self.username, password=self.password)
        _require_ok(self.browser.send("sign in", page, form, filled), "/")

    def read_notice(self) -> Page:
        """Read the notice, say so, and arrive on the choice of courses."""
        page = self.browser.open("notice", "/retake/notice/")
        form = page.form("/retake/notice/read/")
        return _require_ok(self.browser.send("read notice", page, form, form.fields), "/retake/")

    def choose(self, page: Page, courses: int) -> None:
        """Tick the first courses of the choice and enrol in them."""
        form = page.form("/retake/enroll/")
        name, offered = next(iter(form.boxes.items()))
        filled = form.filled(**{name: list(offered[:courses])})
        _require_ok(self.browser.send("enrol", page, form, filled), "/retake/enrollments/")

    def open_order(self) -> Page:
        """Press the button of the next batch and arrive at the cashier."""
        page = self.browser.open("payment page", "/payments/")
        form = page.form("/payments/open/")
        return _require_ok(self.browser.send("open order", page, form, form.fields), "/pay/")

    def pay(self, page: Page) -> Page:
        """Choose a method at the cashier and pay on this device."""
        method = page.form("/method/")
        page = self.browser.send("cashier: method", page, method, method.fields)
        confirm = page.form("/confirm/")
        page = self.browser.send("cashier: pay", page, confirm, confirm.fields)
        return _require_ok(page, "/order/")

    def come_back(self, page: Page) -> str:
        """Return to the portal and wait until it says 缴费成功; gives the order's number."""
        link, number = return_link(page)
        shown = self.browser.open("return page", link)
        deadline = time.monotonic() + PATIENCE
        while PAID not in shown.text:
            if CONFIRMING not in shown.text or time.monotonic() > deadline:
                raise Unexpected(f"{link} ({shown.status}) does not say that {number} is paid")
            time.sleep(1)
            shown = self.browser.open("return page again", f"/payments/orders/{number}/result/")
        return number

    def whole_way(self, courses: int) -> str:
        """Everything once, up to three courses; returns the number of the paid order."""
        self.sign_in()
        self.choose(self.read_notice(), courses)
        return self.come_back(self.pay(self.open_order()))


def return_link(page: Page) -> tuple[str, str]:
    """The way back from the cashier and the order's number; raises ``Unexpected``."""
    found = RETURN_LINK.search(page.text)
    if found is None:
        raise Unexpected(f"{page.url} ({page.status}) has no way back to the portal")
    return found.group(1), found.group(2)


def _require_ok(page: Page, path: str) -> Page:
    """The page that was led to, which must be the one hoped for."""
    if page.status != 200 or path not in page.url or "/accounts/login/" in page.url:
        raise Unexpected(f"expected {path}, got {page.url} ({page.status}): {_words(page.text)}")
    return page


def _words(text: str) -> str:
    """The beginning of what a page says, without its tags."""
    main = text.partition("<main")[2] or text
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())[:200]
