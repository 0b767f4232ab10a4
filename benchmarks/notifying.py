"""Callbacks as the cashier sends them, many at once."""

from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks.browser import Browser, Unexpected
from benchmarks.drivers import Outing
from payments.gateways import finance_wire as wire
from payments.gateways.base import PaymentAnswer, PaymentState


@dataclass(frozen=True)
class Notifying:
    """Tells the portal that an order is paid; travels to the driver's processes."""

    portal: str
    who: wire.Credentials
    amount_fen: int

    def __call__(self, number: str) -> Outing:
        """Send one callback over a connection of its own."""
        now = datetime.now(UTC)
        paid = PaymentState.PAID
        answer = PaymentAnswer(number, paid, "", f"T{number}", self.amount_fen, now)
        body = wire.dump_answer(answer)
        seal = wire.seal(wire.NOTIFY, body, who=self.who, now=now)
        headers = {**seal, "Content-Type": wire.JSON_TYPE}
        with Browser(self.portal, headers) as browser:
            status = browser.deliver("callback", "/payments/callback/finance", body)
            if status != 200:
                raise Unexpected(f"callback {number}: {status}")
            return Outing(number, tuple(browser.visits))
