"""A refund that the channel lists: the same on the file's pages and on those of its day."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from payments.models import Resolution
from payments.reconcile.models import Upload
from payments.reconcile.selectors import day_rows
from payments.reconcile.tests.statements import apply, happened, preview
from payments.reconcile.tests.test_days import DAY, LATER, the_day
from payments.services import steps
from payments.tests.desk import released, withdrawn
from payments.tests.factories import NOW
from portal.accounts.models import User

pytestmark = pytest.mark.django_db
HEADER = "订单号,交易流水号,金额（元）,缴费时间,业务类型,退款单号"


@pytest.fixture
def ours() -> Resolution:
    """One of three courses of an order of ¥900 goes back."""
    return released(withdrawn(10000, 30000, 50000)[0])


@pytest.fixture
def statement(ours: Resolution, clerk: User) -> Upload:
    """The day's file: the payment of ¥900 and the refund of ¥100."""
    paid = ours.surplus.receipt
    number, trade = paid.order_number, paid.trade_number
    lines = [
        f"{number},{trade},900.00,2025-04-23 14:23:00,缴费,",
        f"{number},{trade},-100.00,2025-04-23 15:00:00,退款,{ours.refund_number}",
    ]
    return preview(lines, clerk.pk, now=LATER, header=HEADER)


def test_day_lists_it_on_both_sides(clerk: User, statement: Upload) -> None:
    apply(statement, clerk.pk, now=LATER)
    assert happened(statement)[1] == ("refund", "paid_back")
    assert [row.is_listed for row in day_rows.ours("finance", DAY)] == [True, True]  # type: ignore[attr-defined]
    assert not day_rows.theirs_only("finance", DAY)
    assert the_day().difference_fen == 0


def test_refund_taken_on_is_told_once_it_arrives(
    clerk: User, statement: Upload, ours: Resolution
) -> None:
    Upload.objects.filter(pk=statement.pk).update(format="wechat")  # lists what it was asked for
    apply(statement, clerk.pk, now=LATER)
    assert happened(statement)[1] == ("refund", "taken_on")
    assert [row.refund_number for row in day_rows.theirs_only("finance", DAY)] == [
        ours.refund_number
    ]
    with transaction.atomic():
        steps.arrive(steps.lock(ours.pk), None, NOW, LATER)
    assert [row.is_listed for row in day_rows.ours("finance", DAY)] == [True, True]  # type: ignore[attr-defined]
    assert not day_rows.theirs_only("finance", DAY)


def test_its_row_is_compared_with_the_refund(finance: Client, statement: Upload) -> None:
    [row] = rows_page(finance, statement)
    assert (row.ours.fen, row.difference_fen) == (10000, 0)


def test_refund_of_another_amount_shows_by_how_much(
    finance: Client, clerk: User, ours: Resolution
) -> None:
    paid = ours.surplus.receipt
    line = f"{paid.order_number},,-150.00,2025-04-23 15:00:00,退款,{ours.refund_number}"
    [row] = rows_page(finance, preview([line], clerk.pk, now=LATER, header=HEADER))
    assert (row.ours.fen, row.difference_fen) == (10000, 5000)


def test_total_subtracts_it_and_the_button_names_it(finance: Client, statement: Upload) -> None:
    sheet = finance.get(reverse("reconcile:file", args=[statement.pk])).context["sheet"]
    assert (sheet.total.fen, sheet.total.parts) == (80000, "收款 ¥900.00，退款 ¥100.00")
    assert [group.fen for group in sheet.groups] == [90000, -10000]
    assert sheet.button == "确认记退款 1 笔"


def test_applied_file_says_that_it_was_booked(
    clerk: User, finance: Client, statement: Upload
) -> None:
    apply(statement, clerk.pk, now=LATER)
    sheet = finance.get(reverse("reconcile:file", args=[statement.pk])).context["sheet"]
    assert (sheet.heading, sheet.total.fen) == ("已记退款 1 笔", 80000)


def rows_page(finance: Client, upload: Upload) -> tuple[Any, ...]:
    """The lines of the file's refunds."""
    address = reverse("reconcile:rows", args=[upload.pk, "refund"])
    found: tuple[Any, ...] = finance.get(address).context["sheet"].rows
    return found
