"""The payment page worked out before it is drawn: batches, sums, times, the one button."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings

from payments import selectors, wording
from payments import waits as waiting
from payments.plan import Batch, BatchKind, plan
from payments.selectors import ChargePosition
from payments.standing import Position, Standing, Waits, may_claim, may_release, release_due
from portal.lib.status import Status

CONFIRMING = Standing.CONFIRMING
OPEN_ENDED = (Standing.PAID, Standing.WAIVED, Standing.OVER, Standing.VOID)
SLOTS = {
    Standing.PAID: "",
    Standing.HELD: "half",
    Standing.CONFIRMING: "half",
    Standing.COOLING: "half",
    Standing.PAYABLE: "ready",
    Standing.WATCHED: "ready",
}


class Phase(StrEnum):
    """One word for the whole page."""

    NOTHING = "nothing"
    WAIVED = "waived"
    BEFORE = "before"
    OPEN = "open"
    PAID = "paid"
    OVER = "over"


@dataclass(frozen=True)
class Row:
    """One course of a batch. ``releasable`` is the line that its 释放 button would release."""

    charge_id: int
    title: str
    amount_fen: int
    position: Position
    status: Status
    releasable: int | None


@dataclass(frozen=True)
class Panel:
    """One batch as drawn. Times are None where they do not apply."""

    index: int
    kind: BatchKind
    status: Status
    slots: tuple[str, ...]
    rows: tuple[Row, ...]
    total_fen: int
    is_next: bool
    order_number: str  # empty while there is no order
    is_claimed: bool
    may_claim: bool  # 我已付款 has not been said, and would keep the courses
    is_checking: bool  # the time to pay is over, nobody claimed: being released
    is_giving_way: bool  # another payment paid one of its courses: being cancelled
    is_closed: bool  # its order takes no money any more, its courses wait for their release
    paid_at: datetime | None
    due: datetime | None  # the order's courses may be released from here on
    repay_at: datetime | None  # payable again when nothing is paid until then
    known_by: datetime | None
    payable: tuple[ChargePosition, ...]
    payable_fen: int
    whole_at: datetime | None  # the whole batch is payable from here on

    @property
    def shared_wait(self) -> Position | None:
        """The last cool-down when all its courses end theirs within the same written minute."""
        positions = [row.position for row in self.rows]
        ends = [p.until for p in positions if p.standing is Standing.COOLING and p.until]
        minutes = {end.replace(second=0, microsecond=0) for end in ends}
        if len(ends) < len(positions) or len(minutes) > 1:
            return None
        return max(positions, key=lambda position: position.until or ends[0])

    @property
    def watched(self) -> list[str]:
        """Earlier orders that were not paid and may still be."""
        positions = [row.position for row in self.rows if row.position.standing is Standing.WATCHED]
        return sorted({position.line.order_number for position in positions if position.line})

    @property
    def name(self) -> str:
        return f"第 {self.index} 批"

    @property
    def is_partial(self) -> bool:
        """Some of it can be paid now, some only later."""
        return 0 < len(self.payable) < len(self.rows)


@dataclass(frozen=True)
class Board:
    """Everything the page shows. Amounts in fen."""

    panels: tuple[Panel, ...]
    paid_fen: int
    left_fen: int
    waived: tuple[ChargePosition, ...]
    choices: tuple[ChargePosition, ...]  # what the payer may tick
    proposed: frozenset[int]  # charge ids ticked beforehand
    closes_at: datetime | None
    opens_at: datetime | None
    over_at: datetime | None
    is_planned: bool  # the batches are as the portal would have made them, and some still open

    @property
    def total_fen(self) -> int:
        return self.paid_fen + self.left_fen

    @property
    def courses(self) -> int:
        return sum(len(panel.rows) for panel in self.panels)

    @property
    def unpaid(self) -> int:
        """Courses that the payer has yet to pay; what he says he paid is being confirmed."""
        return sum(len(panel.rows) for panel in self._owed)

    @property
    def unpaid_fen(self) -> int:
        """What these cost."""
        return sum(panel.total_fen for panel in self._owed)

    @property
    def _owed(self) -> tuple[Panel, ...]:
        return tuple(
            panel
            for panel in self.panels
            if panel.kind is not BatchKind.PAID and not panel.is_claimed
        )

    @property
    def waived_fen(self) -> int:
        return sum(item.amount_fen for item in self.waived)

    @property
    def is_confirming(self) -> bool:
        return any(panel.kind is BatchKind.CONFIRMING for panel in self.panels)

    @property
    def next_panel(self) -> Panel | None:
        return next((panel for panel in self.panels if panel.is_next), None)

    @property
    def phase(self) -> Phase:
        """What the page is about, for its heading."""
        if not self.panels:
            return Phase.WAIVED if self.waived else Phase.NOTHING
        left = {row.position.standing for panel in self.panels for row in panel.rows}
        left.discard(Standing.PAID)
        if not left:
            return Phase.PAID
        if left <= {Standing.NOT_OPEN}:
            return Phase.BEFORE
        return Phase.OVER if left <= {Standing.OVER} else Phase.OPEN


def current(positions: Sequence[ChargePosition]) -> list[ChargePosition]:
    """The charges that still move, with the rest of their round; else the last round's."""
    moving = {item.group for item in positions if item.position.standing not in OPEN_ENDED}
    if not moving and positions:
        moving = {positions[-1].group}
    return [item for item in positions if item.group in moving]


