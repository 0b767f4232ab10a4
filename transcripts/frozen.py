"""Snapshots as JSON and back, and the fingerprints that tell two of them apart. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from portal.records.kinds import AttemptKind, CourseNature
from transcripts.document import Course, Exam, Person, Sitting, Snapshot

Json = dict[str, Any]


def to_json(snapshot: Snapshot) -> Json:
    """Plain values: decimals as text, enums as their value."""
    plain: Json = json.loads(json.dumps(asdict(snapshot), default=_text, ensure_ascii=False))
    return plain


def from_json(given: Mapping[str, Any]) -> Snapshot:
    """Read what ``to_json`` wrote."""
    return Snapshot(
        person=Person(**given["person"]),
        courses=tuple(_course(one) for one in given["courses"]),
        exams=tuple(Exam(**one) for one in given["exams"]),
        term_gpa={term: _decimal(value) for term, value in given["term_gpa"].items()},
        gpa=_decimal(given["gpa"]),
        # jsonb has no order of its own
        earned={nature: Decimal(given["earned"][nature]) for nature in CourseNature},
    )


def academic_print(plain: Json) -> str:
    """Fingerprint of courses, exams and totals: does newer data exist?

    Person and wording are left out: a new class name makes no transcript outdated.
    """
    kept = {key: value for key, value in plain.items() if key != "person"}
    kept["courses"] = [{**one, "why": ""} for one in plain["courses"]]
    return digest(kept)


def digest(plain: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of the canonical JSON of ``plain``."""
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _text(value: object) -> str:
    return str(value)


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _course(given: Mapping[str, Any]) -> Course:
    return Course(
        **{
            **given,
            "nature": CourseNature(given["nature"]),
            "credit_hours": Decimal(given["credit_hours"]),
            "points": _decimal(given["points"]),
            "sittings": tuple(
                Sitting(**{**one, "kind": AttemptKind(one["kind"])}) for one in given["sittings"]
            ),
            "sources": tuple(given["sources"]),
        }
    )
