"""Every kind of message the portal sends, sent by the services that send it.

A scene is a short story; ``SCENES`` names the kinds of messages it sends, by their keys.
"""

from collections.abc import Callable
from datetime import timedelta

from django.test import override_settings

from credits.models import Application
from credits.services import deciding
from credits.services.revoking import revoke
from credits.tests.factories import LATER, build_exchange
from credits.tests.test_deciding import core_case
from payments.gateways.base import GatewayRefused, RefundAnswer, RefundRequest
from payments.reconcile.services.applying import confirm, release, send_back
from payments.reconcile.services.fetching import fetch_missing
from payments.reconcile.tests import statements as files
from payments.reconcile.tests import test_fetching as fetched
from payments.services import cases, closing, refunds
from payments.services.announce import announce_payable_again
from payments.services.check import mark_closed
from payments.services.release import release_due
from payments.services.settle import settle
from payments.states import ResolutionMethod
from payments.tests import factories as money
from payments.tests.channels import FileOnly
from payments.tests.desk import make_clerk, released, withdrawn
from payments.tests.test_notices import WATCHED, claimed_order
from portal.accounts.models import User
from portal.calendar.services import seed_official_days
from portal.records.states import VeteranState
from retake.services.cancel import cancel
from retake.services.dates import tell_moved_dates
from retake.services.override import override_enroll
from retake.services.sweep import sweep
from retake.services.verify import reinstate, return_late_money
from retake.services.veterans import decide
from retake.services.withdraw import withdraw
from retake.teaching.groups import announce, unassign
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests import test_moved_dates as moved
from retake.tests import test_verification as verifying
from retake.tests.factories import NOW
from retake.tests.test_results_in import enter
from retake.tests.test_unopened import shut

TRADE = "4200002468202504239876543210"
AFTER = verifying.OVER + timedelta(days=2)


def enrolling() -> None:
    world = make.make_world(3)
    rows = world.enroll()
    settle([money.make_arrival(world.open_order(rows[0]), trade=TRADE)], NOW)
    withdraw(user_id=world.user_id, enrollment_id=rows[1].pk, now=NOW)
    cancel(staff=None, enrollment_id=rows[0].pk, reason="不开班。", now=NOW)
    make.make_veteran(world.student)
    sweep(NOW)
    other = make.make_world()
    override_enroll(
        staff=make.make_staff(), student_id=other.student.pk, course_id=other.courses[0].pk,
        round_id=other.round.pk, reason="最后一次机会", now=NOW,
    )  # fmt: skip


def claiming() -> None:
    for approved in (True, False):
        claim = make.make_veteran(make.make_world().student, VeteranState.PENDING)
        asked = {"claim_id": claim.pk, "approved": approved, "note": "看不清。", "now": NOW}
        decide(staff=make.make_staff(), **asked)  # type: ignore[arg-type]


def verified() -> None:
    seed_official_days()
    world, row = verifying.lapsed_with_late_money()
    reinstate(staff=make.make_staff(), enrollment_id=row.pk, now=AFTER)
    _, row = verifying.lapsed_with_late_money()
    asked = {"staff": make.make_staff(), "enrollment_id": row.pk, "now": AFTER}
    return_late_money(reason="班级已满", **asked)  # type: ignore[arg-type]
    world = make.make_world()
    [paid] = world.enroll()
    money.pay(world.open_order(paid), now=NOW)
    verifying.run(world)


def moving() -> None:
    moved.told_students(1)
    moved.close_days()
    tell_moved_dates(moved.WAITING)


def arranging() -> None:
    group, rows = teaching.make_seated(3)
    teaching.meet(group, 12)
    announce(group, "改到博学楼 B305", staff=group.created_by, now=NOW)
    one = {"group_id": group.pk, "enrollment_ids": [rows[0].pk], "now": NOW}
    unassign(staff=group.created_by, **one)  # type: ignore[arg-type]
    enter(group.created_by, rows[1:], "72.5", "缺考")


def not_opening() -> None:
    group, _ = teaching.make_seated()
    teaching.make_group(group.course)
    shut(group)


