"""Rule sets as the pure rules take them."""

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateField, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from credits.kinds import SourceKind, TargetKind, Treatment
from credits.models import NamedCourse, PriceRule, RuleSet
from credits.rules import Price, Rules
from credits.states import RuleSetState
from portal.lib.prepared import Planned, Row, Slot
from portal.records.kinds import ResultFlag
from portal.records.models import CourseEquivalence

NO_RULES = Rules("没有发布的规则")
_BARS = {
    "bar_cheating": ResultFlag.CHEATING,
    "bar_violation": ResultFlag.VIOLATION,
    "bar_absent": ResultFlag.ABSENT,
    "bar_barred": ResultFlag.BARRED,
}
_LIMITS = ("term_cap", "plan_share")
_OWN = ("id", "name", *_LIMITS, "attachments", *_BARS)
_PRICE = (
    "target",
    "source",
    "ratio",
    "step",
    "source_cap",
    "keeps_minimum",
    "second_approval",
    "is_confirmed",
    "first_year",
    "last_year",
)


def newest_published(today: date | Slot) -> QuerySet[RuleSet]:
    """The rule set in force on a day; no row or one."""
    begun = RuleSet.objects.filter(state=RuleSetState.PUBLISHED.value, valid_from__lte=today)
    return begun.order_by("-valid_from", "-id")[:1]


@Planned
def _in_force() -> QuerySet[Any, Any]:
    return _with_rows(newest_published(Slot("today", DateField())))


def in_force(today: date) -> tuple[int | None, Rules]:
    """The newest published rule set that has begun, with its id; without one nothing is for sale.

    One statement.
    """
    row = _in_force.first(today=today)
    return (None, NO_RULES) if row is None else (row["id"], rules_of(row))


def rules_by_id(rule_set_id: int) -> Rules:
    """One rule set, draft or published. One statement."""
    return rules_by_ids([rule_set_id])[rule_set_id]


def rules_by_ids(rule_set_ids: Collection[int]) -> dict[int, Rules]:
    """Rule sets by id. One statement."""
    rows = _with_rows(RuleSet.objects.filter(pk__in=rule_set_ids))
    return {row["id"]: rules_of(row) for row in rows}


def rules_beside(rule_set: RuleSet, row: Row) -> Rules:
    """The rules of a set that was read with ``columns`` beside it."""
    return rules_of({name: getattr(rule_set, name) for name in _OWN} | row)


def frozen_rules(rule_set_id: int) -> dict[str, Any]:
    """One rule set as plain JSON, so that a draft may be edited while a job uses it."""
    row: dict[str, Any] = _with_rows(RuleSet.objects.filter(pk=rule_set_id)).get()
    return row | {name: None if row[name] is None else str(row[name]) for name in _LIMITS}


def rules_from(frozen: Row) -> Rules:
    """Read what ``frozen_rules`` wrote."""
    limits = {name: None if frozen[name] is None else Decimal(frozen[name]) for name in _LIMITS}
    return rules_of({**frozen, **limits})


def rules_of(row: Row) -> Rules:
    """The frozen rules of a row with ``price_rows`` and ``named_rows`` as JSON."""
    named = row["named_rows"]
    return Rules(
        version=row["name"],
        prices=tuple(_price(one) for one in row["price_rows"]),
        codes={code: _treated(one) for one in named for code in _codes(one)},
        colleges={one["college_id"]: _treated(one) for one in named if one["college_id"]},
        barred=frozenset(flag for name, flag in _BARS.items() if row[name]),
        term_cap=row["term_cap"],
        plan_share=row["plan_share"],
        attachments=row["attachments"],
        open_unconfirmed=settings.DEMO,
    )


def _with_rows(sets: QuerySet[RuleSet]) -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = sets.values(*_OWN, **columns("pk"))
    return rows


def columns(rule_set: str) -> dict[str, ArraySubquery]:
    """Prices and named courses, for rows that have the id of their rule set in ``rule_set``."""
    prices = PriceRule.objects.filter(rule_set=OuterRef(rule_set)).order_by("id")
    successor = CourseEquivalence.objects.filter(old__code=OuterRef("course_code")).order_by()
    named = NamedCourse.objects.filter(rule_set=OuterRef(rule_set)).order_by("id")
    named_row = JSONObject(
        treatment="treatment",
        course_code="course_code",
        # A code given up takes its treatment along to the code in force.
        new_code=Subquery(successor.values("new__code")),
        college_id="college_id",
        reason="reason",
    )
    return {
        "price_rows": ArraySubquery(prices.values(row=JSONObject(**{one: one for one in _PRICE}))),
        "named_rows": ArraySubquery(named.values(row=named_row)),
    }


def _codes(named: Row) -> Iterable[str]:
    return filter(None, (named["course_code"], named["new_code"]))


def _treated(named: Row) -> tuple[Treatment, str]:
    return Treatment(named["treatment"]), named["reason"]


def _price(row: Row) -> Price:
    return Price(
        target=TargetKind(row["target"]),
        source=SourceKind(row["source"]),
        ratio=Decimal(str(row["ratio"])),
        step=Decimal(str(row["step"])),
        source_cap=None if row["source_cap"] is None else Decimal(str(row["source_cap"])),
        keeps_minimum=row["keeps_minimum"],
        second_approval=row["second_approval"],
        confirmed=row["is_confirmed"],
        first_year=row["first_year"],
        last_year=row["last_year"],
    )
