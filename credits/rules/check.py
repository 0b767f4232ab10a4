"""All checks of one case."""

from credits.rules import sources, target
from credits.rules.facts import Case
from credits.rules.findings import Finding, Level
from credits.rules.ruleset import Rules


def check_target(case: Case, rules: Rules) -> tuple[Finding, ...]:
    """May this course be exchanged at all? Every check answers, whether it stops or not."""
    return tuple(one(case, rules) for one in target.CHECKS)


def first_stop(case: Case, rules: Rules) -> Finding | None:
    """What a student hears first of why this course cannot be exchanged; None when it can."""
    found = (one(case, rules) for one in target.CHECKS)
    return next((one for one in found if one.stops), None)


def check(case: Case, rules: Rules) -> tuple[Finding, ...]:
    """Every finding about an application, in the order of the rules."""
    return (*check_target(case, rules), *(one(case, rules) for one in sources.CHECKS))


def stops(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings that keep an application from going on."""
    return tuple(one for one in findings if one.stops)


def clean(findings: tuple[Finding, ...]) -> bool:
    """Nothing to look at: what a bulk approval may touch."""
    return all(one.level is Level.OK for one in findings)


def needs_second(case: Case, rules: Rules) -> bool:
    """Whether the teaching office has to agree as well (专业核心课)."""
    used = {one.kind for one in case.sources}
    prices = rules.prices_for(case.target, case.person.grade_year)
    return any(one.second_approval for one in prices if one.source in used)
