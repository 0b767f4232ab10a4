"""Every failed course of a student: what it would cost, or why it may not be exchanged."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from credits import rules
from credits.ground import Ground
from credits.kinds import TargetKind
from credits.proposal import propose, purses
from credits.rules import Case, Finding, Price, Source, Topic
from credits.rules.facts import ZERO
from credits.rules.sources import price_table
from credits.situation import Earlier, Situation
from credits.states import DELETABLE
from portal.accounts.models import Contact
from portal.records.history import CourseHistory


@dataclass(frozen=True)
class Offer:
    """A failed course that may be exchanged; each of ``prices`` as ``8.0 通识选修``."""

    course: CourseHistory
    kind: str
    evidence: str
    prices: tuple[str, ...]
    editable: Earlier | None  # a draft or returned application about it


@dataclass(frozen=True)
class Refusal:
    """A failed course that may not, with the reason and the next step."""

    name: str
    fact: str
    step: str
    on: date | None
    contact: Contact | None
    earlier: Earlier | None  # the application that is in the way


_Cost = tuple[TargetKind, Decimal]


def offers_and_refusals(
    known: Situation, ground: Ground, phone: dict[str, Contact]
) -> tuple[tuple[Offer, ...], tuple[Refusal, ...]]:
    """Every failed course in one of the two, in the order of the plan."""
    offers, refusals = [], []
    costs: dict[_Cost, Finding | None] = {}
    for course in known.courses:
        if not course.failed:
            continue
        about, case = known.application_about(course.course_id), ground.case(course)
        stop = rules.first_stop(case, known.rules) or _too_dear(case, known, ground, costs)
        if stop is None:
            offers.append(_offer(known, course, case, about))
        else:
            refusals.append(_refusal(course, stop, phone, about))
    return tuple(offers), tuple(refusals)


def _too_dear(
    case: Case, known: Situation, ground: Ground, costs: dict[_Cost, Finding | None]
) -> Finding | None:
    """Courses of one kind and size cost the same: worked out once."""
    cost = known.rules.kind_of(case.target), case.target.credit_hours
    if cost not in costs:
        costs[cost] = _unaffordable(case, known, ground.sources)
    return costs[cost]


def _offer(known: Situation, course: CourseHistory, case: Case, about: Earlier | None) -> Offer:
    prices = price_table(case, known.rules).values()
    said = tuple(f"{one.needed(course.credit_hours)} {one.source.label}" for one in prices)
    kind = known.rules.kind_of(case.target).label
    editable = about if about is not None and about.state in DELETABLE else None
    return Offer(course, kind, case.target.evidence, said, editable)


def _unaffordable(case: Case, known: Situation, offered: tuple[Source, ...]) -> Finding | None:
    """Nothing the student has pays for it."""
    prices = price_table(case, known.rules)
    if propose(case.target.credit_hours, offered, purses(case, prices)) is not None:
        return None
    names = "或".join(one.source.label for one in prices.values())
    free = [one for one in offered if one.kind in prices and not one.taken_by]
    if not free:
        fact = f"只能用{names}学分兑换，你名下没有可用的。"
        return Finding("nothing_to_give", rules.Level.STOP, "", fact, "", Topic.LEAGUE)
    price = next(iter(prices.values()))
    have = _spendable(case, price, free)
    fact = f"需 {price.needed(case.target.credit_hours)} {names}，你可用的有 {have}。"
    step = "学分够了再来申请，或者重修这门课。"
    return Finding("too_little", rules.Level.STOP, "", fact, step)


def _spendable(case: Case, price: Price, free: list[Source]) -> Decimal:
    have = sum((one.credit_hours for one in free), ZERO)
    limit = purses(case, {price.source: price})[price.source].limit
    return have if limit is None else min(have, limit)


def _refusal(
    course: CourseHistory, stop: Finding, phone: dict[str, Contact], about: Earlier | None
) -> Refusal:
    earlier = about if stop.code == "applied" else None
    contact = phone.get(stop.topic.value)
    return Refusal(course.name, stop.fact, stop.step, stop.on, contact, earlier)
