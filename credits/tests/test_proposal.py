"""The proposal is exact: held against every subset of small purses."""

from decimal import Decimal
from fractions import Fraction
from itertools import chain, combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from credits.kinds import SourceKind, TargetKind
from credits.proposal import Purse, alternatives, propose, purses
from credits.rules import Price, Source
from credits.tests.cases import PRICES, case, source, target
from portal.records.kinds import CourseCategory

KINDS = (SourceKind.CONTEST, SourceKind.AWARD)
Merit = tuple[Fraction, Decimal, int]


def _merit(hours: Decimal, chosen: tuple[Source, ...], table: dict[SourceKind, Purse]) -> Merit:
    spent, lacking = Fraction(0), Decimal(0)
    for kind, purse in table.items():
        total = sum((one.credit_hours for one in chosen if one.kind is kind), Decimal(0))
        spent += Fraction(total) / Fraction(purse.price.ratio)
        if purse.spare is not None:
            lacking += max(Decimal(0), total - purse.spare)
    return spent - Fraction(hours), lacking, len(chosen)


def _pays(hours: Decimal, chosen: tuple[Source, ...], table: dict[SourceKind, Purse]) -> bool:
    paid = Fraction(0)
    for kind, purse in table.items():
        total = sum((one.credit_hours for one in chosen if one.kind is kind), Decimal(0))
        if purse.limit is not None and total > purse.limit:
            return False
        paid += Fraction(total // purse.price.step * purse.price.step) / Fraction(purse.price.ratio)
    return paid >= Fraction(hours)


def _brute_force(
    hours: Decimal, items: list[Source], table: dict[SourceKind, Purse]
) -> Merit | None:
    subsets = chain.from_iterable(combinations(items, size) for size in range(len(items) + 1))
    paying = (chosen for chosen in subsets if _pays(hours, chosen, table))
    return min((_merit(hours, chosen, table) for chosen in paying), default=None)


halves = st.integers(1, 8).map(lambda number: Decimal(number) / 2)
bounds = st.none() | st.integers(0, 16).map(lambda number: Decimal(number) / 2)
ratios = st.sampled_from([Decimal(1), Decimal("1.5"), Decimal(2), Decimal("0.5")])
steps = st.sampled_from([Decimal("0.5"), Decimal(1)])
prices = st.tuples(ratios, steps, bounds, bounds)


@settings(max_examples=300)
@given(
    hours=halves,
    items=st.lists(st.tuples(halves, st.sampled_from(KINDS)), max_size=8),
    terms=st.tuples(prices, prices),
)
def test_no_subset_is_better(
    hours: Decimal,
    items: list[tuple[Decimal, SourceKind]],
    terms: tuple[tuple[Decimal, Decimal, Decimal | None, Decimal | None], ...],
) -> None:
    sources = [source(serial, str(size), kind) for serial, (size, kind) in enumerate(items)]
    table = {
        kind: Purse(Price(TargetKind.PE, kind, ratio, step), limit, spare)
        for kind, (ratio, step, limit, spare) in zip(KINDS, terms, strict=True)
    }
    found = propose(hours, sources, table)
    merit = None if found is None else _merit(hours, found.sources, table)
    assert merit == _brute_force(hours, sources, table)


def test_greedy_would_waste_a_credit() -> None:
    purse = {SourceKind.ELECTIVE: Purse(PRICES[0])}
    items = [source(1, "3.0"), source(2, "3.0"), source(3), source(4), source(5), source(6)]
    found = propose(Decimal(4), items, purse)
    assert found is not None
    assert found.surplus == 0
    assert sum(one.credit_hours for one in found.sources) == 8
    assert len(found.sources) == 3  # 3 + 3 + 2, not 2 + 2 + 2 + 2


def test_taken_credits_are_left_out() -> None:
    purse = {SourceKind.ELECTIVE: Purse(PRICES[0])}
    assert propose(Decimal(1), [source(1, taken_by="英语（2-2）")], purse) is None


def test_what_graduation_needs_is_spent_last() -> None:
    price = Price(TargetKind.PE, SourceKind.EXTENSION, Decimal(1))
    other = Price(TargetKind.PE, SourceKind.CONTEST, Decimal(1))
    table = {
        SourceKind.EXTENSION: Purse(price, spare=Decimal(0)),
        SourceKind.CONTEST: Purse(other),
    }
    items = [source(1, "2.0", SourceKind.EXTENSION), source(2, "2.0", SourceKind.CONTEST)]
    found = propose(Decimal(2), items, table)
    assert found is not None
    assert [one.kind for one in found.sources] == [SourceKind.CONTEST]


def test_the_purse_holds_what_may_be_given() -> None:
    found = purses(case(), {SourceKind.ELECTIVE: PRICES[0]})
    assert found[SourceKind.ELECTIVE].limit == 10  # 18 earned, 8 needed
    basic = target(category=CourseCategory.MAJOR_BASIC)
    found = purses(case(target=basic), {SourceKind.EXTENSION: PRICES[1]})
    assert found[SourceKind.EXTENSION].limit is None
    assert found[SourceKind.EXTENSION].spare == 0


def test_other_sets_of_the_same_worth_follow() -> None:
    purse = {SourceKind.ELECTIVE: Purse(PRICES[0])}
    items = [source(serial) for serial in range(6)]
    found = alternatives(Decimal(4), items, purse)
    chosen = [{one.key for one in way.sources} for way in found]
    assert [one.key for one in found[0].sources] == [f"course:{serial}" for serial in range(4)]
    assert len(chosen) == len({frozenset(one) for one in chosen}) > 1
