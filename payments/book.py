"""The books around some payments, in memory: each arrival is entered once, in order.

Pure, so that one callback, a file of thousands of rows and a test's random walk all go through the
same lines. ``services.settle`` loads a book from locked rows and writes what was entered.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from payments.decide import Decision, LineDecision, LineFacts, OrderFacts, Verdict, decide
from payments.states import HOLDING, ChargeState, LineState, MessageKind, OrderState, SurplusReason


@dataclass(frozen=True)
class Arrival:
    """A payment as a channel tells it; ``trade_number`` may be empty, amount in fen."""

    channel: str
    order_number: str
    trade_number: str
    amount_fen: int
    paid_at: datetime
    kind: MessageKind
    message_id: int | None = None
    is_other: bool = False  # people have found that it is not the money told before


@dataclass(frozen=True)
class ChargeEntry:
    """A charge as locked."""

    state: ChargeState
    amount_fen: int
    payer_id: int


@dataclass
class OrderEntry:
    """An order as locked, and as it becomes."""

    order_id: int
    number: str
    channel: str
    amount_fen: int
    payer_id: int
    state: OrderState
    superseded: bool = False


@dataclass
class LineEntry:
    """A line as locked, and as it becomes."""

    line_id: int
    order_id: int
    charge_id: int
    amount_fen: int
    state: LineState


@dataclass
class ReceiptEntry:
    """Money received: before (with ``receipt_id``) or by this book (with its ``arrival``)."""

    channel: str
    trade_number: str  # as first told; order:<no> when it was told without one
    order_number: str
    order_id: int | None
    amount_fen: int
    receipt_id: int = 0  # the database gives it
    arrival: Arrival | None = None
    adopted: str = ""
    by_hand: bool = False  # a clerk's word, not the channel's
    taken_back: bool = False  # nobody had paid it


class OutcomeKind(StrEnum):
    """What an arrival was."""

    SETTLED = "settled"
    LATE = "late"  # after release: paid all the same
    SURPLUS = "surplus"  # some or all of it waits for finance
    REPEAT = "repeat"  # told before
    CONFLICT = "conflict"  # told before with another order or amount, or found to be nobody's
    CROSS_CHECK = "cross_check"  # another channel's file: changes nothing


@dataclass(frozen=True)
class Outcome:
    """What became of an arrival. ``lines`` of the decision, ``superseded`` newer order numbers."""

    arrival: Arrival
    kind: OutcomeKind
    order: OrderEntry | None = None
    receipt: ReceiptEntry | None = None
    decision: Decision = field(default_factory=Decision)
    superseded: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kept:
    """Part of a receipt that waits for finance; without a charge it is the whole receipt."""

    receipt: ReceiptEntry
    charge_id: int | None
    amount_fen: int
    reason: SurplusReason


class Book:
    """Orders, lines, charges and receipts that the arrivals are about, and what was entered.

    ``lines`` are all lines of the charges involved, ``orders`` those of the arrivals and those
    that hold one of the charges.
    """

    def __init__(
        self,
        charges: Mapping[int, ChargeEntry],
        orders: Iterable[OrderEntry],
        lines: Iterable[LineEntry],
        receipts: Iterable[ReceiptEntry],
    ) -> None:
        self.charges = charges
        self.orders = {order.order_id: order for order in orders}
        self.lines = {line.line_id: line for line in lines}
        self.receipts = list(receipts)
        self.allocations: list[tuple[ReceiptEntry, LineEntry]] = []
        self.surpluses: list[Kept] = []
        self.conflicts: list[tuple[ReceiptEntry, Arrival]] = []
        self.adoptions: list[tuple[ReceiptEntry, Arrival]] = []
        self.moved_lines: dict[int, LineState] = {}
        self.moved_orders: dict[int, OrderState] = {}
        self.paid_at: dict[int, datetime] = {}  # of the orders that were moved to PAID
        self.superseded: set[int] = set()
        self._of_order: defaultdict[int, list[LineEntry]] = defaultdict(list)
        self._of_charge: defaultdict[int, list[LineEntry]] = defaultdict(list)
        for line in self.lines.values():
            self._of_order[line.order_id].append(line)
            self._of_charge[line.charge_id].append(line)
        self._numbers = {order.number: order for order in self.orders.values()}
        self._trades = {(e.channel, e.adopted): e for e in self.receipts if e.adopted}
        # A receipt of its own outweighs an adoption that people found to be other money.
        self._trades |= {(entry.channel, entry.trade_number): entry for entry in self.receipts}
        self._told = _by_amount(self.receipts)

    def enter(self, arrival: Arrival) -> Outcome:
        """Enter one payment. Telling it again, in any form, enters nothing."""
        order = self._numbers.get(arrival.order_number)
        if order is not None and order.channel != arrival.channel:
            if arrival.kind is MessageKind.STATEMENT:
                return Outcome(arrival, OutcomeKind.CROSS_CHECK, order)
            order = None  # money at a channel where this order was never opened
        known = None if arrival.is_other else self._known(arrival)
        if known is not None:
            return self._again(known, arrival, order)
        receipt = self._receive(arrival, order)
        decision = decide(self._facts(order), arrival.amount_fen)
        if order is None or decision.whole_surplus is not None:
            outcome = Outcome(arrival, OutcomeKind.SURPLUS, order, receipt, decision)
            return self._keep_whole(outcome, receipt)
        superseded = {self._give(receipt, line) for line in decision.lines} - {""}
        if order.state is not OrderState.PAID:
            self._move_order(order, OrderState.PAID)
            self.paid_at[order.order_id] = arrival.paid_at
        numbers = tuple(sorted(superseded))
        return Outcome(arrival, _kind(decision), order, receipt, decision, numbers)

    def _known(self, arrival: Arrival) -> ReceiptEntry | None:
        unnamed = self._trades.get((arrival.channel, _placeholder(arrival.order_number)))
        if arrival.trade_number:
            told = self._trades.get((arrival.channel, arrival.trade_number))
            is_free = unnamed and not unnamed.adopted and not unnamed.taken_back
            return told or (unnamed if is_free else None)
        # Without a number the same amount is the same money, and another amount is other money.
        same = self._told.get((arrival.channel, arrival.order_number, arrival.amount_fen))
        return same or unnamed

    def _again(self, known: ReceiptEntry, arrival: Arrival, order: OrderEntry | None) -> Outcome:
        same = (known.order_number, known.amount_fen) == (arrival.order_number, arrival.amount_fen)
        if known.taken_back or not same:
            self.conflicts.append((known, arrival))
            return Outcome(arrival, OutcomeKind.CONFLICT, order, known)
        if arrival.trade_number not in ("", known.trade_number, known.adopted):
            known.adopted = arrival.trade_number
            self._trades[known.channel, known.adopted] = known
            self.adoptions.append((known, arrival))
            if known.by_hand:
                # Perhaps what the clerk saw on paper, perhaps paid once more: people look at both.
                self.conflicts.append((known, arrival))
        return Outcome(arrival, OutcomeKind.REPEAT, order, known)

    def _receive(self, arrival: Arrival, order: OrderEntry | None) -> ReceiptEntry:
        entry = ReceiptEntry(
            channel=arrival.channel,
            trade_number=arrival.trade_number or _placeholder(arrival.order_number),
            order_number=arrival.order_number,
            order_id=order.order_id if order else None,
            amount_fen=arrival.amount_fen,
            arrival=arrival,
            by_hand=arrival.kind is MessageKind.MANUAL,
        )
        self.receipts.append(entry)
        self._trades[entry.channel, entry.trade_number] = entry
        self._told.setdefault((entry.channel, entry.order_number, entry.amount_fen), entry)
        return entry

    def _facts(self, order: OrderEntry | None) -> OrderFacts | None:
        if order is None:
            return None
        lines = (self._line_facts(line, order) for line in self._of_order[order.order_id])
        return OrderFacts(order.state, order.amount_fen, tuple(lines))

    def _line_facts(self, line: LineEntry, order: OrderEntry) -> LineFacts:
        charge = self.charges[line.charge_id]
        # Raised again for another account: this payer does not owe it any more.
        is_own = charge.payer_id == order.payer_id
        others = (other for other in self._of_charge[line.charge_id] if other is not line)
        rival = next((other for other in others if other.state in HOLDING), None)
        return LineFacts(
            line_id=line.line_id,
            charge_id=line.charge_id,
            amount_fen=line.amount_fen,
            state=line.state,
            charge_fen=charge.amount_fen,
            charge_state=charge.state if is_own else ChargeState.VOID,
            rival=rival.state if rival else None,
            rival_line_id=rival.line_id if rival else None,
        )

    def _keep_whole(self, outcome: Outcome, receipt: ReceiptEntry) -> Outcome:
        reason = outcome.decision.whole_surplus or SurplusReason.UNKNOWN_ORDER
        self.surpluses.append(Kept(receipt, None, receipt.amount_fen, reason))
        if outcome.order is not None and outcome.order.state is OrderState.OPEN:
            # Paid there, though not with its amount: it cannot be paid once more.
            self._move_order(outcome.order, OrderState.CLOSED)
        return outcome

    def _give(self, receipt: ReceiptEntry, decided: LineDecision) -> str:
        """Post one line; returns the number of a newer order that gives way, or nothing."""
        line = self.lines[decided.line.line_id]
        if decided.reason is not None:
            kept = Kept(receipt, line.charge_id, line.amount_fen, decided.reason)
            self.surpluses.append(kept)
            if line.state is LineState.HELD:
                self._move_line(line, LineState.RELEASED)
            return ""
        rival = decided.line.rival_line_id if decided.verdict is Verdict.TAKE_OVER else None
        number = self._supersede(self.lines[rival]) if rival is not None else ""
        self._move_line(line, LineState.PAID)
        self.allocations.append((receipt, line))
        return number

    def _supersede(self, rival: LineEntry) -> str:
        self._move_line(rival, LineState.RELEASED)
        newer = self.orders[rival.order_id]
        newer.superseded = True
        self.superseded.add(newer.order_id)
        return newer.number

    def _move_line(self, line: LineEntry, state: LineState) -> None:
        line.state = self.moved_lines[line.line_id] = state

    def _move_order(self, order: OrderEntry, state: OrderState) -> None:
        order.state = self.moved_orders[order.order_id] = state


def _by_amount(receipts: Iterable[ReceiptEntry]) -> dict[tuple[str, str, int], ReceiptEntry]:
    """The first money of each amount for each order, as far as it is still believed."""
    found: dict[tuple[str, str, int], ReceiptEntry] = {}
    for entry in receipts:
        if not entry.taken_back:
            found.setdefault((entry.channel, entry.order_number, entry.amount_fen), entry)
    return found


def keys_of(arrival: Arrival) -> tuple[str, str]:
    """The trade numbers under which this money may have been received before."""
    return arrival.trade_number, _placeholder(arrival.order_number)


def _placeholder(order_number: str) -> str:
    """The key of money told without a trade number."""
    return f"order:{order_number}"


def _kind(decision: Decision) -> OutcomeKind:
    verdicts = {line.verdict for line in decision.lines}
    if Verdict.SURPLUS in verdicts:
        return OutcomeKind.SURPLUS
    return OutcomeKind.SETTLED if verdicts == {Verdict.PAY} else OutcomeKind.LATE
