"""Versions of the rules: copied, published, and frozen then."""

from datetime import date

import pytest
from django.db import InternalError, transaction

from credits.models import PriceRule, RuleSet
from credits.services import deciding
from credits.services.publishing import copy_rules, publish
from credits.states import ApplicationState, RuleSetState
from credits.tests.factories import Exchange, build_exchange, build_rules, shot
from portal.lib.errors import DomainError
from portal.records.kinds import CourseCategory
from portal.records.models import PlanCourse
from portal.records.tests.factories import NOON

State = ApplicationState


@pytest.fixture
def exchange(db: None) -> Exchange:
    return build_exchange()


def public(exchange: Exchange, code: str) -> int:
    course = exchange.failed(code, f"公共课 {code}")
    PlanCourse.objects.filter(course=course).update(category=CourseCategory.PUBLIC_REQUIRED)
    return course.pk


def test_published_rules_do_not_change(exchange: Exchange) -> None:
    with pytest.raises(InternalError), transaction.atomic():
        RuleSet.objects.filter(pk=exchange.rule_set.pk).update(name="改")
    with pytest.raises(InternalError), transaction.atomic():
        PriceRule.objects.filter(rule_set=exchange.rule_set).update(ratio=1)
    with pytest.raises(InternalError), transaction.atomic():
        PriceRule.objects.filter(rule_set=exchange.rule_set).delete()


def test_a_copy_is_a_draft_with_the_same_rows(exchange: Exchange) -> None:
    made = copy_rules(rule_set_id=exchange.rule_set.pk, staff=exchange.teaching, now=NOON)
    assert made.state == RuleSetState.DRAFT
    assert made.prices.count() == exchange.rule_set.prices.count() == 4
    assert made.named.count() == 1


def test_new_rules_are_for_what_is_filed_after_them(exchange: Exchange) -> None:
    row = exchange.submitted()
    dearer = build_rules("更贵", published=False)
    RuleSet.objects.filter(pk=dearer.pk).update(valid_from=date(2025, 2, 1))
    dearer.prices.filter(target="public").update(ratio=3)
    publish(rule_set_id=dearer.pk, staff=exchange.teaching, now=NOON)
    other = public(exchange, "T9")
    with pytest.raises(DomainError) as caught:
        exchange.submitted(target_id=other, keys=exchange.keys(2, 4), files=(shot(3),))
    assert caught.value.message == "需 12.0，已选 4.0，还差 8.0。"
    row = deciding.approve(staff=exchange.reviewer, application_id=row.pk, seen=1, now=NOON)
    assert row.state == State.APPROVED


def test_rules_without_a_price_are_not_published(exchange: Exchange) -> None:
    empty = RuleSet.objects.create(name="空", valid_from=date(2025, 1, 1), created_at=NOON)
    with pytest.raises(DomainError) as caught:
        publish(rule_set_id=empty.pk, staff=exchange.teaching, now=NOON)
    assert caught.value.code == "rules.empty"


def test_a_college_publishes_nothing(exchange: Exchange) -> None:
    draft = build_rules("草稿", published=False)
    with pytest.raises(DomainError) as caught:
        publish(rule_set_id=draft.pk, staff=exchange.reviewer, now=NOON)
    assert caught.value.code == "rules.forbidden"
