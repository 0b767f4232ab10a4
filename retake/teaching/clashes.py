"""Who is busy when, and which hours hit the fewest students (pure)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

WEEKDAYS = range(1, 8)


@dataclass(frozen=True)
class Block:
    """Somebody is busy: weekday 1 is Monday, periods and weeks are inclusive."""

    who: int
    weekday: int
    first_period: int
    last_period: int
    first_week: int
    last_week: int
    label: str = ""


@dataclass(frozen=True)
class Slot:
    """Hours that may be used: the same periods of one weekday in some weeks of the term."""

    weekday: int
    first_period: int
    last_period: int
    weeks: tuple[int, ...]


@dataclass(frozen=True)
class Proposal:
    """A slot, how many students it hits, and whether the teacher is busy then."""

    slot: Slot
    students: int
    teacher_busy: bool


def collides(slot: Slot, block: Block) -> bool:
    """They share a period of a day."""
    return (
        slot.weekday == block.weekday
        and slot.first_period <= block.last_period
        and block.first_period <= slot.last_period
        and any(block.first_week <= week <= block.last_week for week in slot.weeks)
    )


def hits(slot: Slot, blocks: Iterable[Block]) -> dict[int, Block]:
    """Everybody who is busy then, with his first block."""
    found: dict[int, Block] = {}
    for block in blocks:
        if block.who not in found and collides(slot, block):
            found[block.who] = block
    return found


def propose(
    students: Iterable[Block],
    teachers: Iterable[Block],
    *,
    weeks: Collection[int],
    length: int,
    periods: int,
) -> list[Proposal]:
    """Every slot of ``length`` periods, those that hit the fewest first, a busy teacher's last.

    Each block is looked at once for the few slots it can touch, not once for every slot.
    """
    wanted = tuple(sorted(weeks))
    hit = _hit(students, wanted, length, periods)
    busy = _hit(teachers, wanted, length, periods)
    found = [
        Proposal(
            Slot(weekday, first, first + length - 1, wanted),
            len(hit.get((weekday, first), ())),
            (weekday, first) in busy,
        )
        for weekday in WEEKDAYS
        for first in range(1, periods - length + 2)
    ]
    return sorted(found, key=_merit)


def _merit(one: Proposal) -> tuple[bool, int, int, int]:
    return one.teacher_busy, one.students, one.slot.weekday, one.slot.first_period


def _hit(
    blocks: Iterable[Block], weeks: tuple[int, ...], length: int, periods: int
) -> dict[tuple[int, int], set[int]]:
    """Who is hit by the slots that begin at (weekday, first period)."""
    found: dict[tuple[int, int], set[int]] = defaultdict(set)
    for block in blocks:
        if not any(block.first_week <= week <= block.last_week for week in weeks):
            continue
        first = max(1, block.first_period - length + 1)
        last = min(block.last_period, periods - length + 1)
        for start in range(first, last + 1):
            found[block.weekday, start].add(block.who)
    return found
