"""Reads the marks of ``scripts``; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from portal.demo.college.calendar import CURRENT, TERMS, DemoTerm
from portal.records.grading import EXEMPT, Result, parse_result
from portal.records.kinds import AttemptKind

KINDS = (AttemptKind.REGULAR, AttemptKind.MAKEUP, AttemptKind.RETAKE)
TO_COME, MISSED = "?", "-"


@dataclass(frozen=True)
class Mark:
    """A mark taken apart; ``term_number`` is 0 where the plan decides."""

    term_number: int
    results: tuple[str, ...]
    absent_hours: int


@dataclass(frozen=True)
class Entry:
    """An attempt to be written."""

    kind: AttemptKind
    term: DemoTerm
    recorded_on: date
    result: Result


def read_mark(written: str) -> Mark:
    """``@3 47/? 缺课2`` -> term 3, ("47", "?"), 2."""
    found = re.fullmatch(r"(?:@(\d) )?(\S*)(?: 缺课(\d+))?", written)
    if found is None:
        raise ValueError(written)
    results = tuple(found[2].split("/")) if found[2] else ()
    return Mark(int(found[1] or 0), results, int(found[3] or 0))


def entries(mark: Mark, term: DemoTerm) -> Iterator[Entry]:
    """The attempts behind a mark, each on its day."""
    for kind, written in zip(KINDS, mark.results, strict=False):
        if written in (TO_COME, MISSED):
            continue
        sat_in = _retake_term(term) if kind is AttemptKind.RETAKE else term
        day = term.makeups_on if kind is AttemptKind.MAKEUP else sat_in.exams_on
        real = AttemptKind.EXEMPTION if written == EXEMPT else kind
        yield Entry(real, sat_in, day, parse_result(written))


def _retake_term(term: DemoTerm) -> DemoTerm:
    return TERMS[min(term.index + 1, CURRENT.index - 1)]
