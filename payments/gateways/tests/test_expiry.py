"""When silence proves something, to the second."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from payments.gateways.expiry import bill_is_due, can_be_opened

SHANGHAI = ZoneInfo("Asia/Shanghai")
EXPIRES = datetime(2025, 3, 14, 14, 20, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "open_still"),
    [("14:00:00", True), ("14:20:00", True), ("14:20:59", True), ("14:21:00", False)],
)
def test_an_unknown_order_can_be_opened_until_the_margin_is_over(
    now: str, open_still: bool
) -> None:
    assert can_be_opened(EXPIRES, at(14, now)) is open_still


@pytest.mark.parametrize(
    ("day_of_month", "now", "grace_days", "due"),
    [
        (14, "23:59:59", 0, False),
        (15, "09:59:59", 0, False),
        (15, "10:00:00", 0, True),
        (15, "10:00:00", 1, False),
        (16, "09:59:59", 1, False),
        (16, "10:00:00", 1, True),
    ],
)
def test_a_bill_is_due_at_ten_the_next_morning(
    day_of_month: int, now: str, grace_days: int, due: bool
) -> None:
    assert bill_is_due(date(2025, 3, 14), at(day_of_month, now), grace_days) is due


def at(day_of_month: int, clock: str) -> datetime:
    """That local time in March 2025."""
    return datetime.fromisoformat(f"2025-03-{day_of_month:02d}T{clock}+08:00")
