"""Decisions: who, on which version, and what they do to record and ledger."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import transaction

from credits.models import Application, ApplicationEvent
from credits.services import deciding, locks
from credits.services.rechecking import write_returned
from credits.services.revoking import revoke
from credits.services.sweep import sweep
from credits.states import ApplicationState, EventKind
from credits.tests.factories import LATER, Exchange, build_exchange
from portal.accounts.models import User
from portal.inbox.models import Message
from portal.lib.errors import DomainError
from portal.records.academic import Exchange as Exchanged
from portal.records.academic_rows import academic_records
from portal.records.kinds import AttemptKind, CourseCategory, OtherCreditKind
from portal.records.models import GradeAttempt, OtherCredit, PlanCourse
from portal.records.selectors import course_histories
from portal.records.services.grades import correct_result
from portal.records.tests.factories import NOON, TODAY

State = ApplicationState


@pytest.fixture
def exchange(db: None) -> Exchange:
    return build_exchange()


def approve(row: Application, staff: User) -> Application:
    return deciding.approve(staff=staff, application_id=row.pk, seen=row.version, now=LATER)


def passed(exchange: Exchange) -> bool:
    histories = course_histories([exchange.student.pk], today=TODAY)[exchange.student.pk]
    return next(one for one in histories if one.course_id == exchange.target.pk).passed


def test_approval_passes_the_course_and_uses_up_the_credits(exchange: Exchange) -> None:
    row = approve(exchange.submitted(), exchange.reviewer)
    assert row.state == State.APPROVED
    assert row.attempt is not None
    assert (row.attempt.kind, row.attempt.printed) == (AttemptKind.EXCHANGE, "合格")
    assert passed(exchange)
    assert (exchange.held(), exchange.consumed()) == (0, 8)


def test_the_record_links_the_course_with_its_sources(exchange: Exchange) -> None:
    approve(exchange.submitted(), exchange.reviewer)
    record = academic_records([exchange.student.pk], today=TODAY)[exchange.student.pk]
    given = tuple(one.pk for one in exchange.electives[:4])
    names = ("选修 0", "选修 1", "选修 2", "选修 3")
    assert record.exchanges == (Exchanged(exchange.target.pk, given, names),)


def test_the_student_reads_what_became_of_it(exchange: Exchange) -> None:
    approve(exchange.submitted(), exchange.reviewer)
    titles = [one.title for one in Message.objects.order_by("pk")]
    assert titles == ["已提交高等数学（2-1）的兑换申请", "高等数学（2-1）的兑换已通过"]


def test_rejection_gives_the_credits_back(exchange: Exchange) -> None:
    row = exchange.submitted()
    deciding.reject(
        staff=exchange.reviewer, application_id=row.pk, seen=1, note="不符合", now=LATER
    )
    row.refresh_from_db()
    assert (row.state, exchange.held(), row.note) == (State.REJECTED, 0, "不符合。")


DECISIONS: dict[str, Callable[..., Application]] = {
    "return": deciding.send_back,
    "reject": deciding.reject,
    "ask": deciding.ask,
}


@pytest.mark.parametrize("decide", DECISIONS.values(), ids=DECISIONS)
def test_a_no_needs_a_reason(exchange: Exchange, decide: Callable[..., Application]) -> None:
    row = exchange.submitted()
    with pytest.raises(DomainError) as caught:
        decide(staff=exchange.reviewer, application_id=row.pk, seen=1, note="  ", now=LATER)
    assert caught.value.code == "review.reason"
    assert exchange.held() == 8


@pytest.mark.parametrize("who", ["stranger", "teaching"])
def test_nobody_decides_another_colleges_case(exchange: Exchange, who: str) -> None:
    row = exchange.submitted()
    with pytest.raises(DomainError) as caught:
        approve(row, getattr(exchange, who))
    assert caught.value.code == "review.forbidden"


def test_the_second_of_two_reviewers_is_told_who_was_first(exchange: Exchange) -> None:
    row = exchange.submitted()
    seen = row.version
    approve(row, exchange.reviewer)
    with pytest.raises(DomainError) as caught:
        deciding.reject(
            staff=exchange.colleague, application_id=row.pk, seen=seen, note="不", now=LATER
        )
    assert caught.value.message == "reviewer 14:00 已经审核通过。"
    assert exchange.consumed() == 8


def test_deciding_twice_changes_nothing(exchange: Exchange) -> None:
    row = approve(exchange.submitted(), exchange.reviewer)
    with pytest.raises(DomainError) as caught:
        approve(row, exchange.reviewer)
    assert caught.value.code == "review.over"
    assert GradeAttempt.objects.filter(kind=AttemptKind.EXCHANGE).count() == 1


def core_case(exchange: Exchange) -> Application:
    course = exchange.failed("C1", "路由与交换技术")
    PlanCourse.objects.filter(course=course).update(category=CourseCategory.MAJOR_CORE)
    award = OtherCredit.objects.create(
        student=exchange.student,
        kind=OtherCreditKind.CERTIFICATE,
        title="省赛一等奖",
        credit_hours=4,
        earned_on=TODAY,
    )
    return exchange.submitted(target_id=course.pk, keys=(f"other:{award.pk}",))


def test_a_core_course_needs_the_teaching_office_too(exchange: Exchange) -> None:
    row = approve(core_case(exchange), exchange.reviewer)
    assert (row.state, row.first_by) == (State.PENDING, exchange.reviewer)
    assert exchange.held() == 4
    row = approve(row, exchange.teaching)
    assert (row.state, row.decided_by) == (State.APPROVED, exchange.teaching)


def test_the_college_does_not_agree_twice(exchange: Exchange) -> None:
    row = approve(core_case(exchange), exchange.reviewer)
    for who in (exchange.reviewer, exchange.colleague):
        with pytest.raises(DomainError) as caught:
            approve(row, who)
        assert caught.value.code == "review.forbidden"


def test_passed_meanwhile_returns_by_itself(exchange: Exchange) -> None:
    row = exchange.submitted()
    exchange.world.attempt(exchange.target, score=Decimal(66), kind=AttemptKind.RETAKE)
    assert sweep(LATER) == 1
    row.refresh_from_db()
    assert (row.state, exchange.held()) == (State.RETURNED, 0)
    assert row.note == "这门课已经及格（重修 66）。系统自动退回。"


def test_a_source_corrected_to_failed_returns_it_too(exchange: Exchange) -> None:
    row = exchange.submitted()
    attempt = GradeAttempt.objects.get(course=exchange.electives[0])
    correct_result(
        attempt_id=attempt.pk, written="45", recorded_on=TODAY, source="", entered_by=None
    )
    assert sweep(LATER) == 1
    row.refresh_from_db()
    assert row.note == "一项学分在教务记录里已经没有了。系统自动退回。"


def test_what_stands_is_looked_at_once(exchange: Exchange) -> None:
    row = exchange.submitted()
    other = exchange.world.course("Z1")
    newest = exchange.world.attempt(other, score=Decimal(90))
    assert sweep(LATER) == 0
    row.refresh_from_db()
    assert (row.state, row.seen_attempt) == (State.PENDING, newest.pk)


def test_approving_what_was_passed_meanwhile_returns_it(exchange: Exchange) -> None:
    row = exchange.submitted()
    exchange.world.attempt(exchange.target, score=Decimal(66), kind=AttemptKind.RETAKE)
    row = approve(row, exchange.reviewer)
    assert (row.state, exchange.held()) == (State.RETURNED, 0)


def undo(row: Application, staff: User, note: str = "材料不实") -> Application:
    return revoke(staff=staff, application_id=row.pk, seen=row.version, note=note, now=LATER)


def test_revocation_reverses_everything(exchange: Exchange) -> None:
    row = undo(approve(exchange.submitted(), exchange.reviewer), exchange.teaching)
    assert row.state == State.REVOKED
    assert (exchange.held(), exchange.consumed()) == (0, 0)
    assert not passed(exchange)
    record = academic_records([exchange.student.pk], today=TODAY)[exchange.student.pk]
    assert record.exchanges == ()


def test_after_a_revocation_it_can_be_exchanged_again(exchange: Exchange) -> None:
    undo(approve(exchange.submitted(), exchange.reviewer), exchange.teaching)
    row = approve(exchange.submitted(now=LATER), exchange.reviewer)
    assert (row.state, passed(exchange), exchange.consumed()) == (State.APPROVED, True, 8)


def test_a_college_revokes_nothing(exchange: Exchange) -> None:
    row = approve(exchange.submitted(), exchange.reviewer)
    with pytest.raises(DomainError) as caught:
        undo(row, exchange.reviewer)
    assert caught.value.code == "review.forbidden"


def test_revoking_twice_tells_the_second_who_was_first(exchange: Exchange) -> None:
    row = approve(exchange.submitted(), exchange.reviewer)
    undo(row, exchange.teaching)
    with pytest.raises(DomainError) as caught:
        undo(row, exchange.teaching)
    assert caught.value.message == "teaching 14:00 已经撤销兑换。"
    assert (exchange.held(), exchange.consumed()) == (0, 0)


def test_a_result_that_was_corrected_is_taken_back_all_the_same(exchange: Exchange) -> None:
    row = approve(exchange.submitted(), exchange.reviewer)
    assert row.attempt_id is not None
    correct_result(
        attempt_id=row.attempt_id, written="良好", recorded_on=TODAY, source="", entered_by=None
    )
    undo(row, exchange.teaching)
    assert not passed(exchange)
    assert exchange.consumed() == 0


def test_nobody_revokes_his_own(exchange: Exchange) -> None:
    row = approve(exchange.submitted(), exchange.reviewer)
    type(row.student).objects.filter(pk=row.student_id).update(user=exchange.teaching)
    with pytest.raises(DomainError) as caught:
        undo(row, exchange.teaching)
    assert caught.value.message == "不能审核自己的申请。"
    assert exchange.consumed() == 8


def test_a_reason_of_the_rules_may_be_long(exchange: Exchange) -> None:
    row = exchange.submitted()
    with transaction.atomic():
        write_returned(locks.application(row.pk), "长" * 300, None, LATER)
    row.refresh_from_db()
    assert (row.state, row.note, exchange.held()) == (State.RETURNED, "长" * 200, 0)


def test_the_trace_tells_the_story(exchange: Exchange) -> None:
    row = undo(approve(exchange.submitted(), exchange.reviewer), exchange.teaching)
    events = ApplicationEvent.objects.filter(application=row).order_by("pk")
    assert [(one.kind, one.actor) for one in events] == [
        (EventKind.SUBMITTED, exchange.student.user),
        (EventKind.APPROVED, exchange.reviewer),
        (EventKind.REVOKED, exchange.teaching),
    ]
    assert row.created_at == NOON
