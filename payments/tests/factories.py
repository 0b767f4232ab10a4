"""Payers, charges, orders and money for tests; each call makes new rows unless told otherwise."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from django.db import transaction

from payments.book import Arrival, Outcome
from payments.models import Charge, Order, OrderLine
from payments.services.charges import Due, raise_charges
from payments.services.check import mark_closed
from payments.services.orders import open_order
from payments.services.release import release_line
from payments.services.settle import settle
from payments.states import MessageKind
from portal.accounts.models import User

NOW = datetime(2025, 4, 23, 6, 23, tzinfo=UTC)  # 14:23 in the college
CHANNEL = "finance"
PURPOSE = "test"
HANDLERS = {PURPOSE: "payments.tests.workflow.TestCharges"}

_numbers = count(1)


def minutes(amount: float) -> timedelta:
    """Short for what tests write most."""
    return timedelta(minutes=amount)


def make_payer(name: str = "王同学") -> User:
    """A student who never signs in."""
    return User.objects.create(username=f"payer-{next(_numbers)}", name=name, password="!")


def raise_charge(
    *,
    payer_id: int,
    purpose: str,
    reference: str,
    group: str,
    title: str,
    amount_fen: int,
    now: datetime,
    waived: bool = False,
) -> Charge:
    """``raise_charges`` for one, new or not."""
    due = Due(reference, title, amount_fen, waived)
    return raise_charges(payer_id=payer_id, purpose=purpose, group=group, dues=[due], now=now)[0]


def raise_again(charge: Charge, now: datetime) -> Charge:
    """The same thing owed once more."""
    return raise_charge(
        payer_id=charge.payer_id,
        purpose=charge.purpose,
        reference=charge.reference,
        group=charge.group,
        title=charge.title,
        amount_fen=charge.amount_fen,
        now=now,
    )


def make_charge(
    payer: User,
    fen: int = 40000,
    *,
    waived: bool = False,
    reference: str = "",
    group: str = "test:1",
    now: datetime = NOW,
    purpose: str = PURPOSE,
) -> Charge:
    """One charge of ``payer``, owed unless waived."""
    number = next(_numbers)
    with transaction.atomic():
        return raise_charge(
            payer_id=payer.pk,
            purpose=purpose,
            reference=reference or str(number),
            group=group,
            title=f"课程{number}",
            amount_fen=fen,
            waived=waived,
            now=now,
        )


def make_charges(payer: User, amounts: Sequence[int] = (40000, 40000, 30000)) -> list[Charge]:
    """One charge for each amount."""
    return [make_charge(payer, fen) for fen in amounts]


def make_order(
    charges: Sequence[Charge], *, now: datetime = NOW, never_paid: bool = False
) -> Order:
    """An open order over these charges of one payer."""
    return open_order(
        payer_id=charges[0].payer_id,
        charge_ids=[charge.pk for charge in charges],
        channel=CHANNEL,
        now=now,
        never_paid=never_paid,
    )


def make_arrival(
    order: Order | str, fen: int | None = None, *, trade: str | None = None, **changes: object
) -> Arrival:
    """The gateway's news that ``order`` (or an unknown number) was paid."""
    number = order if isinstance(order, str) else order.number
    known = 100 if isinstance(order, str) else order.amount_fen
    fields = {
        "channel": CHANNEL,
        "order_number": number,
        "trade_number": f"T{next(_numbers)}" if trade is None else trade,
        "amount_fen": known if fen is None else fen,
        "paid_at": NOW,
        "kind": MessageKind.CALLBACK,
    }
    return Arrival(**(fields | changes))  # type: ignore[arg-type]


def give_back(
    order: Order, *, now: datetime, positions: Sequence[int] = (1, 2, 3)
) -> list[OrderLine]:
    """Release lines of an order that its gateway has closed, by the service itself."""
    mark_closed([order.number], now)
    lines = order.lines.filter(position__in=positions).order_by("position")
    return [release_line(line_id=line.pk, payer_id=order.payer_id, now=now) for line in lines]


def pay(order: Order, *, now: datetime = NOW) -> Outcome:
    """Settle an ordinary payment of ``order``."""
    return settle([make_arrival(order)], now)[0]
