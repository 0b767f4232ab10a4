"""Past applications under other rules: pure verdicts, the job, and its page."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from credits import rules
from credits.kinds import SourceKind, TargetKind
from credits.models import ReplayDifference, RuleSet
from credits.replay import Outcome, Past, judge
from credits.rules import Case, Price, Rules
from credits.services import replaying
from credits.states import ApplicationState
from credits.tests.cases import RULES, case, source, target
from credits.tests.factories import Exchange, build_exchange, build_rules
from portal.accounts.models import User
from portal.jobs import services as jobs
from portal.jobs.models import Job
from portal.lib.errors import DomainError
from portal.records.kinds import CourseCategory
from portal.records.tests.factories import NOON

PUBLIC = case(*(source(one) for one in range(4)))


def past(given: Case, old: Rules = RULES) -> Past:
    return Past(1, given, rules.check(given, old), rules.needs_second(given, old))


def priced(**changed: Any) -> Rules:
    """Public courses for electives, two for one unless told otherwise."""
    price: dict[str, Any] = {"ratio": Decimal(2), "confirmed": True} | changed
    return Rules("新规则", (Price(TargetKind.PUBLIC, SourceKind.ELECTIVE, **price),))


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        (priced(), Outcome.SAME),
        (priced(ratio=Decimal(3)), Outcome.STOPS),
        (priced(confirmed=False), Outcome.STOPS),
        (priced(first_year=2024), Outcome.STOPS),
        (priced(second_approval=True), Outcome.SECOND),
    ],
    ids=["same price", "dearer", "unconfirmed", "other cohort", "second approval"],
)
def test_outcomes_of_an_application_that_could_go(given: Rules, outcome: Outcome) -> None:
    assert judge(past(PUBLIC), given).outcome is outcome


def test_a_refusal_gives_the_new_rules_figures() -> None:
    found = judge(past(PUBLIC), priced(ratio=Decimal(3)))
    assert found.why == ("比例 3 : 1：需 12.0，已选 8.0，还差 4.0。",)


def test_what_could_not_go_may_be_opened_and_says_what_stood_in_the_way() -> None:
    found = judge(past(case(*(source(one) for one in range(3)))), priced(ratio=Decimal(1)))
    assert found.outcome is Outcome.OPENS
    assert found.why == ("比例 2 : 1：需 8.0，已选 6.0，还差 2.0。",)


def test_what_no_rules_let_through_is_the_same() -> None:
    assert judge(past(case()), priced(ratio=Decimal(3))).outcome is Outcome.SAME


def test_a_warning_more_is_a_difference() -> None:
    hours = tuple(source(one) for one in range(8))
    given = case(
        *hours, accepts_shortfall=True, target=target(category=CourseCategory.PUBLIC_REQUIRED)
    )
    strict, mild = priced(keeps_minimum=True), priced()
    assert judge(past(given, strict), mild).outcome is Outcome.OPENS
    assert judge(past(given, mild), mild).outcome is Outcome.SAME


@pytest.fixture
def exchange(db: None) -> Exchange:
    return build_exchange()


def dearer(exchange: Exchange) -> RuleSet:
    """A draft that asks three for one."""
    draft = build_rules("更贵", published=False)
    draft.prices.filter(target="public").update(ratio=3)
    return draft


def replayed(exchange: Exchange, draft: RuleSet) -> Job:
    job = replaying.start(rule_set_id=draft.pk, staff=exchange.teaching, now=NOON)
    jobs.work(job.pk, lambda: NOON)
    job.refresh_from_db()
    return job


def test_a_replay_lists_what_differs_and_changes_nothing(exchange: Exchange) -> None:
    row = exchange.submitted()
    job = replayed(exchange, dearer(exchange))
    found = list(ReplayDifference.objects.filter(job=job).values_list("application", "outcome"))
    assert found == [(row.pk, Outcome.STOPS)]
    row.refresh_from_db()
    assert (row.state, row.version, exchange.held()) == (ApplicationState.PENDING, 1, 8)
    assert list(job.files) == [replaying.FILE]


def test_a_stretch_that_runs_again_leaves_the_same_rows(exchange: Exchange) -> None:
    exchange.submitted()
    job = replayed(exchange, dearer(exchange))
    keys = list(job.items.values_list("key", flat=True))
    again = replaying.Replaying().run(job, keys, NOON)
    assert [one.result for one in again.values()] == list(
        job.items.values_list("result", flat=True)
    )
    assert ReplayDifference.objects.filter(job=job).count() == 1


def test_a_draft_edited_meanwhile_does_not_mix_into_a_replay(exchange: Exchange) -> None:
    exchange.submitted()
    draft = dearer(exchange)
    job = replaying.start(rule_set_id=draft.pk, staff=exchange.teaching, now=NOON)
    draft.prices.filter(target="public").update(ratio=2)
    jobs.work(job.pk, lambda: NOON)
    assert ReplayDifference.objects.filter(job=job).count() == 1


def test_caps_of_a_rule_set_survive_the_way_through_the_job(exchange: Exchange) -> None:
    exchange.submitted()
    draft = build_rules("有上限", published=False, term_cap="3.5", plan_share="50.0")
    replayed(exchange, draft)
    why = ReplayDifference.objects.get().why
    assert why.endswith("本学期已申请兑换 0 学分，加上这门 4.0，超过上限 3.5。")


def test_without_applications_there_is_nothing_to_replay(exchange: Exchange) -> None:
    with pytest.raises(DomainError) as caught:
        replaying.start(rule_set_id=exchange.rule_set.pk, staff=exchange.teaching, now=NOON)
    assert caught.value.code == "replay.nothing"


def test_a_college_replays_nothing(exchange: Exchange) -> None:
    exchange.submitted()
    with pytest.raises(DomainError) as caught:
        replaying.start(rule_set_id=exchange.rule_set.pk, staff=exchange.reviewer, now=NOON)
    assert caught.value.code == "rules.forbidden"


def page(staff: User, draft: RuleSet, tail: str = "", **post: str) -> str:
    client = Client()
    client.force_login(staff)
    url = f"/admin/credits/ruleset/{draft.pk}/replay/{tail}"
    answer = client.post(url, post, follow=True) if tail == "start/" else client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_of_a_replay(exchange: Exchange) -> None:
    row, draft = exchange.submitted(), dearer(exchange)
    assert "试算全部历史申请" in page(exchange.teaching, draft)
    shown = page(exchange.teaching, draft, "start/")
    assert "1 份申请的结果会不同" in shown
    assert row.number in shown
    assert "需 12.0，已选 8.0，还差 4.0。" in shown
    assert row.number not in page(exchange.teaching, draft, "?outcome=opens")


def test_the_page_says_when_the_draft_was_changed_since(exchange: Exchange) -> None:
    exchange.submitted()
    draft = dearer(exchange)
    assert "之后规则改过" not in page(exchange.teaching, draft, "start/")
    draft.prices.filter(target="public").update(ratio=2)
    assert "之后规则改过" in page(exchange.teaching, draft)


def test_a_large_replay_shows_its_progress(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("credits.admin.rule_pages.AT_ONCE", 0)
    exchange.submitted()
    draft = dearer(exchange)
    assert "正在试算，已看 0 份" in page(exchange.teaching, draft, "start/")
    jobs.work(Job.objects.get().pk, timezone.now)
    assert "1 份申请的结果会不同" in page(exchange.teaching, draft)


@pytest.mark.parametrize(
    "query", ["?outcome=x", "?page=x", "?page=-1", "?page=99999999999999999999"]
)
def test_rubbish_in_the_address(exchange: Exchange, query: str) -> None:
    exchange.submitted()
    draft = dearer(exchange)
    replayed(exchange, draft)
    assert "1 份申请的结果会不同" in page(exchange.teaching, draft, query)
