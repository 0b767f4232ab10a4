"""Two sheets for one student at once, money that comes while a round is verified, 不开班 twice."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models import QuerySet

from payments.models import Order
from payments.reconcile.selectors.days import unsealed_days
from payments.reconcile.services.closing import seal
from payments.services.settle import settle
from payments.tests.factories import give_back, make_arrival
from payments.tests.races import SURELY, Meeting, meet_after, race
from portal.accounts.roles import Role
from portal.inbox.models import Message
from portal.lib.errors import DomainError
from portal.records.models import GradeAttempt, GradePolicy
from retake.models import Enrollment, Offer, Round, VerificationRun
from retake.selectors.verifying import late_money
from retake.services import locks
from retake.services import verify as verifying
from retake.states import EnrollmentState
from retake.teaching import results
from retake.teaching.unopened import not_open
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.factories import NOW, OPENS, PAY_CLOSES
from retake.tests.sheets import result_file

pytestmark = pytest.mark.usefixtures("throwaway_database")
LATER = NOW + timedelta(days=30)
OVER = PAY_CLOSES + timedelta(days=2)


def codes(results: list[object]) -> list[str]:
    return [one.code for one in results if isinstance(one, DomainError)]


def meeting_at_the_second(read: Callable[..., Any]) -> Callable[..., Any]:
    """Both parties have read under what should have been their locks, then both go on."""
    meet, seen = Meeting(SURELY).after(read), threading.local()

    def reading(*arguments: Any) -> Any:
        again, seen.once = getattr(seen, "once", False), True
        return (meet if again else read)(*arguments)

    return reading


def test_two_different_results_at_once_are_not_both_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    GradePolicy.objects.create(valid_from="2015-09-01")
    group, rows = teaching.make_seated(1)

    def enter(grade: str) -> results.ResultPlan:
        data = result_file(rows, grade)
        asked = {"staff": group.created_by, "term": group.term, "reason": "", "now": LATER}
        return results.apply_plan(data=data, **asked)  # type: ignore[arg-type]

    meet_after(monkeypatch, (results, "_refuse_unknown"))
    assert codes(race(partial(enter, "52"), partial(enter, "62"))) == ["sheet.faults"]
    assert GradeAttempt.objects.filter(kind="retake").count() == 1


def test_control_two_different_results_without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The record itself refuses then: what was previewed is not what would have been said."""
    GradePolicy.objects.create(valid_from="2015-09-01")
    group, rows = teaching.make_seated(1)

    def unlocked(found: QuerySet[Enrollment]) -> list[Enrollment]:
        return list(found.select_related("student", "course"))

    def enter(grade: str) -> results.ResultPlan:
        asked = {"staff": group.created_by, "term": group.term, "reason": "", "now": LATER}
        return results.apply_plan(data=result_file(rows, grade), **asked)  # type: ignore[arg-type]

    monkeypatch.setattr(locks, "enrollments_of_many", unlocked)
    monkeypatch.setattr(results, "read_plan", meeting_at_the_second(results.read_plan))
    assert "sheet.faults" not in codes(race(partial(enter, "52"), partial(enter, "62")))
    assert GradeAttempt.objects.filter(kind="retake").count() == 1


def test_a_group_is_closed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    group, _ = teaching.make_seated(2)
    teaching.make_group(group.course)
    close = partial(
        not_open, staff=group.created_by, group_id=group.pk, reason="人数不足。", now=NOW
    )
    found = race(close, close)
    assert len([one for one in found if isinstance(one, DomainError)]) == 1
    assert Offer.objects.count() == Message.objects.filter(key__startswith="retake:offer").count()
    assert Offer.objects.count() == 2


def an_order_given_back() -> tuple[make.World, Enrollment, Order]:
    """Its money may still come; nothing else of the round is open."""
    world = make.make_world()
    [row] = world.enroll()
    order = world.open_order(row)
    give_back(order, now=NOW + timedelta(minutes=20))
    clerk = make.make_staff(Role.FINANCE)
    for one in unsealed_days(["finance"], OPENS.date(), PAY_CLOSES.date(), OVER):
        seal(one.channel, one.day, actor_id=clerk.pk, now=OVER, note="渠道没有对账单")
    return world, row, order


def test_money_that_comes_while_a_round_is_verified_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Judged unpaid, it lapses and is a case; never confirmed unpaid, never lost."""
    world, row, order = an_order_given_back()
    staff, is_judged = make.make_staff(), threading.Event()
    judge = verifying._judged_locked

    def judged(round_: Round, now: datetime) -> verifying.Sorted:
        found = judge(round_, now)
        is_judged.set()
        return found

    def verify() -> VerificationRun:
        asked = {"staff": staff, "round_id": world.round.pk, "now": OVER}
        return verifying.verify(**asked)  # type: ignore[arg-type]

    def pay() -> object:
        is_judged.wait(SURELY)  # before, its day would be open again: verify.open
        return settle([make_arrival(order)], OVER)

    monkeypatch.setattr(verifying, "_judged_locked", judged)
    meet_after(monkeypatch, (verifying, "_judged_locked"))
    run, _ = race(verify, pay)
    assert isinstance(run, VerificationRun)
    row.refresh_from_db()
    assert row.state == EnrollmentState.LAPSED
    assert list(late_money(Enrollment.objects.all())) == [row]


def test_money_that_came_before_a_round_is_verified_opens_its_day_again() -> None:
    world, _, order = an_order_given_back()
    settle([make_arrival(order)], OVER)
    with pytest.raises(DomainError) as refused:
        verifying.verify(staff=make.make_staff(), round_id=world.round.pk, now=OVER)
    assert refused.value.code == "verify.open"
