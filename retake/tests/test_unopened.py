"""不开班: another group or the money, for everybody, once."""

from datetime import timedelta

import pytest

from payments.models import Surplus
from payments.tests.factories import pay
from portal.inbox.models import Message
from portal.lib.errors import DomainError, NotYours
from retake.models import Enrollment, Offer, TeachingGroup
from retake.services.cancel import cancel
from retake.states import EnrollmentState, GroupState, OfferState
from retake.teaching.groups import assign
from retake.teaching.unopened import choose, not_open, refund_undecided
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.factories import NOW

pytestmark = pytest.mark.django_db


def shut(group: TeachingGroup) -> list[Offer]:
    return not_open(staff=group.created_by, group_id=group.pk, reason="报名人数不足。", now=NOW)


def state_of(row: Enrollment) -> str:
    return Enrollment.objects.get(pk=row.pk).state


def paid_and_seated() -> tuple[TeachingGroup, Enrollment, make.World]:
    world = make.make_world()
    [row] = world.enroll()
    pay(world.open_order(row), now=NOW)
    teaching.confirm([row])
    group = teaching.make_group(row.course)
    teaching_assign(group, row)
    return group, row, world


def teaching_assign(group: TeachingGroup, row: Enrollment) -> None:
    ids = [row.pk]
    assign(staff=group.created_by, group_id=group.pk, enrollment_ids=ids, now=NOW)


def test_without_another_group_the_money_goes_back_at_once() -> None:
    group, row, _ = paid_and_seated()
    assert shut(group) == []
    group.refresh_from_db()
    assert (state_of(row), group.state) == (EnrollmentState.CANCELLED, GroupState.NOT_OPENED)
    assert Surplus.objects.get().amount_fen == 40_000
    told = Message.objects.get(key=f"retake:cancelled:{row.pk}")
    assert "不开班：报名人数不足。" in told.body
    assert "¥400.00 由财务处退回" in told.body


def test_with_another_group_the_student_chooses_it() -> None:
    group, [row] = teaching.make_seated()
    other = teaching.make_group(group.course)
    [offer] = shut(group)
    assert state_of(row) == EnrollmentState.CONFIRMED
    user_id = row.student.user_id or 0
    for _ in range(2):  # a double click
        choose(user_id=user_id, offer_id=offer.pk, target_id=other.pk, now=NOW)
    offer.refresh_from_db()
    assert (offer.state, offer.target, state_of(row)) == (
        OfferState.MOVED,
        other,
        EnrollmentState.ARRANGED,
    )


def test_with_another_group_the_student_may_take_the_money() -> None:
    group, row, world = paid_and_seated()
    teaching.make_group(group.course)
    [offer] = shut(group)
    choose(user_id=world.user_id, offer_id=offer.pk, target_id=None, now=NOW)
    assert (state_of(row), Surplus.objects.count()) == (EnrollmentState.CANCELLED, 1)


def test_who_does_not_choose_gets_the_money_after_the_last_day() -> None:
    group, row, _ = paid_and_seated()
    teaching.make_group(group.course)
    shut(group)
    assert refund_undecided(NOW + timedelta(days=5)) == 0
    assert refund_undecided(NOW + timedelta(days=6)) == 1
    assert (state_of(row), Surplus.objects.count()) == (EnrollmentState.CANCELLED, 1)
    assert refund_undecided(NOW + timedelta(days=7)) == 0


def test_somebody_elses_offer_is_not_there() -> None:
    group, _rows = teaching.make_seated()
    other = teaching.make_group(group.course)
    [offer] = shut(group)
    stranger = make.make_student()
    with pytest.raises(NotYours):
        choose(user_id=stranger.user_id or 0, offer_id=offer.pk, target_id=other.pk, now=NOW)


def test_a_full_group_is_no_choice() -> None:
    group, [row] = teaching.make_seated()
    full = teaching.make_group(group.course, capacity=1)
    [offer] = shut(group)
    teaching_assign(full, teaching.make_confirmed(1, group.course)[0])
    user_id = row.student.user_id or 0
    with pytest.raises(DomainError) as refused:
        choose(user_id=user_id, offer_id=offer.pk, target_id=full.pk, now=NOW)
    assert refused.value.code == "offer.gone"


def test_what_follows_the_reason_is_a_sentence_of_its_own() -> None:
    group, [row] = teaching.make_seated()
    teaching.make_group(group.course)
    not_open(staff=group.created_by, group_id=group.pk, reason=" 人数不足 ", now=NOW)
    told = Message.objects.get(key__startswith="retake:offer", user=row.student.user_id)
    assert told.body.startswith("人数不足。4月28日（周一）前在时间地点页选一个")


def test_a_reason_is_needed() -> None:
    group, _ = teaching.make_seated()
    with pytest.raises(DomainError) as refused:
        not_open(staff=group.created_by, group_id=group.pk, reason=" ", now=NOW)
    assert refused.value.code == "group.reason"


def test_who_is_seated_by_the_college_needs_no_choice_and_loses_nothing() -> None:
    group, [row] = teaching.make_seated()
    other = teaching.make_group(group.course)
    [offer] = shut(group)
    teaching_assign(other, row)
    offer.refresh_from_db()
    assert (offer.state, offer.target, offer.decided_at) == (OfferState.MOVED, other, NOW)
    assert refund_undecided(NOW + timedelta(days=9)) == 0
    assert state_of(row) == EnrollmentState.ARRANGED


def test_who_is_cancelled_meanwhile_is_paid_back_once_and_holds_up_nobody() -> None:
    group, rows = teaching.make_seated(2)
    teaching.make_group(group.course)
    shut(group)
    cancel(staff=make.make_staff(), enrollment_id=rows[0].pk, reason="已转学。", now=NOW)
    assert refund_undecided(NOW + timedelta(days=9)) == 2
    assert [state_of(row) for row in rows] == [EnrollmentState.CANCELLED] * 2
    told = Message.objects.filter(key__startswith="retake:cancelled")
    assert min(told.values_list("body", flat=True)) == "已转学。"
    assert told.count() == 2
