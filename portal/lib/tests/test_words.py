"""Moments as colleges write them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from portal.lib.tables.words import Moment

AT = datetime(2025, 3, 1, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    "written",
    [
        "2025-03-01 09:30",
        "2025-03-01 9:30:00",
        "2025-03-01T09:30:00",
        "2025/3/1  9:30",
        "2025.3.1 9：30",
        "20250301 09:30",
        "2025年3月1日 9:30",
        "2025年3月1日9:30",
    ],
)
def test_a_moment_is_read_as_people_write_it(written: str) -> None:
    assert Moment().clean(written) == AT


def test_a_moment_comes_back_to_the_microsecond() -> None:
    at = AT.replace(second=7, microsecond=12)
    assert Moment().clean(Moment().render(at)) == at
    assert Moment().clean("") is None
    assert Moment().clean("2025-03-01") == AT.replace(hour=0, minute=0)


@pytest.mark.parametrize(
    "written",
    [
        "明天",
        "09:30",
        "2025-02-30 09:30",
        "2025-03-01 24:30",
        "2025-03-01 晚上",
        "2025-03-01 09:30+08:00",
        "0001-01-01 00:00",
        "9999-12-31 23:59",
    ],
)
def test_what_is_no_moment_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="应是日期和时间"):
        Moment().clean(written)
