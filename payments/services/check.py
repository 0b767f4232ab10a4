"""Asking a gateway what became of an order, and doing what the answer says."""

from dataclasses import dataclass
from datetime import datetime

from payments.gateways.base import PaymentState
from payments.states import OrderState


@dataclass(frozen=True)
class CheckResult:
    """What is known of an order now. ``answer`` is None when the gateway gave none."""

    number: str
    state: OrderState
    answer: PaymentState | None


def check_order(number: str, now: datetime) -> CheckResult:
    """Ask the gateway (one call, a few seconds at most) and settle or close by its answer.

    Call it outside any transaction. No answer changes nothing. Raises ``NotYours`` for an unknown
    number.
    """
    raise NotImplementedError
