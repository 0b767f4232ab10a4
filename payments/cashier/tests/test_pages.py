"""The payer's pages over plain HTTP: everything works by reload, without JavaScript."""

import html
import re
from datetime import UTC, datetime

import pytest
import requests

from payments.cashier.testing.merchant import Merchant
from payments.cashier.testing.process import PATIENCE, CashierProcess
from payments.cashier.tests.conftest import NewRequest
from payments.gateways.registry import gateway


class Visitor:
    """A browser without JavaScript; ``text`` is what the last page says."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.url = self.page = ""
        self.status = 0

    def get(self, url: str) -> None:
        """Open a page."""
        self._keep(self.session.get(url, timeout=PATIENCE))

    def press(self, action: str, **fields: str) -> None:
        """Submit the page's form whose action ends like this."""
        target = re.search(rf'action="([^"]*{action}/)"', self.page)
        assert target is not None, self.page
        self.post(target[1], **fields)

    def post(self, path: str, **fields: str) -> None:
        """Send fields with the page's own CSRF token."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page)
        assert token is not None
        data = {"csrfmiddlewaretoken": token[1], **fields}
        self._keep(
            self.session.post(requests.compat.urljoin(self.url, path), data, timeout=PATIENCE)
        )

    @property
    def text(self) -> str:
        """The words of the page."""
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", self.page)).split())

    @property
    def heading(self) -> str:
        """The page's h1."""
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.page, re.DOTALL)
        assert found is not None
        return html.unescape(found[1])

    def _keep(self, answer: requests.Response) -> None:
        self.url, self.page, self.status = answer.url, answer.text, answer.status_code


@pytest.fixture
def visitor() -> Visitor:
    """Somebody who just opened his browser."""
    return Visitor()


def opened(new_request: NewRequest, minutes: float = 20) -> tuple[str, str]:
    """Number and page of an order that is handed over."""
    request = new_request(minutes=minutes)
    return request.number, gateway("finance").create(request)


def test_the_first_page_asks_for_the_method(
    cashier: CashierProcess, new_request: NewRequest, visitor: Visitor
) -> None:
    number, url = opened(new_request)
    visitor.get(url)
    assert visitor.heading == "支付方式选择"
    for words in (f"您的订单号是： {number}", "支付金额为： ¥1,100.00", "请选择以下方式进行支付"):
        assert words in visitor.text


def test_the_order_page_shows_what_the_manual_shows(
    cashier: CashierProcess, new_request: NewRequest, visitor: Visitor
) -> None:
    request = new_request()
    visitor.get(gateway("finance").create(request))
    visitor.press("method", method="alipay")
    local = request.opened_at.astimezone().strftime("%H:%M:%S")
    for words in (
        "缴费平台 常州工程职业技术学院",
        "欢迎 王小明 20220101",
        f"订单号 {request.number}",
        "币种 人民币",
        "应收金额 ¥1,100.00",
        "手机扫码支付",
        "用支付宝扫一扫",
        "发票信息",
        "明细",
        "修改",
    ):
        assert words in visitor.text
    assert re.search(rf"交易日期 \d{{4}}-\d\d-\d\d \d\d{local[2:]}", visitor.text)


def test_no_page_carries_script_or_style_of_its_own(
    cashier: CashierProcess, new_request: NewRequest, visitor: Visitor
) -> None:
    _, url = opened(new_request)
    visitor.get(url)
    visitor.press("method", method="wechat")
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=", visitor.page) == []
    policy = visitor.session.get(url, timeout=PATIENCE).headers["Content-Security-Policy"]
    assert "unsafe" not in policy


def test_paying_on_the_phone_itself(
    cashier: CashierProcess, new_request: NewRequest, visitor: Visitor, merchant: Merchant
) -> None:
    number, url = opened(new_request)
    visitor.get(url)
    visitor.press("method", method="wechat")
    visitor.press("confirm")
    assert visitor.heading == "支付成功"
    assert 'href="http://127.0.0.1/back/" data-return-after="5"' in visitor.page
    assert merchant.wait_for(1)[0].answer.number == number


def test_scanning_refusing_and_paying_after_all(
    cashier: CashierProcess, new_request: NewRequest, visitor: Visitor
) -> None:
    number, url = opened(new_request)
    visitor.get(url)
    visitor.press("method", method="wechat")
    phone = Visitor()
    phone.get(cashier.url + cashier.order(number)["scan_path"])
    phone.press("refuse")
    visitor.get(visitor.url)
    assert visitor.heading == "支付没有成功，没有扣款"
    visitor.press("method", method="wechat")
    phone.press("confirm")
    visitor.get(visitor.url)
    assert (visitor.heading, phone.heading) == ("支付成功", "支付成功")


