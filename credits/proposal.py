"""Which credits to give: the exact best choice, not a greedy guess. Pure.

Best, in this order: fewest surplus credits lost; least missing for graduation afterwards; fewest
items; then those that stand first. A set that pays for the course with one item less is always
better, so that nothing needs to grow beyond the price, and credits come in half steps: the table
of sums stays small, per kind and over all kinds.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import TypeVar

from credits.kinds import SourceKind
from credits.rules.facts import ZERO, Case, Source
from credits.rules.ruleset import Price

ALTERNATIVES = 4
_Worth = tuple[int, int, int]  # paid, spent (see _scale), half credits lacking afterwards
_Way = tuple[int, int, tuple[int, ...]]  # number of items, sum of their ranks, the items
_Best = tuple[int, int, _Way]  # spent, lacking, how
_Key = TypeVar("_Key")
_NOTHING: _Worth = (0, 0, 0)


@dataclass(frozen=True)
class Purse:
    """One kind of source at its price: ``limit`` is the most that may be given, ``spare`` what
    may be given before graduation lacks anything; None is no limit.
    """

    price: Price
    limit: Decimal | None = None
    spare: Decimal | None = None


@dataclass(frozen=True)
class Proposal:
    """A set that pays for the course: ``surplus`` in credits of the target, ``lacking`` in credits
    graduation would miss.
    """

    sources: tuple[Source, ...]
    surplus: Fraction
    lacking: Decimal


def purses(case: Case, prices: Mapping[str, Price]) -> dict[SourceKind, Purse]:
    """What the student may give of each kind, by the caps and by his plan."""
    return {one.source: _purse(case, one) for one in prices.values()}


def _purse(case: Case, price: Price) -> Purse:
    holding = case.holding(price.source)
    limits = []
    if price.source_cap is not None:
        limits.append(max(ZERO, price.source_cap - case.past.spent_of(price.source)))
    if holding is not None and price.keeps_minimum:
        limits.append(holding.spare)
    return Purse(price, min(limits, default=None), holding.spare if holding else None)


def propose(
    hours: Decimal, sources: Sequence[Source], given: Mapping[SourceKind, Purse]
) -> Proposal | None:
    """The best set for a course of ``hours`` credits; None when nothing pays for it.

    ``sources`` in the order of preference; taken ones and kinds without a purse are left out.
    """
    items = [one for one in sources if one.kind in given and not one.taken_by]
    scale = _scale(given.values())
    price = int(hours * 2) * scale
    open_: dict[_Worth, _Way] = {_NOTHING: (0, 0, ())}
    best: _Best | None = None
    for kind, purse in given.items():
        own = [(rank, one) for rank, one in enumerate(items) if one.kind is kind]
        ways = _ways_of_kind(hours, own, purse, scale)
        best = _combine(open_, ways, price, best)
    if best is None:
        return None
    spent, lacking, (_, _, chosen) = best
    surplus = Fraction(spent - price, 2 * scale)
    return Proposal(tuple(items[rank] for rank in chosen), surplus, Decimal(lacking) / 2)


def _combine(
    open_: dict[_Worth, _Way], ways: dict[_Worth, _Way], price: int, best: _Best | None
) -> _Best | None:
    """Add one kind to what does not pay yet; returns the best that pays.

    What has spent more than that is not followed: spending only grows.
    """
    for worth, way in list(open_.items()):
        for more, other in ways.items():
            key = _sum(worth, more)
            if best is not None and key[1] > best[0]:
                continue
            if key[0] >= price:
                found = (key[1], key[2], _both(way, other))
                best = found if best is None else min(best, found)
                continue
            old = open_.get(key)
            if old is None or (way[0] + other[0], way[1] + other[1]) <= old[:2]:
                _keep(open_, key, _both(way, other))
    return best


def alternatives(
    hours: Decimal, sources: Sequence[Source], given: Mapping[SourceKind, Purse]
) -> tuple[Proposal, ...]:
    """The best set, then the best ones without one of its items; each set once."""
    best = propose(hours, sources, given)
    if best is None:
        return ()
    others: dict[frozenset[str], Proposal] = {}
    for left_out in best.sources:
        rest = [one for one in sources if one.key != left_out.key]
        other = propose(hours, rest, given)
        if other is not None:
            others.setdefault(frozenset(one.key for one in other.sources), other)
    ranked = sorted(others.values(), key=lambda one: (one.surplus, one.lacking, len(one.sources)))
    return (best, *ranked[: ALTERNATIVES - 1])


def _scale(given: Iterable[Purse]) -> int:
    """What makes target credits whole numbers: times twice this, half credits at any ratio."""
    return lcm(*(Fraction(one.price.ratio).numerator for one in given))


def _ways_of_kind(
    hours: Decimal, items: Sequence[tuple[int, Source]], purse: Purse, scale: int
) -> dict[_Worth, _Way]:
    """The cheapest way to every sum of one kind that is not more than the course asks for.

    Size by size: of items of one size those that stand first are always the better choice.
    """
    ways: dict[int, _Way] = {0: (0, 0, ())}
    enough = int(purse.price.needed(hours) * 2)
    most = None if purse.limit is None else int(purse.limit * 2)
    for halves, ranks in _by_size(items).items():
        for total, way in list(ways.items()):
            room = enough + halves - 1 - total  # only the last one may reach beyond the price
            if most is not None:
                room = min(room, most - total)
            _grow(ways, total, way, halves, ranks[: max(0, room // halves)])
    return _valued(ways, purse, scale)


def _by_size(items: Sequence[tuple[int, Source]]) -> dict[int, list[int]]:
    """Ranks by half credits, in order."""
    ranks: dict[int, list[int]] = defaultdict(list)
    for rank, item in items:
        ranks[int(item.credit_hours * 2)].append(rank)
    ranks.pop(0, None)
    return ranks


def _grow(ways: dict[int, _Way], total: int, way: _Way, halves: int, ranks: Sequence[int]) -> None:
    """Add these items of one size one after the other; what is no better is not written out."""
    number, place, chosen = way
    for count, rank in enumerate(ranks, 1):
        place += rank
        reached = total + count * halves
        old = ways.get(reached)
        if old is None or (number + count, place) <= old[:2]:
            more = number + count, place, tuple(sorted((*chosen, *ranks[:count])))
            _keep(ways, reached, more)


def _keep(table: dict[_Key, _Way], key: _Key, way: _Way) -> None:
    if key not in table or way < table[key]:
        table[key] = way


def _both(way: _Way, other: _Way) -> _Way:
    return way[0] + other[0], way[1] + other[1], tuple(sorted(way[2] + other[2]))


def _sum(worth: _Worth, more: _Worth) -> _Worth:
    return worth[0] + more[0], worth[1] + more[1], worth[2] + more[2]


def _valued(ways: Mapping[int, _Way], purse: Purse, scale: int) -> dict[_Worth, _Way]:
    """Sums of half credits as what they pay, spend and leave lacking."""
    ratio, step = Fraction(purse.price.ratio), int(purse.price.step * 2)
    each = ratio.denominator * scale // ratio.numerator
    spare = None if purse.spare is None else int(purse.spare * 2)
    return {
        (
            halves // step * step * each,
            halves * each,
            0 if spare is None else max(0, halves - spare),
        ): way
        for halves, way in ways.items()
        if halves
    }
