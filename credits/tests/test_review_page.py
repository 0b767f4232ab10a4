"""The page of one case: the evidence, the decision, the revocation."""

import pytest
from django.urls import reverse
from django.utils import timezone

from credits.services import deciding
from credits.states import ApplicationState
from credits.tests.desk import case_page, classmate_case, decide, queue, signed_in
from credits.tests.factories import Exchange, build_exchange, shot
from portal.records.kinds import AttemptKind
from portal.records.tests.factories import NOON

State = ApplicationState


@pytest.fixture
def exchange(db: None) -> Exchange:
    return build_exchange()


def test_evidence_stands_beside_the_decision(exchange: Exchange) -> None:
    shown = case_page(exchange.reviewer, exchange.submitted())
    assert "正考 <b>42</b>（2023-2024-1）" in shown
    assert "选修 0 2.0 · 80 分" in shown
    assert "14 项全部符合" in shown
    assert "12.0 → <b>4.0</b>" in shown
    assert 'value="270"' in shown


def test_the_same_certificate_of_two_students_is_flagged(exchange: Exchange) -> None:
    first, second = exchange.submitted(), classmate_case(exchange)
    shown = case_page(exchange.reviewer, second)
    assert "附件 1.jpg 别人交过" in shown
    assert first.number in shown


def test_an_application_with_the_picture_twice_is_named_once(exchange: Exchange) -> None:
    first = exchange.submitted(files=(shot(), shot()))
    shown = case_page(exchange.reviewer, classmate_case(exchange))
    assert shown.count(f"{first.number} 是同一个文件") == 1


def test_earlier_cases_are_shown_without_names(exchange: Exchange) -> None:
    row = exchange.submitted()
    student = exchange.student
    type(student).objects.filter(pk=student.pk).update(name="欧阳不该出现")
    note = f"欧阳不该出现（{student.number}）的证书过期"
    deciding.reject(staff=exchange.reviewer, application_id=row.pk, seen=1, note=note, now=NOON)
    shown = case_page(exchange.reviewer, classmate_case(exchange))
    assert "某同学（）的证书过期。" in shown
    assert "欧阳不该出现" not in shown
    assert student.number not in shown


def test_after_a_decision_comes_the_next_case(exchange: Exchange) -> None:
    row, following = exchange.submitted(), classmate_case(exchange)
    shown = decide(exchange.reviewer, row, "approve")
    assert "的高等数学（2-1）：已通过，学生会收到消息。" in shown
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
    assert "选一个决定。" in decide(exchange.reviewer, row, decision)
    assert exchange.held() == 8


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"decision": "reject"}, "写明原因，学生会看到。"),
        ({"decision": "reject", "note": "   "}, "写明原因，学生会看到。"),
        ({"decision": "reject", "note": "长" * 161}, "最多 160 个字。"),
        ({"decision": "reject", "phrase": "自己编的"}, "常用语从列表里选。"),
        ({"decision": "approve", "seen": ""}, "页面不完整，刷新后再决定。"),
        ({"decision": "approve", "seen": "x"}, "页面不完整，刷新后再决定。"),
        ({"decision": "approve", "seen": "9" * 30}, "看过最新的内容再决定。"),
    ],
)
def test_bad_decisions_change_nothing(
    exchange: Exchange, given: dict[str, str], sentence: str
) -> None:
    row = exchange.submitted()
    assert sentence in decide(exchange.reviewer, row, **given)
    row.refresh_from_db()
    assert (row.state, row.version, exchange.held()) == (State.PENDING, 1, 8)


def test_what_was_typed_stays_after_a_refusal(exchange: Exchange) -> None:
    row = exchange.submitted()
    deciding.ask(staff=exchange.colleague, application_id=row.pk, seen=1, note="补一张", now=NOON)
    shown = decide(exchange.reviewer, row, "reject", note="写了很久的话")
    assert "colleague" in shown
    assert "已经要求补材料" in shown
    assert "写了很久的话" in shown


def test_nobody_decides_his_own_case(exchange: Exchange) -> None:
    row = exchange.submitted()
    type(row.student).objects.filter(pk=row.student_id).update(user=exchange.reviewer)
    assert queue(exchange.reviewer) == []
    assert "不能审核自己的申请。" in case_page(exchange.reviewer, row)
    assert "不能审核自己的申请。" in decide(exchange.reviewer, row, "approve")
    assert exchange.consumed() == 0


def test_the_teaching_office_is_told_whose_turn_it_is(exchange: Exchange) -> None:
    row = exchange.submitted()
    assert "这份申请由智能制造学院审核。" in case_page(exchange.teaching, row)
    assert "这份申请由智能制造学院审核。" in decide(exchange.teaching, row, "approve")


def test_a_course_corrected_meanwhile_is_said_before_the_decision(exchange: Exchange) -> None:
    row = exchange.submitted()
    exchange.world.attempt(exchange.target, score=75, kind=AttemptKind.RETAKE)
    shown = case_page(exchange.reviewer, row)
    assert "现在通过不了" in shown
    assert "（提交时：符合，" in shown
    assert "没有通过，已自动退回" in decide(exchange.reviewer, row, "approve")
    assert exchange.held() == 0


def test_revocation_is_offered_to_the_teaching_office_only(exchange: Exchange) -> None:
    row = exchange.submitted()
    row = deciding.approve(staff=exchange.reviewer, application_id=row.pk, seen=1, now=NOON)
    assert "撤销高等数学（2-1）的兑换" in case_page(exchange.teaching, row)
    assert "撤销高等数学（2-1）的兑换" not in case_page(exchange.reviewer, row)
    url = reverse("admin:credits_application_revoke", args=[row.pk])
    data = {"seen": row.version, "note": "材料不实"}
    signed_in(exchange.reviewer).post(url, data)
    assert exchange.consumed() == 8
    signed_in(exchange.teaching).post(url, data)
    assert exchange.consumed() == 0
