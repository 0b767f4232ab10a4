"""The batches of a payer (8 = 3 + 3 + 2): a proposal, computed from where his charges stand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from payments.selectors import ChargePosition
from payments.standing import Standing

# What needs no batch: nothing will ever be paid for it.
_OUTSIDE = (Standing.VOID, Standing.WAIVED)
_IN_ORDER = (Standing.PAID, Standing.HELD, Standing.CONFIRMING)


class BatchKind(StrEnum):
    """What a batch waits for."""

    PAID = "paid"
    HELD = "held"  # an open order: go on paying
    CONFIRMING = "confirming"
    TODO = "todo"  # no order yet


@dataclass(frozen=True)
class Batch:
    """One order, made or proposed; ``index`` counts from 1, ``order_number`` empty for TODO.

    ``payable`` is what a new order could take now. ``is_next`` marks the one to pay next.
    """

    index: int
    kind: BatchKind
    order_number: str
    positions: tuple[ChargePosition, ...]
    is_next: bool

    @property
    def total_fen(self) -> int:
        return sum(item.amount_fen for item in self.positions)

    @property
    def payable(self) -> tuple[ChargePosition, ...]:
        return tuple(item for item in self.positions if is_payable(item))

    @property
    def payable_fen(self) -> int:
        return sum(item.amount_fen for item in self.payable)


def is_payable(item: ChargePosition) -> bool:
    """May go into a new order now (WATCHED after 我没有付过)."""
    return item.position.standing in (Standing.PAYABLE, Standing.WATCHED)


def plan(positions: Sequence[ChargePosition], max_lines: int) -> tuple[Batch, ...]:
    """Orders as they are, in the order they were opened, then the rest by ``max_lines``."""
    inside = [item for item in positions if item.position.standing not in _OUTSIDE]
    ordered = [item for item in inside if item.position.standing in _IN_ORDER]
    rest = [item for item in inside if item.position.standing not in _IN_ORDER]
    groups = [*_by_order(ordered), *_by_size(rest, max_lines)]
    drafts = [(_kind(group), group) for group in groups]
    upcoming = next(
        (index for index, (kind, group) in enumerate(drafts, start=1) if _can_start(kind, group)),
        None,
    )
    return tuple(
        Batch(
            index=index,
            kind=kind,
            order_number="" if kind is BatchKind.TODO else group[0].order_number,
            positions=tuple(group),
            is_next=index == upcoming,
        )
        for index, (kind, group) in enumerate(drafts, start=1)
    )


def _by_order(items: Iterable[ChargePosition]) -> list[list[ChargePosition]]:
    """Each order at the place its opening gave it: being paid renumbers no batch."""
    groups: dict[tuple[datetime, str], list[ChargePosition]] = {}
    for item in items:
        line = item.position.line
        if line is not None:
            groups.setdefault((line.opened_at, line.order_number), []).append(item)
    return [groups[key] for key in sorted(groups)]


def _by_size(items: list[ChargePosition], size: int) -> list[list[ChargePosition]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def _kind(group: Sequence[ChargePosition]) -> BatchKind:
    standings = {item.position.standing for item in group}
    if Standing.HELD in standings:
        return BatchKind.HELD
    if Standing.CONFIRMING in standings:
        return BatchKind.CONFIRMING
    return BatchKind.PAID if Standing.PAID in standings else BatchKind.TODO


def _can_start(kind: BatchKind, group: Sequence[ChargePosition]) -> bool:
    """An open order is continued before a new one is opened."""
    return kind is BatchKind.HELD or (
        kind is BatchKind.TODO and any(is_payable(item) for item in group)
    )
