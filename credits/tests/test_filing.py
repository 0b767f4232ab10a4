"""Filing: what is held, what is refused, what may be taken up again."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from credits.models import Application, ApplicationEvent, Attachment
from credits.services.deciding import ask, send_back
from credits.services.filing import FindingsRefused, save_draft, submit
from credits.services.own import delete, supply
from credits.services.writing import Filing
from credits.states import ApplicationState, EventKind
from credits.tests.factories import (
    LATER,
    Exchange,
    another_student,
    build_exchange,
    shot,
)
from portal.inbox.models import Message
from portal.lib.errors import DomainError, NotYours
from portal.records.kinds import OtherCreditKind
from portal.records.models import OtherCredit
from portal.records.tests.factories import NOON

State = ApplicationState


@pytest.fixture
def exchange(db: None) -> Exchange:
    return build_exchange()


def refusal(exchange: Exchange, **changed: Any) -> str:
    """The code of what submitting such a filing is refused with; nothing may have changed."""
    before = list(Application.objects.values_list("pk", "state", "version"))
    with pytest.raises(DomainError) as caught:
        exchange.submitted(**changed)
    assert list(Application.objects.values_list("pk", "state", "version")) == before
    return caught.value.code


def test_submitting_holds_the_credits_and_tells_until_when(exchange: Exchange) -> None:
    row = exchange.submitted()
    assert (row.state, row.due_on, row.is_clean) == (State.PENDING, date(2025, 3, 7), True)
    assert exchange.held() == 8
    assert Message.objects.get().body.startswith("由智能制造学院审核，3月7日（周五）前给结果。")


def test_the_facts_and_findings_are_kept(exchange: Exchange) -> None:
    row = exchange.submitted()
    row.refresh_from_db()
    assert row.case["target"]["name"] == "高等数学（2-1）"
    assert [one["level"] for one in row.findings] == ["ok"] * 14
    assert row.rule_set == exchange.rule_set
    assert ApplicationEvent.objects.get().findings == row.findings


def test_half_a_credit_short_is_refused(exchange: Exchange) -> None:
    assert refusal(exchange, keys=exchange.keys(3)) == "rules.ratio"


def test_another_students_credit_is_refused(exchange: Exchange) -> None:
    other = OtherCredit.objects.create(
        student=another_student(exchange),
        kind=OtherCreditKind.CONTEST,
        title="集训",
        credit_hours=8,
        earned_on=date(2024, 6, 1),
    )
    assert refusal(exchange, keys=(f"other:{other.pk}",)) == "source.not_yours"


@pytest.mark.parametrize("key", ["course:0", "nonsense", "course:", "other:99999999"])
def test_a_key_bent_by_hand_is_refused(exchange: Exchange, key: str) -> None:
    assert refusal(exchange, keys=(*exchange.keys(), key)) == "source.not_yours"


def test_a_course_of_nobody_is_refused(exchange: Exchange) -> None:
    with pytest.raises(NotYours):
        exchange.submitted(target_id=0)


def test_an_excluded_course_posted_by_hand_is_refused(exchange: Exchange) -> None:
    course = exchange.failed("X1", "军事理论")
    assert refusal(exchange, target_id=course.pk) == "rules.excluded"


def test_without_a_screenshot_it_is_refused(exchange: Exchange) -> None:
    assert refusal(exchange, files=()) == "rules.attachments"


def test_six_files_are_one_too_many(exchange: Exchange) -> None:
    assert refusal(exchange, files=tuple(shot(seed) for seed in range(6))) == "attachment.count"


def test_a_second_application_about_the_course_is_refused(exchange: Exchange) -> None:
    exchange.submitted()
    assert refusal(exchange, keys=exchange.keys(2, 4)) == "rules.applied"


def test_credits_held_already_are_refused(exchange: Exchange) -> None:
    exchange.submitted()
    english = exchange.failed("M2", "英语（2-2）")
    exchange.world.plan.courses.filter(course=english).update(category="public")
    with pytest.raises(FindingsRefused) as caught:
        exchange.submitted(target_id=english.pk)
    assert caught.value.message == "选修 0的学分已用于高等数学（2-1）。"


def test_a_shortfall_has_to_be_accepted(exchange: Exchange) -> None:
    basic, extension = exchange.failed("B1", "数据库"), exchange.extension("K1")
    wanted: dict[str, Any] = {"target_id": basic.pk, "keys": (f"course:{extension.pk}",)}
    assert refusal(exchange, **wanted) == "rules.shortfall"
    row = exchange.submitted(**wanted, accepts_shortfall=True)
    assert (row.state, row.is_clean) == (State.PENDING, False)


def test_a_draft_holds_nothing_and_becomes_the_application(exchange: Exchange) -> None:
    draft = save_draft(user_id=exchange.user_id, filing=exchange.filing(), now=NOON)
    assert (draft.state, exchange.held()) == (State.DRAFT, 0)
    kept = tuple(draft.attachments.values_list("pk", flat=True))
    row = exchange.submitted(files=(), kept=kept)
    assert (row.pk, row.state, exchange.held()) == (draft.pk, State.PENDING, 8)


def test_a_draft_of_a_course_that_cannot_be_exchanged_is_refused(exchange: Exchange) -> None:
    course = exchange.failed("X1")
    with pytest.raises(FindingsRefused):
        save_draft(user_id=exchange.user_id, filing=Filing(course.pk, exchange.keys()), now=NOON)


def returned(exchange: Exchange) -> Application:
    row = exchange.submitted()
    return send_back(
        staff=exchange.reviewer,
        application_id=row.pk,
        seen=row.version,
        note="看不清",
        now=NOON,
    )


def test_a_return_gives_back_and_may_be_submitted_again(exchange: Exchange) -> None:
    row = returned(exchange)
    assert (row.state, exchange.held(), row.note) == (State.RETURNED, 0, "看不清。")
    again = exchange.submitted(now=LATER, keys=exchange.keys(4, 2), files=(shot(2),))
    assert (again.pk, exchange.held()) == (row.pk, 8)
    assert set(again.sources.values_list("course", flat=True)) == {
        one.pk for one in exchange.electives[2:]
    }
    kinds = [one.kind for one in ApplicationEvent.objects.filter(application=row)]
    assert kinds == [EventKind.RESUBMITTED, EventKind.RETURNED, EventKind.SUBMITTED]


def test_a_replaced_file_stays(exchange: Exchange) -> None:
    returned(exchange)
    exchange.submitted(now=LATER, files=(shot(2),))
    assert [one.replaced_at for one in Attachment.objects.all()] == [LATER, None]
    assert [one.name for one in Attachment.objects.all()] == ["附件 1.jpg", "附件 2.jpg"]


def test_deleting_a_returned_one_hides_it_and_keeps_the_trace(exchange: Exchange) -> None:
    row = returned(exchange)
    delete(user_id=exchange.user_id, application_id=row.pk, now=LATER)
    row.refresh_from_db()
    assert row.deleted_at == LATER
    assert ApplicationEvent.objects.filter(application=row).count() == 3
    assert exchange.submitted(now=LATER + timedelta(minutes=1)).pk != row.pk


def test_a_pending_one_is_not_deleted(exchange: Exchange) -> None:
    row = exchange.submitted()
    with pytest.raises(DomainError) as caught:
        delete(user_id=exchange.user_id, application_id=row.pk, now=LATER)
    assert caught.value.message == "审核中的申请不能删除。"
    assert exchange.held() == 8


def test_a_stranger_deletes_nothing(exchange: Exchange) -> None:
    row = returned(exchange)
    somebody = another_student(exchange).user_id
    assert somebody is not None
    with pytest.raises(NotYours):
        delete(user_id=somebody, application_id=row.pk, now=LATER)


def test_what_was_asked_for_is_handed_in_and_the_credits_stay_held(exchange: Exchange) -> None:
    row = exchange.submitted()
    ask(staff=exchange.reviewer, application_id=row.pk, seen=1, note="补一张清楚的", now=LATER)
    files = (shot(2),)
    supplied = supply(user_id=exchange.user_id, application_id=row.pk, files=files, now=LATER)
    assert (supplied.state, supplied.asked_at, exchange.held()) == (State.PENDING, None, 8)
    assert row.attachments.filter(replaced_at=None).count() == 2


def test_nothing_is_handed_in_unasked(exchange: Exchange) -> None:
    row = exchange.submitted()
    with pytest.raises(DomainError) as caught:
        supply(user_id=exchange.user_id, application_id=row.pk, files=(shot(2),), now=LATER)
    assert caught.value.code == "application.not_asked"


def test_staff_have_nothing_to_exchange(exchange: Exchange) -> None:
    with pytest.raises(DomainError) as caught:
        submit(user_id=exchange.reviewer.pk, filing=exchange.filing(), now=NOON)
    assert caught.value.code == "student.none"


def test_without_rules_nothing_is_taken(exchange: Exchange) -> None:
    early = NOON - timedelta(days=365)
    assert refusal(exchange, now=early) == "rules.no_price"


def test_the_sum_of_a_case_is_decimal(exchange: Exchange) -> None:
    row = exchange.submitted()
    assert sum(one.credit_hours for one in row.sources.all()) == Decimal("8.0")
