"""What the platform's own tests share."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from payments.cashier.testing.merchant import Merchant
from payments.gateways.base import PaymentRequest

serial = itertools.count(1)

NewRequest = Callable[..., PaymentRequest]


@pytest.fixture
def new_request(merchant: Merchant) -> NewRequest:
    """Make orders with numbers of their own, payable for ``minutes``."""

    def make(minutes: float = 20, return_url: str = "http://127.0.0.1/back/") -> PaymentRequest:
        now = datetime.now(UTC)
        return PaymentRequest(
            number=f"PAGE{now:%Y%m%d%H%M%S}{next(serial):06d}",
            amount_fen=110_000,
            title="重修缴费 2 门",
            items=(("路由与交换技术", 60_000), ("数据库应用基础", 50_000)),
            payer_number="20220101",
            payer_name="王小明",
            opened_at=now,
            expires_at=now + timedelta(minutes=minutes),
            return_url=return_url,
            notify_url=merchant.url,
        )

    return make
