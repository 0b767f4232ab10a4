"""A refund told by an answer on one day, by the statement on another: each names the other day."""

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from payments.models import Resolution
from payments.reconcile.models import DayClose, Upload
from payments.reconcile.selectors.apart import Apart
from payments.reconcile.selectors.days import Day, days
from payments.reconcile.services.closing import seal
from payments.reconcile.tests.statements import apply, preview
from payments.reconcile.tests.test_days import refusal
from payments.reconcile.tests.test_refunded import HEADER
from payments.services import cases, steps
from payments.states import ResolutionMethod, ResolutionState
from payments.tests.desk import released, withdrawn
from payments.tests.factories import NOW
from portal.accounts.models import User

pytestmark = pytest.mark.django_db
DAY = NOW.date()
NEXT = DAY + timedelta(days=1)
AFTER = DAY + timedelta(days=2)
LATER = NOW + timedelta(days=4)


@pytest.fixture
def ours() -> Resolution:
    """One course of an order of ¥900 goes back."""
    return released(withdrawn(10000, 30000, 50000)[0])


def arrived(row: Resolution, at: datetime) -> None:
    """The channel says so when asked."""
    with transaction.atomic():
        steps.arrive(steps.lock(row.pk), None, at, LATER)


def payment(row: Resolution) -> str:
    paid = row.surplus.receipt
    return f"{paid.order_number},{paid.trade_number},900.00,2025-04-23 14:23:00,缴费,"


def refund(row: Resolution, day: date) -> str:
    number = row.surplus.receipt.order_number
    return f"{number},,-100.00,{day} 15:00:00,退款,{row.refund_number}"


def stated(clerk: User, *lines: str) -> Upload:
    """A file with these, applied."""
    return apply(preview(lines, clerk.pk, now=LATER, header=HEADER), clerk.pk, now=LATER)


def of(day: date) -> Day:
    [found] = days(["finance"], day, day, LATER)
    return found


def page(client: Client, day: date) -> str:
    return client.get(reverse("reconcile:day", args=["finance", day])).content.decode()


def sealed(clerk: User, day: date, note: str = "") -> DayClose:
    return seal("finance", day, actor_id=clerk.pk, now=LATER, note=note)


def test_each_day_keeps_its_sum_and_names_the_other(clerk: User, ours: Resolution) -> None:
    arrived(ours, NOW + timedelta(days=2))
    stated(clerk, payment(ours), refund(ours, NEXT))
    told, seen = of(NEXT), of(AFTER)
    assert (told.ours_fen, told.theirs_fen, told.difference_fen) == (0, -10000, 10000)
    assert (seen.ours_fen, seen.theirs_fen, seen.difference_fen) == (-10000, 0, -10000)
    assert told.apart == (
        Apart(ours.refund_number, 10000, ours.pk, is_ours=False, other_day=AFTER),
    )
    assert seen.apart == (Apart(ours.refund_number, 10000, ours.pk, is_ours=True, other_day=NEXT),)
    assert [(one.unexplained_fen, one.is_even) for one in (told, seen)] == [(0, True)] * 2


def test_both_days_are_sealed_without_a_word(clerk: User, ours: Resolution) -> None:
    arrived(ours, NOW + timedelta(days=2))
    stated(clerk, payment(ours), refund(ours, NEXT))
    sealed(clerk, NEXT)
    assert refusal(lambda: sealed(clerk, AFTER)) == "day.no_statement"
    sealed(clerk, AFTER, "当天没有交易，渠道不出账单")
    assert [of(day).is_sealed for day in (NEXT, AFTER)] == [True, True]


