"""Every standing, batch and order has its chip; waits carry their own time."""

from datetime import UTC, datetime, timedelta

import pytest

from payments import wording
from payments.models import Order
from payments.standing import Position, Standing
from payments.states import LineState, OrderState
from portal.lib.status import Tone

NOW = datetime(2025, 4, 23, 6, 31, tzinfo=UTC)
LATER = NOW + timedelta(minutes=21)


@pytest.mark.parametrize(
    ("standing", "tone", "text"),
    [
        (Standing.PAID, Tone.DONE, "已缴费"),
        (Standing.WAIVED, Tone.DONE, "免费"),
        (Standing.HELD, Tone.WAIT, "待支付"),
        (Standing.CONFIRMING, Tone.BUSY, "确认中"),
        (Standing.COOLING, Tone.WAIT, "14:52 后可缴"),
        (Standing.PAYABLE, Tone.TODO, "现在可缴"),
        (Standing.WATCHED, Tone.TODO, "先核对上一笔"),
        (Standing.NOT_OPEN, Tone.IDLE, "14:52 开始缴费"),
        (Standing.OVER, Tone.IDLE, "缴费已截止"),
        (Standing.REFUSED, Tone.STOP, "现在不能缴"),
        (Standing.VOID, Tone.IDLE, "已退报名"),
    ],
)
def test_chip_of_a_charge(standing: Standing, tone: Tone, text: str) -> None:
    status = wording.of_charge(Position(standing, LATER), NOW)
    assert (status.tone, status.text) == (tone, text)


def test_every_standing_is_worded() -> None:
    texts = {standing: wording.of_charge(Position(standing, LATER), NOW) for standing in Standing}
    assert len({status.text for status in texts.values()}) == len(Standing)


def test_every_line_state_is_worded() -> None:
    assert [wording.of_line(state).text for state in LineState] == [
        "待支付",
        "已缴费",
        "已释放",
        "已转退费",
    ]


@pytest.mark.parametrize(
    ("state", "minutes", "claimed", "text"),
    [
        (OrderState.OPEN, 19, False, "待支付"),
        (OrderState.OPEN, 20, False, "正在向缴费平台核对"),
        (OrderState.OPEN, 5, True, "确认中"),
        (OrderState.CLOSED, 25, False, "已关闭"),
        (OrderState.PAID, 5, True, "已缴费"),
    ],
    ids=["open", "expired", "claimed", "closed", "paid"],
)
def test_chip_of_an_order(state: OrderState, minutes: int, claimed: bool, text: str) -> None:
    opened = NOW - timedelta(minutes=minutes)
    order = Order(
        state=state,
        opened_at=opened,
        expires_at=opened + timedelta(minutes=20),
        claimed_at=NOW if claimed else None,
    )
    assert wording.of_order(order, NOW).text == text
