"""Which credits to give: the exact best choice, not a greedy guess. Pure.

Best, in this order: fewest surplus credits lost; least missing for graduation afterwards; fewest
items; then those that stand first. Credits are half steps, so that a table over sums per kind is
small: a set that pays for the course with one item less is always better, so that nothing grows
beyond the price.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from credits.kinds import SourceKind
from credits.rules.facts import ZERO, Case, Source
from credits.rules.ruleset import Price

ALTERNATIVES = 4
_Sums = tuple[int, ...]  # half credits chosen, by kind
_Way = tuple[int, int, tuple[int, ...]]  # number of items, sum of their ranks, the items


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
    kinds = list(given)
    items = [one for one in sources if one.kind in given and not one.taken_by]
    found = _ways(hours, items, [given[kind] for kind in kinds])
    if not found:
        return None
    ranked = [(_merit(hours, sums, given, kinds), way) for sums, way in found.items()]
    merit, (_, _, chosen) = min(ranked, key=lambda pair: (*pair[0], *pair[1]))
    return Proposal(tuple(items[index] for index in chosen), merit[0], merit[1])


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


def _ways(hours: Decimal, items: Sequence[Source], given: list[Purse]) -> dict[_Sums, _Way]:
    """The cheapest way to every set of sums that pays for the course."""
    place = {purse.price.source: index for index, purse in enumerate(given)}
    open_: dict[_Sums, _Way] = {(0,) * len(given): (0, 0, ())}
    paying: dict[_Sums, _Way] = {}
    for rank, item in enumerate(items):
        index, halves = place[item.kind], int(item.credit_hours * 2)
        added: dict[_Sums, _Way] = {}
        for sums, (number, ranks, chosen) in open_.items():
            grown = (*sums[:index], sums[index] + halves, *sums[index + 1 :])
            if halves and _fits(grown[index], given[index]):
                added[grown] = (number + 1, ranks + rank, (*chosen, rank))
        for sums, way in added.items():
            table = paying if _pays(hours, sums, given) else open_
            if sums not in table or way < table[sums]:
                table[sums] = way
    return paying


def _fits(halves: int, purse: Purse) -> bool:
    return purse.limit is None or halves <= purse.limit * 2


def _pays(hours: Decimal, sums: _Sums, given: list[Purse]) -> bool:
    return sum(map(_covered, sums, given), Fraction(0)) >= Fraction(hours)


def _covered(halves: int, purse: Purse) -> Fraction:
    """Target credits paid by so many half credits, whole steps only."""
    step = int(purse.price.step * 2)
    return Fraction(halves // step * step, 2) / Fraction(purse.price.ratio)


def _merit(
    hours: Decimal, sums: _Sums, given: Mapping[SourceKind, Purse], kinds: list[SourceKind]
) -> tuple[Fraction, Decimal]:
    spent = Fraction(0)
    lacking = ZERO
    for kind, halves in zip(kinds, sums, strict=True):
        purse = given[kind]
        spent += Fraction(halves, 2) / Fraction(purse.price.ratio)
        if purse.spare is not None:
            lacking += max(ZERO, Decimal(halves) / 2 - purse.spare)
    return spent - Fraction(hours), lacking