def of_payer(payer_id: int, now: datetime) -> Board:
    """The board of one payer: one statement and the handlers'."""
    items = current(selectors.positions(payer_id, now))
    return build(items, settings.ORDER_MAX_COURSES, now, waiting.in_force())


def build(
    positions: Sequence[ChargePosition], max_lines: int, now: datetime, waits: Waits
) -> Board:
    """Lay out the charges of one payer."""
    batches = plan(positions, max_lines)
    choices = tuple(item for batch in batches for item in batch.payable)
    paid = sum(batch.total_fen for batch in batches if batch.kind is BatchKind.PAID)
    return Board(
        panels=tuple(_panel(batch, max_lines, now, waits) for batch in batches),
        paid_fen=paid,
        left_fen=sum(batch.total_fen for batch in batches) - paid,
        waived=tuple(item for item in positions if item.position.standing is Standing.WAIVED),
        choices=choices,
        proposed=_proposed(batches),
        closes_at=_first(item.position.until for item in choices),
        opens_at=_first(_untils(positions, Standing.NOT_OPEN)),
        over_at=_first(_untils(positions, Standing.OVER)),
        is_planned=_is_planned(batches, max_lines),
    )


def _is_planned(batches: Sequence[Batch], max_lines: int) -> bool:
    """Only the last batch has room left, and it is still a proposal."""
    full = all(len(batch.positions) == max_lines for batch in batches[:-1])
    return len(batches) > 1 and full and batches[-1].kind is BatchKind.TODO


def _panel(batch: Batch, max_lines: int, now: datetime, waits: Waits) -> Panel:
    first = batch.positions[0].position
    line = first.line if batch.kind is not BatchKind.TODO else None
    due = release_due(line, waits) if line else None
    cooling = _untils(batch.positions, Standing.COOLING)
    return Panel(
        index=batch.index,
        kind=batch.kind,
        status=wording.of_batch(batch, now),
        slots=_slots(batch, max_lines),
        rows=tuple(_row(item, now, waits) for item in batch.positions),
        total_fen=batch.total_fen,
        is_next=batch.is_next,
        order_number=batch.order_number,
        is_claimed=line is not None and line.claimed_at is not None and not first.is_checking,
        may_claim=line is not None and may_claim(line),
        is_checking=first.is_checking,
        is_giving_way=first.is_giving_way,
        is_closed=first.is_closed,
        paid_at=line.paid_at if line else None,
        due=due,
        repay_at=due + waits.repay_after if due else None,
        known_by=None if first.is_checking else _first(_untils(batch.positions, CONFIRMING)),
        payable=batch.payable,
        payable_fen=batch.payable_fen,
        whole_at=max(cooling, default=None),
    )


def _slots(batch: Batch, max_lines: int) -> tuple[str, ...]:
    filled = [SLOTS.get(item.position.standing, "off") for item in batch.positions]
    return tuple(filled + ["off"] * (max_lines - len(filled)))


def _row(item: ChargePosition, now: datetime, waits: Waits) -> Row:
    return Row(
        charge_id=item.charge_id,
        title=item.title,
        amount_fen=item.amount_fen,
        position=item.position,
        status=wording.of_charge(item.position, now),
        releasable=_releasable(item.position, now, waits),
    )


def _releasable(position: Position, now: datetime, waits: Waits) -> int | None:
    """From 20 minutes on every held line has its own button, unless 我已付款 was said."""
    line = position.line
    return line.line_id if line is not None and may_release(line, now, waits) else None


def _proposed(batches: Sequence[Batch]) -> frozenset[int]:
    upcoming = next((batch.payable for batch in batches if batch.payable), ())
    return frozenset(item.charge_id for item in upcoming)


def _untils(items: Sequence[ChargePosition], standing: Standing) -> list[datetime]:
    return [
        item.position.until
        for item in items
        if item.position.standing is standing and item.position.until is not None
    ]


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