def exchanging() -> None:
    exchange = build_exchange()

    def does(by: Callable[..., Application], row: Application, staff: User) -> Application:
        asked = {"staff": staff, "application_id": row.pk, "seen": row.version, "now": LATER}
        return by(**asked, note="看不清。")

    row = does(deciding.ask, exchange.submitted(), exchange.reviewer)
    does(deciding.send_back, row, exchange.reviewer)
    row = does(deciding.approve, exchange.submitted(now=LATER), exchange.reviewer)
    does(revoke, row, exchange.teaching)
    row = does(deciding.approve, core_case(exchange), exchange.reviewer)
    does(deciding.reject, row, exchange.teaching)


def paying() -> None:
    charges = money.make_charges(money.make_payer(), (100, 100))
    order = money.make_order(charges)
    money.give_back(order, now=NOW + timedelta(minutes=20))
    announce_payable_again(NOW + timedelta(minutes=50), 10)
    settle([money.make_arrival(order, 150, trade=TRADE)], NOW)
    late = claimed_order()
    mark_closed([late.number], WATCHED)
    release_due(WATCHED, 10)
    closing.close_claim(clerk=make_clerk(), number=late.number, note="查过工行", now=WATCHED)


class Refusing(FileOnly):
    """A channel that takes no refund on."""

    can_refund = True

    def refund(self, request: RefundRequest) -> RefundAnswer:
        raise GatewayRefused(f"{request.trade_number} closed")


def returning() -> None:
    surplus, other, third = withdrawn(40000, 30000, 20000)
    row = released(surplus, ResolutionMethod.MANUAL)
    later = {"resolution_id": row.pk, "now": NOW + timedelta(minutes=5)}
    cases.confirm_by_hand(clerk=make_clerk(), evidence=f"回单 {TRADE}", **later)  # type: ignore[arg-type]
    released(other)
    refunds.push(NOW)
    row = released(third, ResolutionMethod.MANUAL)
    cases.cancel(clerk=row.filed_by, resolution_id=row.pk, reason="换方式", now=NOW)


def reconciling() -> None:
    first, second = make_clerk("李会计"), make_clerk("赵会计")

    def wait() -> int:
        order = money.make_order([money.make_charge(money.make_payer())])
        upload = files.preview([files.listed(order, TRADE)], first.pk)
        return confirm(upload.pk, actor_id=first.pk, now=files.LATER).pk

    order = money.make_order([money.make_charge(money.make_payer())])
    files.apply(files.preview([files.listed(order, f"{TRADE}9")], first.pk), first.pk)
    asked = {"actor_id": second.pk, "now": files.LATER}
    with override_settings(RECONCILE_SECOND_PERSON=True):
        send_back(wait(), reason="少了一天", **asked)  # type: ignore[arg-type]
        release(wait(), **asked)  # type: ignore[arg-type]


def fetching() -> None:
    make_clerk()
    order = money.make_order([money.make_charge(money.make_payer())])
    Wrong.entries = (fetched.entry(order, TRADE, amount_fen=1, payer_name="别人"),)
    fetch_missing(lambda: fetched.NEXT)


class Wrong(fetched.Filed):
    """A channel whose file says another amount."""


SCENES: dict[Callable[[], None], set[str]] = {
    enrolling: {"retake:enrolled", "retake:withdrawn", "retake:cancelled", "retake:exempt",
                "retake:overridden", "paid"},
    claiming: {"veteran"},
    verified: {"retake:confirmed", "retake:lapsed", "retake:reinstated", "retake:returned"},
    moving: {"retake:moved"},
    arranging: {"retake:arranged", "retake:changed", "retake:waiting", "retake:result"},
    not_opening: {"retake:offer"},
    exchanging: {"credits"},
    paying: {"released", "payable", "surplus", "claim-closed"},
    returning: {"resolution"},
    reconciling: {"reconcile-release", "reconcile-back", "reconcile-released", "reconcile-applied"},
    fetching: {"reconcile-fetched"},
}  # fmt: skip
