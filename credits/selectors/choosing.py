"""The choice page: every failed course, and what an exchange for one of them would do."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from credits import rules
from credits.ground import Ground, ground_of
from credits.models import Application, Attachment
from credits.proposal import alternatives, purses
from credits.rules import Case, Effect, Finding, Price, Source, Topic
from credits.rules.facts import ZERO
from credits.rules.sources import graduation, price_table, ratio
from credits.selectors.offers import Offer, Refusal, offers_and_refusals
from credits.selectors.situations import own_situation
from credits.services.locks import not_a_student
from credits.situation import Situation
from portal.accounts.models import Contact
from portal.accounts.selectors import contacts
from portal.records.matters import Matter, open_matters


@dataclass(frozen=True)
class Chosen:
    """The course being applied for, with everything the page works out about it."""

    offer: Offer
    case: Case
    rule_set_id: int | None
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

    @cached_property
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

    @cached_property
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
    """Work out the page; ``keys`` are ticked sources, None for the proposal. Five statements and
    three about the chosen course, for any number of courses.
    """
    known = own_situation(user_id, now)
    if known is None:
        raise not_a_student()
    phone = contacts(Topic.LEAGUE.value, Topic.EXCHANGE.value, Topic.MAKEUP.value)
    # A draft or returned application holds nothing: one ground does for every course.
    ground = ground_of(known)
    offers, refusals = offers_and_refusals(known, ground, phone)
    offer = next((one for one in offers if one.course.course_id == target_id), None)
    if offer is None and target_id is None and offers:
        offer = offers[0]
    chosen = None
    if offer is not None:
        ticked = _Ticked(keys, set_number, accepts_shortfall)
        chosen = _chosen(known, ground, offer, ticked, now)
    return Choosing(known, offers, refusals, chosen, phone.get(Topic.LEAGUE.value))


@dataclass(frozen=True)
class _Ticked:
    keys: Collection[str] | None
    set_number: int
    accepts_shortfall: bool


def _chosen(
    known: Situation, ground: Ground, offer: Offer, ticked: _Ticked, now: datetime
) -> Chosen:
    row, files = _stored(offer)
    blank = ground.case(offer.course)
    prices = price_table(blank, known.rules)
    lawful = tuple(one for one in ground.sources if one.kind in prices and not one.taken_by)
    picked = _picked(row, ticked, blank, prices, lawful)
    case = replace(
        blank,
        sources=tuple(one for one in lawful if one.key in picked.keys),
        attachments=len(files),
        accepts_shortfall=ticked.accepts_shortfall,
    )
    return Chosen(
        offer=offer,
        case=case,
        rule_set_id=known.rule_set_id,
        prices=tuple(prices.values()),
        sources=lawful,
        ratio=ratio(case, known.rules),
        graduation=graduation(case, known.rules),
        effects=rules.effects(case),
        sets=picked.sets,
        shown_set=picked.shown,
        files=files,
        returned=row if row is not None and row.note else None,
        retake=_retake(known, offer, now),
        unconfirmed=not all(one.confirmed for one in prices.values()),
    )


def _stored(offer: Offer) -> tuple[Application | None, tuple[Attachment, ...]]:
    """The draft or returned application with its files."""
    if offer.editable is None:
        return None, ()
    row = Application.objects.get(pk=offer.editable.pk)
    return row, tuple(row.attachments.filter(replaced_at=None))


def _retake(known: Situation, offer: Offer, now: datetime) -> Matter | None:
    """What is under way about the same course elsewhere."""
    matters = open_matters([known.facts.student_id], now, but="credits")
    return next((one for one in matters if one.course_id == offer.course.course_id), None)


@dataclass(frozen=True)
class _Picked:
    """Which sources are ticked, and which of how many proposals they are."""

    keys: Collection[str]
    sets: int = 1
    shown: int = 0


def _picked(
    row: Application | None,
    ticked: _Ticked,
    blank: Case,
    prices: dict[str, Price],
    lawful: tuple[Source, ...],
) -> _Picked:
    """What the student has ticked, else what he has stored, else the proposal asked for."""
    if ticked.keys is not None:
        return _Picked(ticked.keys)
    proposals = alternatives(blank.target.credit_hours, lawful, purses(blank, prices))
    stored = [one.key for one in row.sources.all()] if row and not ticked.set_number else []
    if stored or not proposals:
        return _Picked(stored, len(proposals))
    shown = ticked.set_number % len(proposals)
    keys = [one.key for one in proposals[shown].sources]
    return _Picked(keys, len(proposals), shown)
