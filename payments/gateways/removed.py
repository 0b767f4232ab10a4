"""A channel that this installation had once: its orders stay, and nobody answers for them."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import NoReturn

from payments.gateways.base import (
    GatewayUnavailable,
    NotificationRefused,
    PaymentRequest,
    RefundRequest,
    StatementLine,
)


class Removed:
    """Silent whatever is asked. It could be asked and closed, so silence releases nothing."""

    can_query = True
    can_close = True
    can_refund = False
    pays_by_code = False

    def __init__(self, channel: str) -> None:
        self.channel = channel

    def create(self, request: PaymentRequest) -> NoReturn:
        """Raise ``GatewayUnavailable``."""
        raise self._silence(request.number)

    def query(self, number: str) -> NoReturn:
        """Raise ``GatewayUnavailable``."""
        raise self._silence(number)

    def close(self, number: str, expires_at: datetime) -> NoReturn:
        """Raise ``GatewayUnavailable``."""
        raise self._silence(f"{number} {expires_at}")

    def refund(self, request: RefundRequest) -> NoReturn:
        """Raise ``GatewayUnavailable``."""
        raise self._silence(request.refund_number)

    def query_refund(self, number: str, refund_number: str) -> NoReturn:
        """Raise ``GatewayUnavailable``."""
        raise self._silence(f"{number} {refund_number}")

    def parse_notification(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> NoReturn:
        """Raise ``NotificationRefused``: nothing of it can be verified."""
        raise NotificationRefused(f"{self.channel} removed: {len(body)} {len(headers)} {now}")

    def acknowledgement(self) -> tuple[str, str]:
        """Nothing is understood."""
        return "", "text/plain; charset=utf-8"

    def statement(self, day: date) -> NoReturn:
        """Raise ``GatewayUnavailable``."""
        raise self._silence(day.isoformat())

    def statement_rows(self, day: date) -> Iterator[StatementLine]:
        """Raise ``GatewayUnavailable``."""
        raise self._silence(day.isoformat())

    def _silence(self, what: str) -> GatewayUnavailable:
        return GatewayUnavailable(f"{self.channel} removed: {what}")
