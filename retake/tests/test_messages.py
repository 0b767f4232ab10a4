"""One message for each act, with the money that goes with it."""

from datetime import date, timedelta

import pytest

from payments.tests.factories import pay
from portal.inbox.models import Message
from portal.records.states import VeteranState
from retake.services.cancel import cancel
from retake.services.override import override_enroll
from retake.services.sweep import sweep
from retake.services.veterans import decide
from retake.services.withdraw import withdraw
from retake.tests import factories as make
from retake.tests.factories import NOW

pytestmark = pytest.mark.django_db


def told(key: str) -> list[tuple[str, str]]:
    rows = Message.objects.filter(key__startswith=key).order_by("pk")
    return list(rows.values_list("title", "body"))


def test_one_message_for_one_submission() -> None:
    world = make.make_world(2)
    world.enroll()
    world.enroll()  # a double click
    names = "、".join(course.name for course in world.courses)
    body = f"{names}。重修费 ¥800.00，缴费到 4月29日（周二）17:00 截止。"
    assert told("retake:enrolled") == [("已报名 2 门重修", body)]


def test_coming_back_is_another_act() -> None:
    world = make.make_world()
    [row] = world.enroll()
    withdraw(user_id=world.user_id, enrollment_id=row.pk, now=NOW)
    world.enroll(now=NOW + timedelta(minutes=1))
    assert len(told("retake:enrolled")) == 2


def test_a_veteran_reads_that_nothing_is_to_be_paid() -> None:
    world = make.make_world()
    make.make_veteran(world.student)
    world.enroll()
    assert told("retake:enrolled") == [("已报名 1 门重修", f"{world.courses[0].name}。不用缴费。")]


def test_override_tells_the_student() -> None:
    world = make.make_world()
    override_enroll(
        staff=make.make_staff(),
        student_id=world.student.pk,
        course_id=world.courses[0].pk,
        round_id=world.round.pk,
        reason="毕业前最后一次机会",
        now=NOW,
    )
    body = "特批理由：毕业前最后一次机会。重修费 ¥400.00，缴费到 4月29日（周二）17:00 截止。"
    assert told("retake:overridden") == [(f"学校已为你特批报名{world.courses[0].name}", body)]


def approve(world: make.World) -> None:
    claim = make.make_veteran(world.student, VeteranState.PENDING)
    decide(staff=make.make_staff(), claim_id=claim.pk, approved=True, note="", now=NOW)


def test_approving_a_claim_without_money_is_one_message() -> None:
    world = make.make_world(3)
    world.enroll()
    Message.objects.all().delete()
    approve(world)
    assert [title for title, _ in told("")] == ["退役身份已认定"]


def test_approving_a_claim_names_what_goes_back_in_one_message() -> None:
    world = make.make_world(3)
    rows = world.enroll()
    pay(world.open_order(*rows[:2]), now=NOW)
    Message.objects.all().delete()
    approve(world)
    body = "重修不用缴费，已缴的 2 门 ¥800.00 由财务处退回，进度写在缴费页。"
    assert told("") == [("退役身份已认定", body)]


def test_approving_who_enlisted_after_completion_promises_nothing() -> None:
    world = make.make_world()
    world.enroll()
    make.complete(world.student, date(2022, 6, 30))
    approve(world)
    [(_, body)] = told("veteran")
    assert body.endswith("结业后入伍的，重修照常缴费。")


def test_imported_status_is_told_once_for_all_courses() -> None:
    world = make.make_world(3)
    world.enroll()
    make.make_veteran(world.student)
    sweep(NOW)
    assert told("retake:exempt") == [
        (
            "重修不用缴费",
            "退役身份已认定，重修费减免；先缴了的由财务处退回，进度写在缴费页。",
        )
    ]


def test_cancelling_names_the_refund_only_where_money_was_in() -> None:
    world = make.make_world(2)
    rows = world.enroll()
    pay(world.open_order(rows[0]), now=NOW)
    for row in rows:
        cancel(staff=None, enrollment_id=row.pk, reason="不开班。", now=NOW)
    bodies = [body for _, body in told("retake:cancelled")]
    assert bodies == ["不开班。已缴 ¥400.00 由财务处退回。", "不开班。"]