def test_pages_lead_to_the_other_day(finance: Client, clerk: User, ours: Resolution) -> None:
    arrived(ours, NOW + timedelta(days=2))
    stated(clerk, payment(ours), refund(ours, NEXT))
    told, seen = page(finance, NEXT), page(finance, AFTER)
    assert "账单列在这一天，我方记在" in told
    assert reverse("reconcile:day", args=["finance", AFTER]) in told
    assert "差额是记在另一天的退款" in told
    assert "我方记在这一天，账单列在" in seen
    assert "账单列在4月24日" in seen
    assert reverse("reconcile:day", args=["finance", NEXT]) in seen
    month = finance.get(reverse("reconcile:days"), {"month": "2025-04"}).content.decode()
    assert month.count("退款记在另一天") == 1  # of the day that has a statement


def test_refund_on_its_way_explains_the_day_that_lists_it(
    finance: Client, clerk: User, ours: Resolution
) -> None:
    upload = preview([payment(ours), refund(ours, NEXT)], clerk.pk, now=LATER, header=HEADER)
    Upload.objects.filter(pk=upload.pk).update(format="wechat")  # lists what it was asked for
    apply(upload, clerk.pk, now=LATER)
    assert of(NEXT).apart[0].other_day is None
    assert "渠道已受理，还没有到账" in page(finance, NEXT)
    close = sealed(clerk, NEXT)
    arrived(ours, NOW + timedelta(days=2))
    assert (of(NEXT).is_sealed, of(NEXT).apart[0].other_day) == (True, AFTER)
    assert DayClose.objects.get() == close


def test_refund_that_fails_afterwards_opens_the_sealed_day(
    finance: Client, clerk: User, ours: Resolution
) -> None:
    upload = preview([payment(ours), refund(ours, NEXT)], clerk.pk, now=LATER, header=HEADER)
    Upload.objects.filter(pk=upload.pk).update(format="wechat")
    apply(upload, clerk.pk, now=LATER)
    sealed(clerk, NEXT)
    with transaction.atomic():
        steps.move_on(steps.lock(ours.pk), ResolutionState.FAILED, None, LATER, "银行退回")
    assert (of(NEXT).changed, of(NEXT).unexplained_fen) == (True, 10000)
    assert "有 ¥100.00 的差额现在没有说明。" in page(finance, NEXT)
    assert refusal(lambda: sealed(clerk, NEXT)) == "day.differs"
    sealed(clerk, NEXT, "退款没有成功，渠道次日冲回")
    assert of(NEXT).is_sealed


def test_refund_that_a_statement_should_list_is_not_explained(
    clerk: User, ours: Resolution
) -> None:
    arrived(ours, NOW)
    stated(clerk, payment(ours))
    assert (of(DAY).apart, of(DAY).unexplained_fen) == ((), -10000)
    assert refusal(lambda: sealed(clerk, DAY)) == "day.differs"


def test_refund_by_hand_is_in_no_statement(finance: Client, clerk: User) -> None:
    row = released(withdrawn(10000, 30000, 50000)[0], ResolutionMethod.MANUAL)
    cases.confirm_by_hand(clerk=clerk, resolution_id=row.pk, evidence="凭证 12", now=NOW)
    stated(clerk, payment(row))
    assert (of(DAY).difference_fen, of(DAY).unexplained_fen) == (-10000, 0)
    assert "线下退给本人，渠道账单不会列" in page(finance, DAY)
    assert "线下退，账单不列" in page(finance, DAY)
    assert sealed(clerk, DAY).note == ""


def test_same_refund_in_the_files_of_two_days_is_explained_once(
    clerk: User, ours: Resolution
) -> None:
    arrived(ours, NOW)
    stated(clerk, payment(ours), refund(ours, DAY))
    stated(clerk, refund(ours, NEXT))
    assert (of(DAY).difference_fen, of(DAY).apart) == (0, ())
    assert (of(NEXT).difference_fen, of(NEXT).unexplained_fen) == (10000, 10000)


def test_file_that_is_not_applied_explains_nothing(clerk: User, ours: Resolution) -> None:
    arrived(ours, NOW + timedelta(days=2))
    preview([payment(ours), refund(ours, NEXT)], clerk.pk, now=LATER, header=HEADER)
    assert (of(AFTER).apart, of(AFTER).unexplained_fen) == ((), -10000)
