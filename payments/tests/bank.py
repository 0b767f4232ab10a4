"""A bank in memory behind every channel of the town: it pays, refunds, and is sometimes silent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Self

from payments.gateways.base import (
    GatewayRefused,
    GatewayUnavailable,
    NotificationRefused,
    PaymentAnswer,
    PaymentRequest,
    PaymentState,
    RefundAnswer,
    RefundRequest,
    RefundState,
    StatementLine,
    StatementNotReady,
)

CHANNELS = dict.fromkeys(("finance", "wechat"), "payments.tests.bank.Bank")


@dataclass
class Vault:
    """What the bank really has: payments by order and trade number, refunds by our number."""

    dice: Random
    paid: dict[tuple[str, str], int] = field(default_factory=dict)
    refunded: dict[str, tuple[str, int, RefundState]] = field(default_factory=dict)


class Bank:
    """A gateway in memory. It answers, or is silent after or before it has done what was asked."""

    can_query = can_close = can_refund = True
    pays_by_code = False
    channel = "any"
    vault: Vault  # set by the town; one bank behind both channels

    @classmethod
    def from_settings(cls) -> Self:
        return cls()

    def create(self, request: PaymentRequest) -> str:
        return f"https://bank.invalid/{request.number}"

    def query(self, number: str) -> PaymentAnswer:
        return PaymentAnswer(number, PaymentState.UNPAID, "")

    def close(self, number: str, expires_at: datetime) -> PaymentAnswer:  # noqa: ARG002 -- the Protocol
        return PaymentAnswer(number, PaymentState.CLOSED, "")

    def refund(self, request: RefundRequest) -> RefundAnswer:
        self._maybe_silent()
        left = self.vault.paid.get((request.number, request.trade_number), 0)
        if not left:
            raise GatewayRefused("unknown_order")  # nobody paid that here
        known = self.vault.refunded
        if request.refund_number not in known:
            gone = sum(
                fen for number, fen, state in known.values()
                if number == request.trade_number and state is not RefundState.FAILED
            )  # fmt: skip
            assert request.amount_fen <= left - gone, "more goes back than came"
            key = (request.trade_number, request.amount_fen, RefundState.ACCEPTED)
            known[request.refund_number] = key
        self._maybe_silent()
        return self._answer(request.number, request.refund_number)

    def query_refund(self, number: str, refund_number: str) -> RefundAnswer:
        self._maybe_silent()
        if refund_number not in self.vault.refunded:
            return RefundAnswer(number, refund_number, RefundState.UNKNOWN, "{}")
        trade, fen, state = self.vault.refunded[refund_number]
        if state is RefundState.ACCEPTED:
            state = self.vault.dice.choice((RefundState.ARRIVED, RefundState.FAILED, state))
            self.vault.refunded[refund_number] = (trade, fen, state)
        return self._answer(number, refund_number)

    def parse_notification(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> PaymentAnswer:
        raise NotificationRefused(f"{len(body)} {len(headers)} {now}")

    def acknowledgement(self) -> tuple[str, str]:
        return "", "text/plain"

    def statement(self, day: date) -> bytes:
        raise StatementNotReady(day.isoformat())

    def statement_rows(self, day: date) -> Iterator[StatementLine]:
        raise StatementNotReady(day.isoformat())

    def _answer(self, number: str, refund_number: str) -> RefundAnswer:
        _trade, fen, state = self.vault.refunded[refund_number]
        return RefundAnswer(number, refund_number, state, "{}", fen)

    def _maybe_silent(self) -> None:
        if self.vault.dice.random() < 0.2:
            raise GatewayUnavailable("silent")
