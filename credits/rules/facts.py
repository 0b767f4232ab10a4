"""What the rules are asked about: one student, one course to be passed, credits to give for it.

Frozen and complete: a stored case can be judged again under other rules years later. Credits are
Decimal in steps of 0.5.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from credits.kinds import SPENT_FROM, SourceKind
from portal.records.kinds import (
    AttemptKind,
    CourseCategory,
    ResultFlag,
    Selection,
    Standing,
)

ZERO = Decimal(0)


@dataclass(frozen=True)
class Sitting:
    """One result of the target; ``term`` as 2023-2024-1."""

    kind: AttemptKind
    term: str
    result: str
    flag: ResultFlag
    passed: bool


@dataclass(frozen=True)
class Target:
    """The course to be passed, by the student's own plan."""

    course_id: int
    code: str
    name: str
    credit_hours: Decimal
    category: CourseCategory
    selection: Selection
    is_practical: bool
    is_certificate: bool
    is_excluded: bool  # by the course catalogue
    college_id: int  # of the offering college
    college: str
    sittings: tuple[Sitting, ...]  # oldest first
    in_progress: bool
    deferred: bool  # 缓考 still to be sat
    makeup_pending: bool
    makeup_on: date | None

    @property
    def passed(self) -> bool:
        return any(one.passed for one in self.sittings)

    @property
    def evidence(self) -> str:
        """``正考 42 · 补考 51``."""
        return " · ".join(f"{one.kind.label} {one.result}" for one in self.sittings)


@dataclass(frozen=True)
class Source:
    """Credit that may be given away, whole. ``key``: ``course:12`` or ``other:5``.

    ``taken_by`` names the application that holds or has used it, empty while it is free.
    """

    key: str
    kind: SourceKind
    title: str
    credit_hours: Decimal
    result: str
    earned: str  # the term or the day it was earned
    taken_by: str = ""


@dataclass(frozen=True)
class Holding:
    """Credits of one category of the plan: what counts now, and what graduation asks for.

    ``earned`` leaves out what other applications hold or have used.
    """

    category: CourseCategory
    earned: Decimal
    needed: Decimal

    @property
    def spare(self) -> Decimal:
        return max(ZERO, self.earned - self.needed)


@dataclass(frozen=True)
class Person:
    """What the rules ask about the student himself."""

    grade_year: int
    standing: Standing
    plan_hours: Decimal  # credits of the whole plan


@dataclass(frozen=True)
class Past:
    """What other applications of the student come to, pending and approved ones.

    ``this_term`` and ``ever`` are credits of targets; ``spent`` are source credits by kind.
    ``standing`` names an application about the same target, empty when there is none.
    """

    this_term: Decimal = ZERO
    ever: Decimal = ZERO
    spent: tuple[tuple[SourceKind, Decimal], ...] = ()
    standing: str = ""

    def spent_of(self, kind: SourceKind) -> Decimal:
        return dict(self.spent).get(kind, ZERO)


@dataclass(frozen=True)
class Case:
    """One application as the rules see it; ``sources`` are those chosen."""

    person: Person
    target: Target
    holdings: tuple[Holding, ...]
    past: Past
    today: date
    sources: tuple[Source, ...] = ()
    attachments: int = 0
    accepts_shortfall: bool = False  # the student has ticked that he knows

    def hours_of(self, kind: SourceKind) -> Decimal:
        """Chosen credits of one kind."""
        return sum((one.credit_hours for one in self.sources if one.kind is kind), ZERO)

    @property
    def chosen_hours(self) -> Decimal:
        return sum((one.credit_hours for one in self.sources), ZERO)

    def holding(self, kind: SourceKind) -> Holding | None:
        """The part of the plan that loses when this kind is given away; None: nothing does."""
        category = SPENT_FROM.get(kind)
        return next((one for one in self.holdings if one.category is category), None)
