"""What an exchange does to graduation, category by category."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from credits.kinds import SPENT_FROM
from credits.rules.facts import ZERO, Case, Source
from portal.records.kinds import CourseCategory


@dataclass(frozen=True)
class Effect:
    """One category of the plan before and after."""

    category: CourseCategory
    before: Decimal
    after: Decimal
    needed: Decimal

    @property
    def lacking(self) -> Decimal:
        """What graduation would still ask for afterwards."""
        return max(ZERO, self.needed - self.after)

    @property
    def endangers(self) -> bool:
        """The exchange takes away what graduation needs."""
        return self.after < self.before and self.after < self.needed


def effects(case: Case, sources: Sequence[Source] | None = None) -> tuple[Effect, ...]:
    """Every category of the plan; the target's gains, the sources' lose."""
    given = case.sources if sources is None else sources
    changed: dict[CourseCategory, Decimal] = {case.target.category: case.target.credit_hours}
    for one in given:
        category = SPENT_FROM.get(one.kind)
        if category is not None:
            changed[category] = changed.get(category, ZERO) - one.credit_hours
    return tuple(
        Effect(one.category, one.earned, one.earned + changed.get(one.category, ZERO), one.needed)
        for one in case.holdings
    )
