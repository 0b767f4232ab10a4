"""Under what a round is rehearsed, frozen so that a job keeps it while the round is edited."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from retake.eligibility import Rules
from retake.fees import Tariff
from retake.rehearsal.words import PARAMETERS
from retake.states import FeePolicy

SHOWN = (
    "cap_default",
    "cap_final_year",
    "cap_completed",
    "policy",
    "unit_fen",
    "practice_fen",
    "free_attempts",
)


@dataclass(frozen=True)
class Plan:
    """Rules, prices and the day the choice page is imagined on.

    ``today`` is that day, ``closes_on`` the last day of 报名 if there is one yet. ``as_of`` is the
    code of the past term whose record is used, empty for the record as it is.
    """

    rules: Rules
    tariff: Tariff
    term: str
    today: date
    closes_on: date | None = None
    as_of: str = ""


@dataclass(frozen=True)
class Change:
    """One parameter that differs from the last round, in words."""

    label: str
    was: str
    now: str


def to_json(plan: Plan) -> dict[str, Any]:
    """Plain values; dates are ISO."""
    closes_on = plan.closes_on.isoformat() if plan.closes_on else None
    return asdict(plan) | {"today": plan.today.isoformat(), "closes_on": closes_on}


def from_json(data: Mapping[str, Any]) -> Plan:
    """What ``to_json`` wrote."""
    tariff = data["tariff"] | {"policy": FeePolicy(data["tariff"]["policy"])}
    return Plan(
        rules=Rules(**data["rules"]),
        tariff=Tariff(**tariff),
        term=data["term"],
        today=date.fromisoformat(data["today"]),
        closes_on=date.fromisoformat(data["closes_on"]) if data["closes_on"] else None,
        as_of=data["as_of"],
    )


def changes(before: Plan, now: Plan) -> list[Change]:
    """What differs between two plans' rules and prices, in the order of the forms."""
    was = asdict(before.rules) | asdict(before.tariff)
    new = asdict(now.rules) | asdict(now.tariff)
    return [
        Change(label, write(was[name]), write(new[name]))
        for name, (label, write) in PARAMETERS.items()
        if was[name] != new[name]
    ]


def conditions(plan: Plan) -> list[tuple[str, str]]:
    """Caps and prices in words: what a reader has to know to understand the numbers."""
    given = asdict(plan.rules) | asdict(plan.tariff)
    names = [name for name in SHOWN if name != "practice_fen" or _is_flat(plan)]
    return [(PARAMETERS[name][0], PARAMETERS[name][1](given[name])) for name in names]


def _is_flat(plan: Plan) -> bool:
    return plan.tariff.policy is FeePolicy.FLAT_BY_MODE
