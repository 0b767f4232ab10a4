"""日结: both sides of a day, its seal, and what shows when it changes afterwards."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from payments.models import Order, Receipt, Reconciled
from payments.reconcile.models import DayClose
from payments.reconcile.selectors.days import Day, broken_chains, days, unsealed_days
from payments.reconcile.selectors.differences import open_differences, warnings, work_list
from payments.reconcile.services.applying import confirm, stop
from payments.reconcile.services.closing import seal
from payments.reconcile.services.handling import handle_receipt, handle_row, withdraw
from payments.reconcile.tests.statements import apply, listed, preview
from payments.tests.factories import NOW, make_charge, make_order, make_payer, pay
from portal.accounts.models import User
from portal.lib.errors import DomainError

pytestmark = pytest.mark.django_db
DAY = NOW.date()
TOMORROW = NOW + timedelta(days=1)
LATER = NOW + timedelta(days=3)


def an_order(group: str = "test:1") -> Order:
    return make_order([make_charge(make_payer(), group=group)])


def the_day() -> Day:
    [found] = days(["finance"], DAY, DAY, LATER)
    return found


def closed(clerk: User, now: datetime = TOMORROW, note: str = "") -> DayClose:
    return seal("finance", DAY, actor_id=clerk.pk, now=now, note=note)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as caught:
        act()
    return caught.value.code


def test_day_shows_both_sides(clerk: User) -> None:
    told, silent = an_order(), an_order()
    pay(silent)
    apply(preview([listed(told, "T-1")], clerk.pk), clerk.pk)
    day = the_day()
    assert (day.ours_count, day.ours_fen) == (2, 80000)
    assert (day.theirs_count, day.theirs_fen, day.difference_fen) == (1, 40000, 40000)
    assert (day.has_statement, day.open_differences, day.is_sealed) == (True, 1, False)


def test_same_movement_in_two_files_counts_once(clerk: User) -> None:
    told, other = an_order(), an_order()
    apply(preview([listed(told, "T-1")], clerk.pk), clerk.pk)
    apply(preview([listed(told, "T-1"), listed(other, "T-2")], clerk.pk), clerk.pk)
    assert (the_day().theirs_count, the_day().difference_fen) == (2, 0)


def test_booked_after_midnight_counts_on_the_day_it_was_paid(clerk: User) -> None:
    order = an_order()
    trade = pay(order).arrival.trade_number
    line = listed(order, trade, at=TOMORROW)
    apply(preview([line], clerk.pk, now=LATER), clerk.pk, now=LATER)
    assert (the_day().theirs_count, the_day().difference_fen) == (1, 0)


def test_sealed_day_reconciles_its_receipts(clerk: User) -> None:
    told, silent = an_order(), an_order()
    apply(preview([listed(told, "T-1")], clerk.pk), clerk.pk)
    close = closed(clerk)
    assert the_day().is_sealed
    assert unsealed_days(["finance"], DAY, DAY, LATER) == []
    [done] = Reconciled.objects.all()
    assert (done.receipt.order_id, done.day, done.sealed_at) == (told.pk, DAY, close.sealed_at)
    pay(silent, now=TOMORROW)
    day = the_day()
    assert (day.changed, day.is_sealed) == (True, False)
    assert unsealed_days(["finance"], DAY, DAY, LATER) == [day]


def test_day_is_open_again_while_a_decision_is_taken_back(clerk: User) -> None:
    told = an_order()
    strange = listed("ZZJF20250423000000000001", "T-9")
    upload = apply(preview([listed(told, "T-1"), strange], clerk.pk), clerk.pk)
    row = upload.rows.get(order_number="ZZJF20250423000000000001")
    decided = handle_row(row.pk, "渠道误入", actor_id=clerk.pk, now=TOMORROW)
    closed(clerk, note="渠道误入")
    assert the_day().is_sealed
    withdraw(decided.pk, "看错了人", actor_id=clerk.pk, now=TOMORROW)
    assert (the_day().changed, the_day().is_sealed) == (True, False)
    handle_row(row.pk, "退回本人", actor_id=clerk.pk, now=TOMORROW)
    assert the_day().is_sealed


def test_day_is_not_sealed_in_the_middle_of_its_statement(clerk: User) -> None:
    told = [an_order() for _ in range(2)]
    pay(told[0])
    upload = preview([listed(order, f"T{order.pk}") for order in told], clerk.pk)
    confirm(upload.pk, actor_id=clerk.pk, now=LATER)
    assert refusal(lambda: closed(clerk, note="没有账单")) == "day.applying"
    stop(upload.pk)
    assert closed(clerk, note="没有账单").ours_count == 1


def test_changed_day_is_sealed_again_with_a_reason(clerk: User) -> None:
    told, silent = an_order(), an_order()
    apply(preview([listed(told, "T-1")], clerk.pk), clerk.pk)
    first = closed(clerk)
    pay(silent, now=TOMORROW)
    assert refusal(lambda: closed(clerk)) == "day.differs"
    second = closed(clerk, note="次日对账单里有")
    assert (second.revision, second.previous, the_day().is_sealed) == (2, first.seal, True)
    assert broken_chains() == []


def test_seal_that_does_not_follow_is_named_by_the_audit(clerk: User) -> None:
    apply(preview([listed(an_order(), "T-1")], clerk.pk), clerk.pk)
    forged = closed(clerk)
    forged.pk, forged.day, forged.sequence = None, DAY + timedelta(days=1), forged.sequence + 1
    forged.save(force_insert=True)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("audit_money", stdout=out)
    said = "OFF  each closed day is sealed over the one before\n       finance 2025-04-24\n"
    assert out.getvalue().endswith(said)


def test_refusals_of_a_seal(clerk: User) -> None:
    assert refusal(lambda: closed(clerk, NOW)) == "day.not_over"
    assert refusal(lambda: closed(clerk)) == "day.no_statement"
    upload = apply(preview([listed("ZZJF20250423000000000001", "T-9")], clerk.pk), clerk.pk)
    assert refusal(lambda: closed(clerk)) == "day.open_differences"
    handle_row(upload.rows.get().pk, "渠道误入", now=TOMORROW, actor_id=clerk.pk)
    closed(clerk)
    assert refusal(lambda: closed(clerk)) == "day.sealed"
    assert DayClose.objects.count() == 1


def test_second_clerk_is_told_who_handled_it(clerk: User, second: User) -> None:
    upload = apply(preview([listed("ZZJF20250423000000000001", "T-9")], clerk.pk), clerk.pk)
    row = upload.rows.get()
    handle_row(row.pk, "渠道误入", actor_id=clerk.pk, now=NOW)
    with pytest.raises(DomainError) as told:
        handle_row(row.pk, "退回", actor_id=second.pk, now=NOW)
    assert told.value.message == "已由李会计于 14:23 处理：渠道误入"


def test_differences_of_a_group_and_of_nobody(clerk: User) -> None:
    ours, others = an_order("retake:round:7"), an_order("retake:round:8")
    strange = "ZZJF20250423000000000001"
    lines = [listed(ours, "T-1", fen=100), listed(others, "T-2"), listed(strange, "T-3")]
    apply(preview(lines, clerk.pk), clerk.pk)
    assert [one.order_number for one in open_differences("retake:round:7", LATER)] == [ours.number]
    assert open_differences("retake:round:8", LATER) == []
    assert [one.order_number for one in warnings(LATER)] == [strange]


def test_ours_is_missing_after_two_days_only(clerk: User) -> None:
    told, silent = an_order(), an_order()
    pay(silent)
    apply(preview([listed(told, "T-1")], clerk.pk), clerk.pk)
    assert work_list(TOMORROW) == []
    [difference] = work_list(LATER)
    receipt = Receipt.objects.get(order=silent)
    assert (difference.receipt_id, difference.group) == (receipt.pk, None)
    handle_receipt(receipt.pk, "渠道补传", actor_id=clerk.pk, now=LATER)
    assert work_list(LATER) == []
