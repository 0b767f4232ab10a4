"""Cases and findings as plain JSON and back: what an application keeps for years."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from credits.kinds import SourceKind
from credits.rules.facts import Case, Holding, Past, Person, Sitting, Source, Target
from credits.rules.findings import Finding, Level, Topic
from portal.records.kinds import AttemptKind, CourseCategory, ResultFlag, Selection, Standing

Json = dict[str, Any]


def case_to_json(case: Case) -> Json:
    """Plain values: decimals and dates as text, enums as their value."""
    plain: Json = json.loads(json.dumps(asdict(case), default=str, ensure_ascii=False))
    return plain


def case_from_json(given: Mapping[str, Any]) -> Case:
    """Read what ``case_to_json`` wrote."""
    return Case(
        person=_person(given["person"]),
        target=_target(given["target"]),
        holdings=tuple(_holding(one) for one in given["holdings"]),
        past=_past(given["past"]),
        today=date.fromisoformat(given["today"]),
        sources=tuple(_source(one) for one in given["sources"]),
        attachments=given["attachments"],
        accepts_shortfall=given["accepts_shortfall"],
    )


def findings_to_json(findings: tuple[Finding, ...]) -> list[Json]:
    """One object a finding, in order."""
    plain: list[Json] = json.loads(
        json.dumps([{**vars(one)} for one in findings], default=str, ensure_ascii=False)
    )
    return plain


def findings_from_json(given: list[Json]) -> tuple[Finding, ...]:
    """Read what ``findings_to_json`` wrote."""
    return tuple(
        Finding(
            **{
                **one,
                "level": Level(one["level"]),
                "topic": Topic(one["topic"]),
                "on": _day(one["on"]),
            }
        )
        for one in given
    )


def _person(given: Json) -> Person:
    return Person(given["grade_year"], Standing(given["standing"]), Decimal(given["plan_hours"]))


def _target(given: Json) -> Target:
    return Target(
        **{
            **given,
            "credit_hours": Decimal(given["credit_hours"]),
            "category": CourseCategory(given["category"]),
            "selection": Selection(given["selection"]),
            "sittings": tuple(_sitting(one) for one in given["sittings"]),
            "makeup_on": _day(given["makeup_on"]),
        }
    )


def _sitting(given: Json) -> Sitting:
    return Sitting(
        **{**given, "kind": AttemptKind(given["kind"]), "flag": ResultFlag(given["flag"])}
    )


def _holding(given: Json) -> Holding:
    return Holding(
        CourseCategory(given["category"]), Decimal(given["earned"]), Decimal(given["needed"])
    )


def _past(given: Json) -> Past:
    return Past(
        this_term=Decimal(given["this_term"]),
        ever=Decimal(given["ever"]),
        spent=tuple((SourceKind(kind), Decimal(hours)) for kind, hours in given["spent"]),
        standing=given["standing"],
    )


def _source(given: Json) -> Source:
    return Source(
        **{
            **given,
            "kind": SourceKind(given["kind"]),
            "credit_hours": Decimal(given["credit_hours"]),
        }
    )


def _day(given: str | None) -> date | None:
    return None if given is None else date.fromisoformat(given)
