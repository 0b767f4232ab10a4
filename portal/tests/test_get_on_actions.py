"""An address that changes something takes no GET."""

import pytest

from portal.tests.people import W, browser_of
from portal.tests.refusing import nothing_changes, said

pytestmark = pytest.mark.usefixtures("college")


ACTIONS = (
    "/retake/enroll/",
    "/retake/notice/read/",
    "/retake/enrollments/1/withdrawal/",
    "/retake/veteran/claim/",
    "/payments/open/",
    "/payments/lines/1/release/",
    "/payments/orders/ZZJF1/pay/",
    "/payments/orders/ZZJF1/claim/",
    "/payments/orders/ZZJF1/retract/",
    "/messages/read/",
)


@pytest.mark.parametrize("path", ACTIONS)
def test_get_on_an_action(path: str) -> None:
    with nothing_changes():
        answer = browser_of(W).get(path)
    assert said(answer) == (405, "这个地址要从页面上的按钮进入。")


@pytest.mark.parametrize(
    "path", ["/admin/credits/application/1/decide/", "/admin/payments/surplus/1/claim/"]
)
def test_get_on_a_button_of_admin(path: str) -> None:
    answer = browser_of("admin").get(path)
    assert said(answer) == (405, "这个地址要从页面上的按钮进入。")
    assert answer.headers["Allow"] == "POST"


def test_post_on_a_page_that_takes_none() -> None:
    answer = browser_of(W).post("/retake/enrollments/")
    assert said(answer) == (405, "这个页面只能查看，不能提交。")
    assert answer.headers["Allow"] == "GET, HEAD"
