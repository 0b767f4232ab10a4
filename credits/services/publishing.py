"""Publishing rules, and looking first at what they would have said of the past."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from credits import rules
from credits.models import Application, NamedCourse, PriceRule, RuleSet
from credits.rules import Rules
from credits.rules.frozen import case_from_json
from credits.selectors.rule_sets import rules_by_id
from credits.states import RULE_SET_MOVES, ApplicationState, RuleSetState
from portal.accounts.models import User
from portal.lib import workflow
from portal.lib.errors import DomainError, NotYours

PERMISSION = "credits.publish_ruleset"
CHUNK = 500


@dataclass(frozen=True)
class Changed:
    """A past application the new rules judge otherwise; ``stops`` says why, empty: it may go."""

    application_id: int
    number: str
    state: str
    stops: tuple[str, ...]


@dataclass(frozen=True)
class Replay:
    """What a rule set makes of every application that was ever submitted."""

    looked_at: int
    still_may: int
    still_may_not: int
    newly_refused: tuple[Changed, ...]
    newly_allowed: tuple[Changed, ...]


def replay(rule_set_id: int, limit: int | None = None) -> Replay:
    """Judge the stored cases under these rules; changes nothing. ``limit``: the newest so many."""
    given = rules_by_id(rule_set_id)
    counted = {True: 0, False: 0}
    refused, allowed = [], []
    for row in _submitted(limit):
        changed, could = judged(row, given)
        if could == (not changed.stops):
            counted[could] += 1
        elif could:
            refused.append(changed)
        else:
            allowed.append(changed)
    total = counted[True] + counted[False] + len(refused) + len(allowed)
    return Replay(total, counted[True], counted[False], tuple(refused), tuple(allowed))


def judged(row: Application, given: Rules) -> tuple[Changed, bool]:
    """What ``given`` says of one stored case, and whether it could go under its own rules."""
    found = rules.stops(rules.check(case_from_json(row.case), given))
    could = all(one["level"] != rules.Level.STOP for one in row.findings)
    facts = tuple(one.fact for one in found)
    return Changed(row.pk, row.number, ApplicationState(row.state).label, facts), could


def _submitted(limit: int | None) -> Iterator[Application]:
    rows = Application.objects.filter(submitted_at__isnull=False).order_by("-id")
    shown = rows.only("id", "created_at", "state", "case", "findings")
    return (shown if limit is None else shown[:limit]).iterator(chunk_size=CHUNK)


def copy_rules(*, rule_set_id: int, staff: User, now: datetime) -> RuleSet:
    """A draft with everything of another rule set, to be changed and published.

    Refused: ``rules.forbidden``; ``NotYours`` when there is none.
    """
    _refuse_others(staff)
    with transaction.atomic():
        row = RuleSet.objects.filter(pk=rule_set_id).first()
        if row is None:
            raise NotYours("没有找到这版规则。")
        prices, named = list(row.prices.all()), list(row.named.all())
        number = RuleSet.objects.count() + 1
        row.pk, row.state = None, RuleSetState.DRAFT.value
        row.name = f"{row.name[:50]}（第 {number} 版）"
        row.created_at, row.created_by = now, staff
        row.published_at = row.published_by = None
        row.save(force_insert=True)
        for price in prices:
            price.pk, price.rule_set = None, row
        for course in named:
            course.pk, course.rule_set = None, row
        PriceRule.objects.bulk_create(prices)
        NamedCourse.objects.bulk_create(named)
    return row


def _refuse_others(staff: User) -> None:
    if not staff.has_perm(PERMISSION):
        raise DomainError("rules.forbidden", "你没有发布兑换规则的权限。", status=403)


def publish(*, rule_set_id: int, staff: User, now: datetime) -> RuleSet:
    """Put a draft in force from its date on, for ever.

    Refused: ``rules.forbidden``, ``rules.published``, ``rules.empty`` without a single price.
    """
    _refuse_others(staff)
    with transaction.atomic():
        row = (
            RuleSet.objects.select_for_update(no_key=True, of=("self",))
            .filter(pk=rule_set_id)
            .first()
        )
        if row is None:
            raise NotYours("没有找到这版规则。")
        workflow.require(
            RULE_SET_MOVES, row.state, RuleSetState.PUBLISHED, "这版规则已经发布过了。"
        )
        if not row.prices.exists():
            raise DomainError("rules.empty", "这版规则没有一条比例。", advice="先填兑换比例。")
        row.state = RuleSetState.PUBLISHED.value
        row.published_at, row.published_by = now, staff
        row.save(update_fields=["state", "published_at", "published_by"])
    return row
