"""The choice page: every failed course, what it would cost, and what it would do."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from credits import rules
from credits.kinds import TargetKind
from credits.models import Application, Attachment
from credits.proposal import Proposal, alternatives, propose, purses
from credits.rules import Case, Effect, Finding, Price, Source, Topic
from credits.rules.facts import ZERO
from credits.rules.sources import graduation, price_table, ratio
from credits.selectors.situations import own_situation
from credits.services.locks import not_a_student
from credits.situation import Earlier, Situation, case_of, sources_of
from credits.states import DELETABLE
from portal.accounts.models import Contact
from portal.accounts.selectors import contacts
from portal.records.history import CourseHistory
from portal.records.matters import Matter, open_matters


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


@dataclass(frozen=True)
class Chosen:
    """The course being applied for, with everything the page works out about it."""

    offer: Offer
    case: Case
    prices: tuple[Price, ...]
    sources: tuple[Source, ...]  # lawful ones, taken ones left out
    ratio: Finding
    graduation: Finding
    effects: tuple[Effect, ...]
    sets: int  # how many proposals there are
    shown_set: int
    files: tuple[Attachment, ...]  # of the draft or returned application
    returned: Application | None
    retake: Matter | None
    unconfirmed: bool

    @property
    def picked(self) -> set[str]:
        return {one.key for one in self.case.sources}

    @property
    def changed(self) -> tuple[Effect, ...]:
        """Categories this exchange gives to or takes from."""
        return tuple(one for one in self.effects if one.before != one.after)

    @property
    def unchanged(self) -> tuple[Effect, ...]:
        """The other categories of the plan."""
        return tuple(one for one in self.effects if one.before == one.after)

    @property
    def lacking(self) -> Decimal:
        """Credits graduation would miss after this."""
        return sum((one.lacking for one in self.effects if one.endangers), ZERO)


@dataclass(frozen=True)
class Choosing:
    """The page; ``chosen`` None when nothing can be exchanged."""

    situation: Situation
    offers: tuple[Offer, ...]
    refusals: tuple[Refusal, ...]
    chosen: Chosen | None
    league: Contact | None


def choosing(
    user_id: int,
    now: datetime,
    *,
    target_id: int | None = None,
    keys: Collection[str] | None = None,
    set_number: int = 0,
    accepts_shortfall: bool = False,
) -> Choosing:
    """Work out the page; ``keys`` are ticked sources, None for the proposal. Six statements and
    three about the chosen course, for any number of courses.
    """
    known = own_situation(user_id, now)
    if known is None:
        raise not_a_student()
    phone = contacts(Topic.LEAGUE.value, Topic.EXCHANGE.value, Topic.MAKEUP.value)
    offers, refusals = _sorted(known, phone)
    offer = next((one for one in offers if one.course.course_id == target_id), None)
    if offer is None and target_id is None and offers:
        offer = offers[0]
    chosen = None
    if offer is not None:
        ticked = _Ticked(keys, set_number, accepts_shortfall)
        chosen = _chosen(known, offer, ticked, now)
    return Choosing(known, offers, refusals, chosen, phone.get(Topic.LEAGUE.value))


@dataclass(frozen=True)
class _Ticked:
    keys: Collection[str] | None
    set_number: int
    accepts_shortfall: bool


def _sorted(
    known: Situation, phone: dict[str, Contact]
) -> tuple[tuple[Offer, ...], tuple[Refusal, ...]]:
    offers, refusals = [], []
    offered = sources_of(known)
    costs: dict[tuple[TargetKind, Decimal, int | None], Finding | None] = {}
    for course in known.courses:
        if not course.failed:
            continue
        about = known.application_about(course.course_id)
        case = case_of(known, course, but=about.pk if about and _open(about) else None)
        found = rules.stops(rules.check_target(case, known.rules))
        stop = found[0] if found else None
        if stop is None:
            # Courses of one kind and size cost the same: worked out once.
            cost = (
                known.rules.kind_of(case.target),
                course.credit_hours,
                about.pk if about else None,
            )
            if cost not in costs:
                costs[cost] = _unaffordable(case, known, offered)
            stop = costs[cost]
        if stop is None:
            offers.append(_offer(known, course, case, about if about and _open(about) else None))
        else:
            refusals.append(_refusal(course, stop, phone, about))
    return tuple(offers), tuple(refusals)


def _open(about: Earlier) -> bool:
    return about.state in DELETABLE


def _offer(known: Situation, course: CourseHistory, case: Case, about: Earlier | None) -> Offer:
    prices = price_table(case, known.rules).values()
    said = tuple(f"{one.needed(course.credit_hours)} {one.source.label}" for one in prices)
    kind = known.rules.kind_of(case.target).label
    return Offer(course, kind, case.target.evidence, said, about)


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


def _chosen(known: Situation, offer: Offer, ticked: _Ticked, now: datetime) -> Chosen:
    but = offer.editable.pk if offer.editable else None
    row = Application.objects.filter(pk=but).first() if but else None
    files = tuple(row.attachments.filter(replaced_at=None)) if row else ()
    blank = case_of(known, offer.course, but=but)
    prices = price_table(blank, known.rules)
    lawful = [one for one in sources_of(known, but=but) if one.kind in prices and not one.taken_by]
    hours, purse = blank.target.credit_hours, purses(blank, prices)
    proposals = alternatives(hours, lawful, purse) if ticked.keys is None else ()
    picked = _picked(row, ticked, proposals)
    case = replace(
        blank,
        sources=tuple(one for one in lawful if one.key in picked.keys),
        attachments=len(files),
        accepts_shortfall=ticked.accepts_shortfall,
    )
    matters = open_matters(known.facts.student_id, now, but="credits")
    return Chosen(
        offer=offer,
        case=case,
        prices=tuple(prices.values()),
        sources=tuple(lawful),
        ratio=ratio(case, known.rules),
        graduation=graduation(case, known.rules),
        effects=rules.effects(case),
        sets=picked.sets,
        shown_set=picked.shown,
        files=files,
        returned=row if row is not None and row.note else None,
        retake=next((one for one in matters if one.course_id == offer.course.course_id), None),
        unconfirmed=not all(one.confirmed for one in prices.values()),
    )


@dataclass(frozen=True)
class _Picked:
    """Which sources are ticked, and which of how many proposals they are."""

    keys: Collection[str]
    sets: int = 1
    shown: int = 0


def _picked(row: Application | None, ticked: _Ticked, proposals: tuple[Proposal, ...]) -> _Picked:
    """What the student has ticked, else what he has stored, else the proposal asked for."""
    if ticked.keys is not None:
        return _Picked(ticked.keys)
    stored = [one.key for one in row.sources.all()] if row and not ticked.set_number else []
    if stored or not proposals:
        return _Picked(stored, len(proposals))
    shown = ticked.set_number % len(proposals)
    keys = [one.key for one in proposals[shown].sources]
    return _Picked(keys, len(proposals), shown)