def test_paying_again_from_a_stale_page_changes_nothing(
    cashier: CashierProcess, new_request: NewRequest, visitor: Visitor, merchant: Merchant
) -> None:
    number, _ = opened(new_request)
    visitor.get(cashier.url + cashier.order(number)["scan_path"])
    stale = visitor.page
    visitor.press("confirm")
    trade = cashier.order(number)["trade_number"]
    visitor.page = stale
    visitor.press("confirm")
    assert visitor.heading == "支付成功"
    assert cashier.order(number)["trade_number"] == trade
    cashier.wait_for_callbacks(number)
    assert len(merchant.received) == 1


@pytest.mark.parametrize(
    ("minutes", "heading"),
    [(20, "订单已关闭，没有扣款"), (-1, "订单已过期，没有扣款")],
    ids=["closed", "expired"],
)
def test_an_order_that_is_over_says_so_and_takes_no_money(
    cashier: CashierProcess, new_request: NewRequest, visitor: Visitor, minutes: int, heading: str
) -> None:
    _, living = opened(new_request)
    number, url = opened(new_request, minutes)
    if minutes > 0:
        gateway("finance").close(number, datetime.now(UTC))
    visitor.get(living)  # its form stands for a page left open
    visitor.post(url + "confirm/")
    assert (visitor.status, visitor.heading) == (409, heading)
    assert cashier.order(number)["paid_at"] is None


def test_a_closed_order_stays_payable_while_the_switch_says_so(
    cashier: CashierProcess, new_request: NewRequest, visitor: Visitor
) -> None:
    number, url = opened(new_request)
    gateway("finance").close(number, datetime.now(UTC))
    cashier.switch(number, late_pay=True)
    visitor.get(url)
    visitor.press("method", method="wechat")
    visitor.press("confirm")
    assert visitor.heading == "支付成功"


def test_the_receipt_can_be_made_out_to_somebody_else(
    cashier: CashierProcess, new_request: NewRequest, visitor: Visitor
) -> None:
    _, url = opened(new_request)
    visitor.get(url)
    visitor.press("method", method="wechat")
    visitor.get(url + "invoice/")
    visitor.post(visitor.url, title="", email="not an address")
    assert visitor.status == 400
    assert "有 2 处需要修改" in visitor.text
    visitor.post(visitor.url, title="王家 <有限公司>", email="w@example.com")
    assert "发票抬头 王家 <有限公司> 邮箱 w@example.com" in visitor.text


def test_an_unknown_method_is_refused(
    cashier: CashierProcess, new_request: NewRequest, visitor: Visitor
) -> None:
    _, url = opened(new_request)
    visitor.get(url)
    visitor.press("method", method="cash")
    assert visitor.status == 409
    assert "没有这种支付方式。" in visitor.text


@pytest.mark.parametrize(
    "path", ["/pay/guess/", "/pay/guess/order/", "/scan/guess/", "/nothing", "/pay/guess/state/"]
)
def test_a_guessed_address_shows_nothing(
    cashier: CashierProcess, visitor: Visitor, path: str
) -> None:
    visitor.get(cashier.url + path)
    assert (visitor.status, visitor.heading) == (404, "没有这一页")


def test_a_payment_needs_the_pages_own_form(
    cashier: CashierProcess, new_request: NewRequest, visitor: Visitor
) -> None:
    number, url = opened(new_request)
    answer = requests.post(url + "confirm/", timeout=PATIENCE)
    assert answer.status_code == 403
    assert "这一页放久了，没有付款" in answer.text
    assert cashier.order(number)["state"] == "unpaid"


def test_looking_at_an_action_pays_nothing(
    cashier: CashierProcess, new_request: NewRequest, visitor: Visitor
) -> None:
    number, url = opened(new_request)
    visitor.get(url + "confirm/")
    assert visitor.status == 405
    assert cashier.order(number)["state"] == "unpaid"


def test_a_platform_that_is_down_shows_no_page(
    cashier: CashierProcess, new_request: NewRequest, visitor: Visitor
) -> None:
    _, url = opened(new_request)
    cashier.switch(down="503")
    visitor.get(url)
    assert visitor.status == 503


def test_the_desk_sets_and_resets_switches(
    cashier: CashierProcess, new_request: NewRequest, visitor: Visitor
) -> None:
    _, url = opened(new_request)
    visitor.get(cashier.url + "/control/")
    visitor.press("switch", number="", down="503")
    other = Visitor()
    other.get(url)
    assert other.status == 503
    visitor.press("reset")
    other.get(url)
    assert other.status == 200


def test_the_desk_says_what_it_does_not_understand(
    cashier: CashierProcess, visitor: Visitor
) -> None:
    visitor.get(cashier.url + "/control/")
    visitor.press("switch", number="", slow="soon")
    assert visitor.status == 400
    assert "没有改：有一项不是数字，或时刻没有时区。" in visitor.text


def test_the_desk_books_an_order(
    cashier: CashierProcess, new_request: NewRequest, visitor: Visitor
) -> None:
    number, _ = opened(new_request)
    visitor.get(cashier.url + "/control/")
    visitor.press("pay", number=number)
    assert cashier.order(number)["state"] == "paid"
