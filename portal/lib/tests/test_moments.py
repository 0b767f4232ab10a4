"""Times as the college writes them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.lib.moments import countdown, day, moment, span

NOW = datetime(2025, 4, 23, 6, 31, tzinfo=UTC)  # 14:31 in the college


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2025, 4, 23, 6, 52, tzinfo=UTC), "14:52"),
        (datetime(2025, 4, 22, 16, 0, tzinfo=UTC), "00:00"),
        (datetime(2025, 4, 23, 16, 0, tzinfo=UTC), "4月24日（周四）00:00"),
        (datetime(2025, 4, 29, 9, 0, tzinfo=UTC), "4月29日（周二）17:00"),
        (datetime(2024, 12, 31, 15, 59, tzinfo=UTC), "2024年12月31日（周二）23:59"),
    ],
    ids=["today", "first minute of today", "tomorrow", "another day", "another year"],
)
def test_moment(value: datetime, text: str) -> None:
    assert moment(value, NOW) == text


def test_day_names_the_year_only_when_it_differs() -> None:
    assert day(date(2025, 5, 8), date(2025, 4, 23)) == "5月8日（周四）"
    assert day(date(2026, 1, 4), date(2025, 4, 23)) == "2026年1月4日（周日）"


@pytest.mark.parametrize(
    ("seconds", "text"), [(728, "12:08"), (0.2, "0:01"), (0, "0:00"), (-5, "0:00"), (60, "1:00")]
)
def test_countdown_reaches_zero_only_at_the_end(seconds: float, text: str) -> None:
    assert countdown(seconds) == text


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(minutes=30), "30 分钟"),
        (timedelta(seconds=45), "45 秒"),
        (timedelta(seconds=90), "90 秒"),
        (timedelta(hours=3), "3 小时"),
        (timedelta(days=2), "2 天"),
    ],
)
def test_span(length: timedelta, text: str) -> None:
    assert span(length) == text
