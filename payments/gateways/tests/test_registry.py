"""A channel that was taken out of the settings while it still had orders."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from payments.gateways.base import (
    Gateway,
    GatewayUnavailable,
    NotificationRefused,
    PaymentRequest,
    RefundRequest,
)
from payments.gateways.registry import gateway

NOW = datetime(2025, 4, 23, tzinfo=UTC)
ORDER = PaymentRequest("ZZJF1", 1, "t", (), "1", "n", NOW, NOW, "http://x/", "http://x/")
CALLS: dict[str, Callable[[Gateway], object]] = {
    "create": lambda gone: gone.create(ORDER),
    "query": lambda gone: gone.query("ZZJF1"),
    "close": lambda gone: gone.close("ZZJF1", NOW),
    "refund": lambda gone: gone.refund(RefundRequest("ZZJF1", "TK1", "T1", 1, 1, "r")),
    "query_refund": lambda gone: gone.query_refund("ZZJF1", "TK1"),
    "statement": lambda gone: gone.statement(date(2025, 4, 23)),
    "statement_rows": lambda gone: gone.statement_rows(date(2025, 4, 23)),
}


@pytest.mark.parametrize("name", CALLS)
def test_channel_that_was_removed_is_silent(name: str) -> None:
    with pytest.raises(GatewayUnavailable, match="gone removed"):
        CALLS[name](gateway("gone"))


def test_channel_that_was_removed_believes_nobody() -> None:
    gone = gateway("gone")
    with pytest.raises(NotificationRefused, match="gone removed"):
        gone.parse_notification(b"", {}, NOW)
    assert gone.acknowledgement() == ("", "text/plain; charset=utf-8")


def test_its_orders_wait_for_somebody_to_decide() -> None:
    gone = gateway("gone")
    can = (gone.can_query, gone.can_close, gone.can_refund, gone.pays_by_code)
    assert can == (True, True, False, False)
