"""The queue, the page of a case, the rules: what staff see and may do."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import InternalError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from credits.models import Application, PriceRule, RuleSet
from credits.services import deciding
from credits.services.filing import submit
from credits.services.publishing import copy_rules, publish, replay
from credits.states import ApplicationState, RuleSetState
from credits.tests.factories import (
    Exchange,
    another_student,
    build_exchange,
    build_rules,
    shot,
)
from portal.accounts.models import User
from portal.lib.errors import DomainError
from portal.records.kinds import AttemptKind, CourseCategory
from portal.records.models import PlanCourse
from portal.records.tests.factories import NOON

State = ApplicationState
LIST = "admin:credits_application_changelist"


@pytest.fixture
def exchange(db: None) -> Exchange:
    return build_exchange()


def signed_in(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def queue(staff: User, **query: str) -> list[int]:
    """Ids on the list, in its order."""
    answer = signed_in(staff).get(reverse(LIST), query)
    assert answer.status_code == 200
    return [row.pk for row in answer.context["cl"].result_list]


def case_page(staff: User, row: Application) -> str:
    answer = signed_in(staff).get(reverse("admin:credits_application_change", args=[row.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def decide(staff: User, row: Application, decision: str, **more: Any) -> str:
    """Post a decision; the text of the page that follows."""
    data = {"seen": row.version, "decision": decision} | more
    url = reverse("admin:credits_application_decide", args=[row.pk])
    return signed_in(staff).post(url, data, follow=True).content.decode()


def public(exchange: Exchange, code: str) -> int:
    course = exchange.failed(code, f"公共课 {code}")
    PlanCourse.objects.filter(course=course).update(category=CourseCategory.PUBLIC_REQUIRED)
    return course.pk


def classmate_case(exchange: Exchange) -> Application:
    """The same course, failed and applied for by somebody else with the same screenshot."""
    student = another_student(exchange)
    assert student.user_id is not None
    for attempt, kind in ((45, AttemptKind.REGULAR), (50, AttemptKind.MAKEUP)):
        exchange.world.attempt(exchange.target, student=student, score=attempt, kind=kind)
    for elective in exchange.electives:
        exchange.world.attempt(elective, student=student, score=70)
    return submit(user_id=student.user_id, filing=exchange.filing(), now=NOON)


def test_the_queue_opens_on_what_waits_for_me_oldest_first(exchange: Exchange) -> None:
    second = classmate_case(exchange)
    first = exchange.submitted(now=NOON - timedelta(days=3))
    assert queue(exchange.reviewer) == [first.pk, second.pk]
    deciding.ask(staff=exchange.reviewer, application_id=first.pk, seen=1, note="补一张", now=NOON)
    assert queue(exchange.reviewer) == [second.pk]
    assert queue(exchange.reviewer, queue="asked") == [first.pk]


def test_another_colleges_cases_are_not_there(exchange: Exchange) -> None:
    row = exchange.submitted()
    assert queue(exchange.stranger, queue="all") == []
    url = reverse("admin:credits_application_change", args=[row.pk])
    assert signed_in(exchange.stranger).get(url).status_code == 302
    post = reverse("admin:credits_application_decide", args=[row.pk])
    assert signed_in(exchange.stranger).post(post, {"decision": "approve"}).status_code == 404
    assert exchange.held() == 8


def test_overdue_cases_are_listed_and_marked(exchange: Exchange) -> None:
    row = exchange.submitted(now=NOON)
    Application.objects.filter(pk=row.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    assert queue(exchange.teaching, queue="overdue") == [row.pk]
    answer = signed_in(exchange.reviewer).get(reverse(LIST))
    assert "已超期" in answer.content.decode()


def test_the_age_is_in_working_days(exchange: Exchange) -> None:
    exchange.submitted(now=timezone.now())
    assert "0 天" in signed_in(exchange.reviewer).get(reverse(LIST)).content.decode()


def test_evidence_stands_beside_the_decision(exchange: Exchange) -> None:
    shown = case_page(exchange.reviewer, exchange.submitted())
    assert "正考 <b>42</b>（2023-2024-1）" in shown
    assert "选修 0 2.0 · 通识选修 · 80" in shown
    assert "14 项全部符合" in shown
    assert "通识选修课 12.0 → 4.0，需 4.0" in shown
    assert "data-turn-shot" in shown


def test_the_same_certificate_of_two_students_is_flagged(exchange: Exchange) -> None:
    first, second = exchange.submitted(), classmate_case(exchange)
    shown = case_page(exchange.reviewer, second)
    assert "附件 1.jpg 与另一名学生的附件完全相同" in shown
    assert first.number in shown


def test_earlier_cases_are_shown_without_names(exchange: Exchange) -> None:
    row = exchange.submitted()
    student = exchange.student
    type(student).objects.filter(pk=student.pk).update(name="欧阳不该出现")
    deciding.reject(
        staff=exchange.reviewer, application_id=row.pk, seen=1, note="证书过期", now=NOON
    )
    shown = case_page(exchange.reviewer, classmate_case(exchange))
    assert "证书过期。" in shown
    assert "欧阳不该出现" not in shown


def test_after_a_decision_comes_the_next_case(exchange: Exchange) -> None:
    row, following = exchange.submitted(), classmate_case(exchange)
    shown = decide(exchange.reviewer, row, "approve")
    assert "已处理（审核通过），学生已收到消息。" in shown
    assert following.number in shown


def test_a_phrase_is_reason_enough(exchange: Exchange) -> None:
    row = exchange.submitted()
    decide(exchange.reviewer, row, "return", phrase="截图不是教务系统的成绩页面。")
    row.refresh_from_db()
    assert (row.state, row.note) == (State.RETURNED, "截图不是教务系统的成绩页面。")


def test_a_page_that_is_old_decides_nothing(exchange: Exchange) -> None:
    row = exchange.submitted(now=timezone.now())
    decide(exchange.reviewer, row, "approve")
    shown = decide(exchange.colleague, row, "reject", note="不行")
    assert "已经审核通过。看过最新的内容再决定。" in shown
    assert exchange.consumed() == 8


@pytest.mark.parametrize("decision", ["", "delete", "approve2"])
def test_no_decision_is_none(exchange: Exchange, decision: str) -> None:
    row = exchange.submitted()
    assert "先选一个决定。" in decide(exchange.reviewer, row, decision)
    assert exchange.held() == 8


def bulk(staff: User, *rows: Application) -> str:
    data = {"action": "approve_selected", "_selected_action": [row.pk for row in rows]}
    url = f"{reverse(LIST)}?queue=pending"
    return signed_in(staff).post(url, data, follow=True).content.decode()


def test_bulk_approval_leaves_what_has_a_finding(exchange: Exchange) -> None:
    clean = exchange.submitted()
    basic, extension = exchange.failed("B1"), exchange.extension("K1")
    odd = exchange.submitted(
        target_id=basic.pk, keys=(f"course:{extension.pk}",), accepts_shortfall=True
    )
    shown = bulk(exchange.reviewer, clean, odd)
    assert "已通过 1 份" in shown
    assert f"{odd.number} 没有处理：有要留意的地方，请逐份审核。" in shown
    odd.refresh_from_db()
    assert odd.state == State.PENDING


def test_the_teaching_office_approves_nothing_in_bulk(exchange: Exchange) -> None:
    row = exchange.submitted()
    bulk(exchange.teaching, row)
    row.refresh_from_db()
    assert row.state == State.PENDING


def test_revocation_is_offered_to_the_teaching_office_only(exchange: Exchange) -> None:
    row = exchange.submitted()
    row = deciding.approve(staff=exchange.reviewer, application_id=row.pk, seen=1, now=NOON)
    assert "撤销这次兑换" in case_page(exchange.teaching, row)
    assert "撤销这次兑换" not in case_page(exchange.reviewer, row)
    url = reverse("admin:credits_application_revoke", args=[row.pk])
    data = {"seen": row.version, "note": "材料不实"}
    signed_in(exchange.reviewer).post(url, data)
    assert exchange.consumed() == 8
    signed_in(exchange.teaching).post(url, data)
    assert exchange.consumed() == 0


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


def test_a_replay_says_which_decisions_would_change(exchange: Exchange) -> None:
    row = exchange.submitted()
    dearer = build_rules("更贵", published=False)
    dearer.prices.filter(target="public").update(ratio=3)
    found = replay(dearer.pk)
    assert (found.looked_at, found.still_may) == (1, 0)
    assert [one.number for one in found.newly_refused] == [row.number]
    assert found.newly_refused[0].stops == ("需 12.0，已选 8.0，还差 4.0",)
    row.refresh_from_db()
    assert row.state == State.PENDING


def test_the_page_of_a_replay(exchange: Exchange) -> None:
    exchange.submitted()
    url = reverse("admin:credits_ruleset_replay", args=[exchange.rule_set.pk])
    shown = signed_in(exchange.teaching).get(url).content.decode()
    assert "按这一版试算以往 1 份申请" in shown
    assert signed_in(exchange.reviewer).get(url).status_code == 403


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
