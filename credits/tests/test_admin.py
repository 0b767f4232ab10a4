"""The queue, the page of a case, the rules: what staff see and may do."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from credits.models import Application
from credits.services import deciding
from credits.services.filing import submit
from credits.states import ApplicationState
from credits.tests.factories import (
    Exchange,
    another_student,
    build_exchange,
)
from portal.accounts.models import User
from portal.records.kinds import AttemptKind
from portal.records.tests.factories import NOON

State = ApplicationState
LIST = "admin:credits_application_changelist"
BULK = "/admin/credits/application/bulk/"


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
    assert queue(exchange.reviewer, desk="asked") == [first.pk]


def test_another_colleges_cases_are_not_there(exchange: Exchange) -> None:
    row = exchange.submitted()
    assert queue(exchange.stranger, desk="all") == []
    url = reverse("admin:credits_application_change", args=[row.pk])
    assert signed_in(exchange.stranger).get(url).status_code == 302
    post = reverse("admin:credits_application_decide", args=[row.pk])
    assert signed_in(exchange.stranger).post(post, {"decision": "approve"}).status_code == 404
    assert exchange.held() == 8


def test_overdue_cases_come_first_and_say_by_how_much(exchange: Exchange) -> None:
    early, late = exchange.submitted(now=timezone.now()), classmate_case(exchange)
    assert queue(exchange.reviewer) == [late.pk, early.pk]
    assert queue(exchange.teaching, desk="overdue") == [late.pk]
    shown = signed_in(exchange.reviewer).get(reverse(LIST)).content.decode()
    assert re.search(r"已超 \d+ 个工作日", shown)
    assert "1 份已超期" in shown


def test_what_waits_for_the_student_is_not_late(exchange: Exchange) -> None:
    row = exchange.submitted()
    deciding.ask(staff=exchange.reviewer, application_id=row.pk, seen=1, note="补一张", now=NOON)
    assert queue(exchange.reviewer, desk="overdue") == []
    assert queue(exchange.reviewer, desk="asked") == [row.pk]


def test_a_number_finds_its_application_wherever_it_is(exchange: Exchange) -> None:
    row = exchange.submitted()
    deciding.reject(staff=exchange.reviewer, application_id=row.pk, seen=1, note="过期", now=NOON)
    assert queue(exchange.reviewer) == []
    assert queue(exchange.reviewer, q=row.number) == [row.pk]
    assert queue(exchange.stranger, q=row.number) == []


def test_the_beginning_of_a_number_name_or_title_finds(exchange: Exchange) -> None:
    row = exchange.submitted()
    words = (row.student.number[:4], row.student.name, row.target.code, row.target.name[:2])
    assert [queue(exchange.reviewer, q=one) for one in words] == [[row.pk]] * 4
    assert queue(exchange.reviewer, q="无") == []
    assert queue(exchange.stranger, q=row.student.number) == []


def test_the_age_is_in_working_days(exchange: Exchange) -> None:
    exchange.submitted(now=timezone.now())
    assert "0 个工作日" in signed_in(exchange.reviewer).get(reverse(LIST)).content.decode()


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


def bulk(staff: User, *rows: Application) -> str:
    """Tick rows, then press the button of the page that says what will be approved."""
    data = {"action": "approve_clean", "_selected_action": [row.pk for row in rows]}
    url = f"{reverse(LIST)}?desk=open"
    shown = signed_in(staff).post(url, data, follow=True).content.decode()
    picks = re.findall(r'name="pick" value="([0-9:]+)"', shown)
    if not picks:
        return shown
    answer = signed_in(staff).post(BULK, {"pick": picks}, follow=True)
    return shown + answer.content.decode()


def test_bulk_approval_leaves_what_has_a_finding(exchange: Exchange) -> None:
    clean = exchange.submitted()
    basic, extension = exchange.failed("B1"), exchange.extension("K1")
    odd = exchange.submitted(
        target_id=basic.pk, keys=(f"course:{extension.pk}",), accepts_shortfall=True
    )
    shown = bulk(exchange.reviewer, clean, odd)
    assert "不能批量通过的 1 份" in shown
    assert "已通过 1 份" in shown
    odd.refresh_from_db()
    assert odd.state == State.PENDING


def test_bulk_approval_leaves_a_file_somebody_else_handed_in(exchange: Exchange) -> None:
    exchange.submitted()
    second = classmate_case(exchange)
    assert "附件和别人交过的一样，逐份看。" in bulk(exchange.reviewer, second)
    second.refresh_from_db()
    assert second.state == State.PENDING


def posted(staff: User, *picks: str) -> str:
    """What is said after a bulk approval sent by hand."""
    return signed_in(staff).post(BULK, {"pick": picks}, follow=True).content.decode()


def test_bulk_approval_by_hand_looks_at_every_case_itself(exchange: Exchange) -> None:
    basic, extension = exchange.failed("B1"), exchange.extension("K1")
    odd = exchange.submitted(
        target_id=basic.pk, keys=(f"course:{extension.pk}",), accepts_shortfall=True
    )
    assert f"{odd.number}没有处理：兑换后不低于毕业要求" in posted(exchange.reviewer, f"{odd.pk}:1")
    odd.refresh_from_db()
    assert odd.state == State.PENDING


@pytest.mark.parametrize("pick", ["", "x", "1", "1:", "1:x", "-1:1", "1:1:1", "9999999999:1"])
def test_bulk_approval_of_rubbish(exchange: Exchange, pick: str) -> None:
    assert "一份也没有选。" in posted(exchange.reviewer, pick)


def test_bulk_approval_of_a_version_that_is_old(exchange: Exchange) -> None:
    row = exchange.submitted()
    deciding.ask(staff=exchange.colleague, application_id=row.pk, seen=1, note="补一张", now=NOON)
    assert "已经要求补材料" in posted(exchange.reviewer, f"{row.pk}:1")


def test_bulk_approval_of_another_colleges_case(exchange: Exchange) -> None:
    row = exchange.submitted()
    assert "一份申请没有处理：这份申请由智能制造学院审核。" in posted(
        exchange.stranger, f"{row.pk}:1"
    )
    assert (exchange.held(), exchange.consumed()) == (8, 0)


def test_the_teaching_office_approves_nothing_in_bulk(exchange: Exchange) -> None:
    row = exchange.submitted()
    bulk(exchange.teaching, row)
    posted(exchange.teaching, f"{row.pk}:1")
    row.refresh_from_db()
    assert row.state == State.PENDING


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
