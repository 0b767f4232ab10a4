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
