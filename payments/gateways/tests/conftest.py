"""A channel and the platform at its other end, as the conformance suite orders them about."""

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from payments.cashier.testing.merchant import Merchant
from payments.cashier.testing.process import CashierProcess
from payments.gateways.base import Gateway, PaymentAnswer, PaymentRequest, RefundRequest
from payments.gateways.registry import gateway

CHANNELS = ["finance"]
serial = itertools.count(1)


@dataclass(frozen=True)
class Till:
    """An adapter and the platform it speaks to."""

    gateway: Gateway
    platform: CashierProcess
    merchant: Merchant

    def order(self, amount_fen: int = 110_000, minutes: float = 20) -> PaymentRequest:
        """An order with a number of its own, payable for so long, not handed over yet."""
        now = datetime.now(UTC)
        return PaymentRequest(
            number=f"ZZJF{now:%Y%m%d%H%M%S}{next(serial):06d}",
            amount_fen=amount_fen,
            title="重修缴费 2 门",
            items=(("路由与交换技术", amount_fen - 1), ("形势与政策（2-1）", 1)),
            payer_number="0020220101",
            payer_name="王·小明",
            opened_at=now,
            expires_at=now + timedelta(minutes=minutes),
            return_url="http://127.0.0.1/return/",
            notify_url=self.merchant.url,
        )

    def opened(self, amount_fen: int = 110_000, minutes: float = 20) -> str:
        """The number of an order that is handed over."""
        request = self.order(amount_fen, minutes)
        self.gateway.create(request)
        return request.number

    def close(self, number: str) -> PaymentAnswer:
        """Close an order whose time is over long ago."""
        return self.gateway.close(number, datetime.now(UTC) - timedelta(hours=1))

    def paid(self, amount_fen: int = 110_000) -> RefundRequest:
        """An order that is paid, and the request that sends the whole of it back."""
        number = self.opened(amount_fen)
        trade_number = self.platform.pay(number)["trade_number"]
        refund_number = f"TK{number[4:]}"
        return RefundRequest(
            number, refund_number, trade_number, amount_fen, amount_fen, "课程未开班"
        )


@pytest.fixture(params=CHANNELS)
def till(request: pytest.FixtureRequest, cashier: CashierProcess, merchant: Merchant) -> Till:
    """One channel, up and well behaved."""
    return Till(gateway(request.param), cashier, merchant)
