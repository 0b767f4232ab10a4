"""Open orders by the thousand, written straight into the tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from payments.book import Arrival
from payments.models import Charge, Order, OrderLine
from payments.states import MessageKind
from portal.accounts.models import User

CHANNEL = "finance"
BATCH = 2000
FEE_FEN = 30_000


@dataclass(frozen=True)
class Opened:
    """Orders that wait for their money; ``label`` tells this lot from others."""

    numbers: tuple[str, ...]
    amount_fen: int  # of each order

    def arrivals(self, now: datetime) -> list[Arrival]:
        """A payment for each."""
        return [
            Arrival(CHANNEL, number, f"T{number}", self.amount_fen, now, MessageKind.STATEMENT)
            for number in self.numbers
        ]


def open_orders(label: str, count: int, lines: int, opened_at: datetime) -> Opened:
    """Write ``count`` open orders of ``lines`` held courses each; all are due to be asked about.

    The first student gets none: no enrolment stands behind these charges, so nobody who has them
    can look at his pages.
    """
    students = User.objects.filter(role="student").order_by("pk")
    payers = list(students.values_list("pk", flat=True))[1:]
    orders = Order.objects.bulk_create(
        (_order(label, index, payers, lines, opened_at) for index in range(count)), batch_size=BATCH
    )
    owed = [order for order in orders for _ in range(lines)]
    charges = Charge.objects.bulk_create(
        (_charge(label, index, order.payer_id, opened_at) for index, order in enumerate(owed)),
        batch_size=BATCH,
    )
    OrderLine.objects.bulk_create(
        (
            OrderLine(order=order, charge=charge, position=index % lines + 1, amount_fen=FEE_FEN)
            for index, (order, charge) in enumerate(zip(owed, charges, strict=True))
        ),
        batch_size=BATCH,
    )
    return Opened(tuple(order.number for order in orders), lines * FEE_FEN)


def _order(label: str, index: int, payers: Sequence[int], lines: int, opened_at: datetime) -> Order:
    return Order(
        number=f"{label}{opened_at:%Y%m%d%H%M%S}{index:06d}",
        payer_id=payers[index % len(payers)],
        channel=CHANNEL,
        amount_fen=lines * FEE_FEN,
        opened_at=opened_at,
        expires_at=opened_at + settings.ORDER_RELEASE_AFTER,
        next_check_at=opened_at,
    )


def _charge(label: str, index: int, payer_id: int, created_at: datetime) -> Charge:
    return Charge(
        payer_id=payer_id,
        purpose="retake",
        reference=f"{label}{index}",
        group="retake:round:0",
        title="高等数学（2-1）",
        amount_fen=FEE_FEN,
        created_at=created_at,
    )
