"""Past applications under other rules: same answer, or another, and why.

Pure: what an application stood on is stored with it, so that other rules can be asked about it
years later.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from credits import rules
from credits.rules import Case, Finding, Level, Rules
from portal.lib.labels import Labelled


class Outcome(Labelled):
    """What other rules would have changed about one application."""

    SAME = "same", "结果一样"
    STOPS = "stops", "改为不能兑换"
    OPENS = "opens", "改为可以兑换"
    SECOND = "second", "改为要教学部再审"
    ALONE = "alone", "改为学院一审即可"
    NOTICED = "noticed", "多了要留意的"
    CLEARED = "cleared", "少了要留意的"


@dataclass(frozen=True)
class Past:
    """One application as it was submitted; ``found`` and ``second`` are its own rules' answer."""

    application_id: int
    case: Case
    found: tuple[Finding, ...]
    second: bool


@dataclass(frozen=True)
class Verdict:
    """``why`` are sentences, the new rules' for a refusal and the old ones' where it is lifted."""

    application_id: int
    outcome: Outcome
    why: tuple[str, ...] = ()


def judge(past: Past, given: Rules) -> Verdict:
    """What ``given`` makes of it. The weightiest difference is the outcome."""
    found = rules.check(past.case, given)
    old, new = rules.stops(past.found), rules.stops(found)
    if bool(old) != bool(new):
        outcome = Outcome.STOPS if new else Outcome.OPENS
        return Verdict(past.application_id, outcome, _said(new or old))
    if new:
        return Verdict(past.application_id, Outcome.SAME)
    second = rules.needs_second(past.case, given)
    if second != past.second:
        outcome = Outcome.SECOND if second else Outcome.ALONE
        return Verdict(past.application_id, outcome, (outcome.label,))
    return _by_warnings(past, found)


def _by_warnings(past: Past, found: tuple[Finding, ...]) -> Verdict:
    old, new = _warned(past.found), _warned(found)
    added = tuple(one for one in new if one.code not in {two.code for two in old})
    gone = tuple(one for one in old if one.code not in {two.code for two in new})
    if added or gone:
        outcome = Outcome.NOTICED if added else Outcome.CLEARED
        return Verdict(past.application_id, outcome, _said(added or gone))
    return Verdict(past.application_id, Outcome.SAME)


def _warned(found: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(one for one in found if one.level is Level.WARN)


def _said(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(f"{one.rule}：{one.sentence}" for one in findings)
