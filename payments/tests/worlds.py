"""The same college twice for a random walk: in memory (pure rules only) and in PostgreSQL.

A world has a few charges of one payer and refuses like the services do (``DomainError``). The bank
outside knows what was really paid; it may tell at once, late, repeatedly, or lie for a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from payments.audit import audit
from payments.book import Arrival, Book, ChargeEntry, LineEntry, OrderEntry, ReceiptEntry
from payments.models import Charge, Order, OrderLine, Receipt
from payments.services.charges import void_charge, waive_charge
from payments.services.check import mark_closed
from payments.services.release import release_line
from payments.services.settle import settle
from payments.standing import (
    LineHistory,
    PayWindow,
    Standing,
    Waits,
    hold_of,
    may_release,
    position,
)
from payments.states import CHARGE_MOVES, ChargeState, LineState, OrderState
from payments.tests.factories import (
    CHANNEL,
    PURPOSE,
    make_arrival,
    make_charge,
    make_order,
    make_payer,
    minutes,
    raise_charge,
)
from payments.tests.workflow import FAR, OPENS
from portal.lib.errors import DomainError

FEN = (40000, 40000, 30000, 50000)
WAITS = Waits(minutes(20), minutes(30), minutes(2880))


class World(Protocol):
    """Charges, orders and lines are named by small numbers, in the order they were made."""

    def open(self, charges: Sequence[int], now: datetime) -> None: ...
    def close(self, order: int, now: datetime) -> None: ...
    def release(self, order: int, line: int, now: datetime) -> None: ...
    def withdraw(self, charge: int, now: datetime) -> None: ...
    def waive(self, charge: int, now: datetime) -> None: ...
    def enrol(self, charge: int, now: datetime) -> None: ...
    def settle(self, arrivals: Sequence[Arrival], now: datetime) -> None: ...
    def arrival(self, order: int, extra_fen: int) -> Arrival: ...
    def orders(self) -> int: ...
    def received(self) -> int: ...
    def faults(self) -> list[str]: ...


@dataclass
class Held:
    """A line in memory with its times."""

    entry: LineEntry
    released_at: datetime | None = None
    payable_again_at: datetime | None = None


@dataclass
class Opened:
    """An order in memory with its times and lines."""

    entry: OrderEntry
    opened_at: datetime
    lines: list[Held]
    closed_at: datetime | None = None


class MemoryWorld:
    """Nothing but the pure modules: ``standing``, ``book`` and ``decide``."""

    def __init__(self) -> None:
        self.charges = dict.fromkeys(range(len(FEN)), ChargeState.OWED)
        self.opened: list[Opened] = []
        self.receipts: list[ReceiptEntry] = []
        self.allocated: list[tuple[int, int]] = []  # line id, fen; negative when reversed
        self.surplus = 0

    def open(self, charges: Sequence[int], now: datetime) -> None:
        for charge in charges:
            window = PayWindow(OPENS, FAR)
            where = position(self.charges[charge], self._history(charge), window, now, WAITS)
            if where.standing not in (Standing.PAYABLE, Standing.WATCHED):
                raise DomainError(where.standing, "refused")
        number = len(self.opened)
        lines = [
            Held(LineEntry(10 * number + place, number, charge, FEN[charge], LineState.HELD))
            for place, charge in enumerate(charges)
        ]
        amount = sum(FEN[charge] for charge in charges)
        entry = OrderEntry(number, f"O{number}", CHANNEL, amount, 1, OrderState.OPEN)
        self.opened.append(Opened(entry, now, lines))

    def close(self, order: int, now: datetime) -> None:
        found = self.opened[order]
        if found.entry.state is OrderState.OPEN:
            found.entry.state, found.closed_at = OrderState.CLOSED, now
        if found.entry.superseded and found.entry.state is not OrderState.PAID:
            self._free(found.lines, now, now)

    def release(self, order: int, line: int, now: datetime) -> None:
        found = self.opened[order]
        held = found.lines[line % len(found.lines)]
        if not may_release(self._line(found, held), now, WAITS):
            raise DomainError("line", "refused")
        self.close(order, now)
        wait = minutes(0) if found.entry.superseded else WAITS.repay_after
        self._free([held], now, now + wait)

    def withdraw(self, charge: int, now: datetime) -> None:  # noqa: ARG002 -- like the services
        self._let_go(charge, ChargeState.VOID)

    def waive(self, charge: int, now: datetime) -> None:  # noqa: ARG002 -- like the services
        if self.charges[charge] is ChargeState.OWED:
            self._let_go(charge, ChargeState.WAIVED)

    def enrol(self, charge: int, now: datetime) -> None:  # noqa: ARG002 -- like the services
        if self.charges[charge] is not ChargeState.OWED:
            self._move(charge, ChargeState.OWED)

    def settle(self, arrivals: Sequence[Arrival], now: datetime) -> None:
        lines = [held for found in self.opened for held in found.lines]
        entries = [held.entry for held in lines]
        orders = [found.entry for found in self.opened]
        charges = {
            charge: ChargeEntry(state, FEN[charge], 1) for charge, state in self.charges.items()
        }
        book = Book(charges, orders, entries, self.receipts)
        for arrival in arrivals:
            book.enter(arrival)
        self.receipts = [replace(entry, arrival=None) for entry in book.receipts]
        self.allocated += [(line.line_id, line.amount_fen) for _, line in book.allocations]
        self.surplus += sum(kept.amount_fen for kept in book.surpluses)
        for held in lines:
            if book.moved_lines.get(held.entry.line_id) is LineState.RELEASED:
                held.released_at = held.payable_again_at = now
        for order_id, state in book.moved_orders.items():
            if state is OrderState.CLOSED:
                self.opened[order_id].closed_at = now

    def arrival(self, order: int, extra_fen: int) -> Arrival:
        entry = self.opened[order].entry
        return make_arrival(entry.number, entry.amount_fen + extra_fen)

    def orders(self) -> int:
        return len(self.opened)

    def received(self) -> int:
        return sum(entry.amount_fen for entry in self.receipts)

    def faults(self) -> list[str]:
        """The rules of ``audit_money``, in memory."""
        lines = [held.entry for found in self.opened for held in found.lines]
        paid = sum(line.amount_fen for line in lines if line.state is LineState.PAID)
        allocated = sum(fen for _, fen in self.allocated)
        faults = []
        if self.received() != allocated + self.surplus:
            faults.append("received is not allocated plus surplus")
        if paid != allocated:
            faults.append("what is paid is not what is allocated")
        for charge, state in self.charges.items():
            holds = [line for line in lines if line.charge_id == charge and line.state in HOLDS]
            if len(holds) > (1 if state is ChargeState.OWED else 0):
                faults.append(f"charge {charge} is {state} and held {len(holds)} times")
        return faults

    def _let_go(self, charge: int, target: ChargeState) -> None:
        if self.charges[charge] is target:
            return
        hold = hold_of(self._history(charge))
        if hold is not None and hold.state is LineState.HELD:
            raise DomainError("charge.held", "refused")
        self._move(charge, target)
        if hold is not None:
            order, line = divmod(hold.line_id, 10)
            entry = self.opened[order].lines[line].entry
            entry.state = LineState.REFUNDED
            self.allocated.append((entry.line_id, -entry.amount_fen))
            self.surplus += entry.amount_fen

    def _move(self, charge: int, target: ChargeState) -> None:
        if (self.charges[charge], target) not in CHARGE_MOVES:
            raise DomainError("state.illegal", "refused")
        self.charges[charge] = target

    def _free(self, lines: Sequence[Held], now: datetime, again: datetime) -> None:
        for held in lines:
            if held.entry.state is LineState.HELD:
                held.entry.state = LineState.RELEASED
                held.released_at, held.payable_again_at = now, again

    def _history(self, charge: int) -> tuple[LineHistory, ...]:
        return tuple(
            self._line(found, held)
            for found in self.opened
            for held in found.lines
            if held.entry.charge_id == charge
        )

    def _line(self, found: Opened, held: Held) -> LineHistory:
        return LineHistory(
            held.entry.line_id, found.entry.number, found.entry.state, found.opened_at, None,
            found.closed_at, held.entry.state, held.released_at, held.payable_again_at,
        )  # fmt: skip


HOLDS = (LineState.HELD, LineState.PAID)


class DatabaseWorld:
    """The services on PostgreSQL, with a payer of its own."""

    def __init__(self) -> None:
        payer = make_payer()
        now = OPENS
        self.charges: list[Charge] = [
            make_charge(payer, fen, reference=f"live-walk-{payer.pk}-{place}", now=now)
            for place, fen in enumerate(FEN)
        ]
        self.opened: list[Order] = []

    def open(self, charges: Sequence[int], now: datetime) -> None:
        wanted = [self.charges[charge] for charge in charges]
        order = make_order(wanted, now=now, never_paid=True)
        if order in self.opened:
            raise DomainError("order.same", "a double click")
        self.opened.append(order)

    def close(self, order: int, now: datetime) -> None:
        mark_closed([self.opened[order].number], now)

    def release(self, order: int, line: int, now: datetime) -> None:
        found = self.opened[order]
        lines = list(found.lines.order_by("position"))
        self._refuse_early(lines[line % len(lines)], now)
        self.close(order, now)
        release_line(line_id=lines[line % len(lines)].pk, payer_id=found.payer_id, now=now)

    def withdraw(self, charge: int, now: datetime) -> None:
        void_charge(purpose=PURPOSE, reference=self.charges[charge].reference, now=now)

    def waive(self, charge: int, now: datetime) -> None:
        waive_charge(purpose=PURPOSE, reference=self.charges[charge].reference, now=now)

    def enrol(self, charge: int, now: datetime) -> None:
        known = self.charges[charge]
        raise_charge(
            payer_id=known.payer_id, purpose=PURPOSE, reference=known.reference,
            group=known.group, title=known.title, amount_fen=FEN[charge], waived=False, now=now,
        )  # fmt: skip

    def settle(self, arrivals: Sequence[Arrival], now: datetime) -> None:
        settle(arrivals, now)

    def arrival(self, order: int, extra_fen: int) -> Arrival:
        found = self.opened[order]
        return make_arrival(found, found.amount_fen + extra_fen)

    def orders(self) -> int:
        return len(self.opened)

    def received(self) -> int:
        numbers = [order.number for order in self.opened]
        rows = Receipt.objects.filter(order_number__in=numbers)
        return sum(rows.values_list("amount_fen", flat=True))

    def faults(self) -> list[str]:
        report = audit()
        found = [finding.rule for finding in report.findings if finding.rows]
        return found if report.totals.missing == 0 else [*found, "missing"]

    def _refuse_early(self, line: OrderLine, now: datetime) -> None:
        """Close at the gateway no sooner than the service would."""
        if line.state != LineState.HELD or now < line.order.opened_at + WAITS.release_after:
            raise DomainError("line", "refused")
