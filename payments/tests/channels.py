"""Channels that know less than the cashier: real classes, named by the setting ``GATEWAYS``."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Self

from payments.gateways.base import (
    GatewayUnavailable,
    NotificationRefused,
    PaymentAnswer,
    PaymentRequest,
    PaymentState,
    RefundAnswer,
    RefundRequest,
    StatementLine,
    StatementNotReady,
)


class FileOnly:
    """A finance platform that only exchanges files: no query, no close, no callback."""

    channel = "finance"
    can_query = False
    can_close = False
    can_refund = False
    pays_by_code = False

    @classmethod
    def from_settings(cls) -> Self:
        return cls()

    def create(self, request: PaymentRequest) -> str:
        return f"http://127.0.0.1/{request.number}"

    def query(self, number: str) -> PaymentAnswer:
        raise GatewayUnavailable(number)

    def close(self, number: str, expires_at: datetime) -> PaymentAnswer:
        del expires_at
        raise GatewayUnavailable(number)

    def refund(self, request: RefundRequest) -> RefundAnswer:
        raise GatewayUnavailable(request.refund_number)

    def query_refund(self, number: str, refund_number: str) -> RefundAnswer:
        raise GatewayUnavailable(f"{number} {refund_number}")

    def parse_notification(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> PaymentAnswer:
        raise NotificationRefused(f"no_callbacks {now:%H:%M} {len(body)} {len(headers)}")

    def acknowledgement(self) -> tuple[str, str]:
        return "", "text/plain"

    def statement(self, day: date) -> bytes:
        raise StatementNotReady(day.isoformat())

    def statement_rows(self, day: date) -> Iterator[StatementLine]:
        raise StatementNotReady(day.isoformat())


class Unscanned(FileOnly):
    """Nobody has opened the order's code yet, so the channel does not know it (Alipay)."""

    can_query = True
    can_close = True

    def query(self, number: str) -> PaymentAnswer:
        return PaymentAnswer(number, PaymentState.UNKNOWN, raw="{}")

    def close(self, number: str, expires_at: datetime) -> PaymentAnswer:
        del expires_at
        return self.query(number)
