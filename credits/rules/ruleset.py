"""One version of the rules as data: which credits may be given for which courses, at what price."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from credits.kinds import SourceKind, TargetKind, Treatment
from credits.rules.facts import Target
from portal.records.kinds import CourseCategory, ResultFlag, Selection

HALF = Decimal("0.5")
_KINDS: dict[CourseCategory, TargetKind] = {
    CourseCategory.PUBLIC_REQUIRED: TargetKind.PUBLIC,
    CourseCategory.ENGLISH_SELECTIVE: TargetKind.ENGLISH,
    CourseCategory.MAJOR_BASIC: TargetKind.MAJOR_BASIC,
    CourseCategory.MAJOR_CORE: TargetKind.MAJOR_CORE,
    CourseCategory.MAJOR_EXTENSION: TargetKind.MAJOR_EXTENSION,
    CourseCategory.PRACTICE: TargetKind.PRACTICE,
    CourseCategory.GENERAL_ELECTIVE: TargetKind.ELECTIVE,
    CourseCategory.CERTIFICATE: TargetKind.CERTIFICATE,
    CourseCategory.OFF_PLAN: TargetKind.OFF_PLAN,
}


@dataclass(frozen=True)
class Price:
    """Credits of ``source`` for a course of ``target``: ``ratio`` of them for each credit.

    They count in steps of ``step``. ``source_cap``: as many as one student may ever give.
    ``keeps_minimum``: only what is over the plan's minimum may be given; otherwise the student
    is warned and has to say that he knows.
    """

    target: TargetKind
    source: SourceKind
    ratio: Decimal
    step: Decimal = HALF
    source_cap: Decimal | None = None
    keeps_minimum: bool = False
    second_approval: bool = False
    confirmed: bool = False
    first_year: int | None = None  # grade years it is for
    last_year: int | None = None

    def covers(self, hours: Decimal) -> Decimal:
        """Target credits that ``hours`` of the source pay for; may be a fraction of a step."""
        return (hours / self.step).to_integral_value(ROUND_FLOOR) * self.step / self.ratio

    def needed(self, target_hours: Decimal) -> Decimal:
        """Source credits for a course of ``target_hours``, rounded up to a whole step."""
        steps = (target_hours * self.ratio / self.step).to_integral_value(ROUND_CEILING)
        return steps * self.step

    def is_for(self, grade_year: int) -> bool:
        """Both ends included; an open end is no limit."""
        return (self.first_year or 0) <= grade_year <= (self.last_year or 9999)

    @property
    def said(self) -> str:
        """``2 : 1``."""
        return f"{self.ratio.normalize():f} : 1"


@dataclass(frozen=True)
class Rules:
    """A rule set. ``codes`` and ``colleges`` (ids) say how a course is treated, with the words why.

    ``plan_share`` is the percentage of the plan's credits that may be passed by exchange.
    ``open_unconfirmed``: prices the college has not confirmed are taken too (the demo only).
    """

    version: str
    prices: tuple[Price, ...] = ()
    codes: Mapping[str, tuple[Treatment, str]] = field(default_factory=dict)
    colleges: Mapping[int, tuple[Treatment, str]] = field(default_factory=dict)
    barred: frozenset[ResultFlag] = frozenset()
    term_cap: Decimal | None = None
    plan_share: Decimal | None = None
    attachments: int = 1
    open_unconfirmed: bool = False

    def treatment(self, target: Target) -> tuple[Treatment, str] | None:
        """By its own code first, then by the college that offers it."""
        return self.codes.get(target.code) or self.colleges.get(target.college_id)

    def kind_of(self, target: Target) -> TargetKind:
        """PE before everything else: its options stand in no plan; then practice; then the plan."""
        named = self.treatment(target)
        if target.selection is Selection.PE or (named and named[0] is Treatment.PE):
            return TargetKind.PE
        if target.is_certificate:
            return TargetKind.CERTIFICATE
        if target.is_practical:
            return TargetKind.PRACTICE
        return _KINDS[target.category]

    def prices_for(self, target: Target, grade_year: int) -> tuple[Price, ...]:
        """What the course may be had for, unconfirmed prices included."""
        kind = self.kind_of(target)
        return tuple(one for one in self.prices if one.target is kind and one.is_for(grade_year))

    def usable(self, price: Price) -> bool:
        """Confirmed by the college, or open in the demo."""
        return price.confirmed or self.open_unconfirmed
