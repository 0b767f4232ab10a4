"""日结 in the browser: a month, a day, its seal, and what a broken seal shows."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries, Settings

from payments.models import Receipt
from payments.reconcile.models import DayClose, RowOutcome
from payments.reconcile.pages import days
from payments.reconcile.services.handling import handle_row, withdraw
from payments.reconcile.states import Group, UploadState
from payments.reconcile.tests.paper import count_groups, make_row, make_upload, take_further
from payments.states import ReceiptKind
from payments.tests.factories import NOW, make_charges, make_order, make_payer, pay
from portal.accounts.models import User

pytestmark = pytest.mark.django_db
DAY = date(2025, 4, 23)
BUDGET = 14


def paid(number: int = 1) -> list[Receipt]:
    """Receipts of the day."""
    for _ in range(number):
        pay(make_order(make_charges(make_payer(), (40000,))))
    return list(Receipt.objects.order_by("-pk")[:number])


def stated(clerk: User, receipts: list[Receipt]) -> None:
    """An applied file of the day that lists these."""
    upload = make_upload(UploadState.READING, by=clerk)
    for receipt in receipts:
        row = make_row(upload, Group.SETTLE, receipt.order, trade_number=receipt.trade_number)
        RowOutcome.objects.create(
            row=row, upload=upload, group=Group.SETTLE, receipt=receipt, applied_at=NOW
        )
    take_further(count_groups(upload), UploadState.APPLIED, clerk, first_day=DAY, last_day=DAY)


def month(client: Client) -> str:
    return client.get(reverse("reconcile:days"), {"month": "2025-04"}).content.decode()


def day(client: Client) -> str:
    return client.get(reverse("reconcile:day", args=["finance", DAY])).content.decode()


def seal(client: Client, **data: str) -> int:
    return client.post(reverse("reconcile:seal", args=["finance", DAY]), data).status_code


def test_even_day_is_sealed(finance: Client, clerk: User) -> None:
    stated(clerk, paid())
    assert "1 天可以封存" in month(finance)
    assert "封存这一天" in day(finance)
    assert seal(finance) == 302
    assert "已封存" in day(finance)
    assert DayClose.objects.get().sealed_by == clerk


def test_even_days_of_a_month_at_once(finance: Client, clerk: User) -> None:
    stated(clerk, paid(2))
    assert finance.post(reverse("reconcile:seal_month"), {"month": "2025-04"}).status_code == 302
    assert DayClose.objects.get().day == DAY


def test_days_without_money_at_once(finance: Client) -> None:
    form = {"month": "2025-04", "note": "当天没有收款。"}
    assert finance.post(reverse("reconcile:seal_month"), form).status_code == 302
    assert DayClose.objects.count() == 30
    assert set(DayClose.objects.values_list("note", flat=True)) == {"当天没有收款。"}
    shown = month(finance)
    assert ("都已封存" in shown, "还没有文件" in shown) == (True, False)


def test_money_that_comes_while_empty_days_are_sealed_is_not_sealed_as_none(
    finance: Client,
) -> None:
    comes = iter([Receipt(
        channel="finance", kind=ReceiptKind.PAYMENT, trade_number="T-1", order_number="A",
        amount_fen=100, paid_at=NOW, recorded_at=NOW,
    )])  # fmt: skip

    def meanwhile(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if 'INSERT INTO "reconcile_dayclose"' in sql and (receipt := next(comes, None)):
            receipt.save(force_insert=True)
        return found

    form = {"month": "2025-04", "note": "当天没有收款。"}
    with connection.execute_wrapper(meanwhile):
        answer = finance.post(reverse("reconcile:seal_month"), form, follow=True)
    assert DAY not in DayClose.objects.values_list("day", flat=True)
    assert (DayClose.objects.count(), "4月23日没有封存" in answer.content.decode()) == (29, True)


def test_only_today_is_not_sealed_yet() -> None:
    assert days.month(DAY.replace(day=1), NOW).heading == "没有要日结的"
    paid()
    assert days.month(DAY.replace(day=1), NOW).heading == "过了今天才能封存"


def test_day_without_a_statement(finance: Client) -> None:
    paid()
    assert "等账单" in month(finance)
    assert 400 <= seal(finance) < 500
    assert not DayClose.objects.exists()


def test_file_without_times_is_of_the_day_it_came(finance: Client, clerk: User) -> None:
    """greatest() and least() of PostgreSQL pass over NULL: such a file once covered every day."""
    upload = make_upload(UploadState.APPLIED, by=clerk)
    make_row(upload, Group.UNKNOWN, moved_at=None)
    page = month(finance)
    assert "没有收款也没有账单的 29 天" in page
    assert page.count("还没有对平") == 1


def test_later_change_shows(finance: Client, clerk: User) -> None:
    stated(clerk, paid())
    seal(finance)
    paid()
    page = day(finance)
    assert "封存以后有变动" in page
    assert "我方封存时 1 笔 ¥400.00，现在 2 笔 ¥800.00" in page
    assert "1 天封存后有变动" in month(finance)


def test_decision_taken_back_is_named_as_what_opened_the_day(finance: Client, clerk: User) -> None:
    """Nothing moved, and the page does not say that anything did."""
    upload = make_upload(UploadState.APPLIED, by=clerk, first_day=DAY, last_day=DAY)
    row = make_row(upload, Group.UNKNOWN)
    decided = handle_row(row.pk, "渠道误入", actor_id=clerk.pk, now=NOW)
    assert seal(finance, note="渠道误入") == 302
    withdraw(decided.pk, "看错了人", actor_id=clerk.pk, now=NOW)
    page = day(finance)
    assert "有差异的处理结果被撤回，等人重新处理。" in page
    assert "处理完，原来的封存照旧有效。" in page
    assert ("不是同一笔" in page, "记在另一天的退款" in page) == (False, False)


def test_what_came_after_the_seal_is_marked_and_every_seal_kept(
    finance: Client, clerk: User
) -> None:
    stated(clerk, paid())
    seal(finance, note="少一张回单")
    page = day(finance)
    assert ("少一张回单" in page, "封存后入账" in page) == (True, False)
    late = make_order(make_charges(make_payer(), (40000,)))
    pay(late, now=timezone.now())
    page = day(finance)
    assert page.count("封存后入账") == 1
    assert "以前的封存" not in page
    seal(finance, note="次日补传")
    page = day(finance)
    assert "以前的封存" in page
    assert page.index("次日补传") < page.index("少一张回单")


def test_day_with_a_difference_leads_to_it(finance: Client, clerk: User) -> None:
    """A button that is sure to be refused is none; afterwards the way back is offered."""
    upload = make_upload(UploadState.APPLIED, by=clerk, first_day=DAY, last_day=DAY)
    row = make_row(upload, Group.UNKNOWN)
    page = day(finance)
    assert ("去处理差异" in page, "封存这一天" in page) == (True, False)
    query = {"channel": "finance", "day": DAY.isoformat()}
    path = reverse("reconcile:differences")
    assert "只看2025年4月23日（周三）缴费平台的 1 件" in finance.get(path, query).content.decode()
    finance.post(reverse("reconcile:handle_row", args=[row.pk]), {"note": "渠道误入"})
    assert "去封存这一天" in finance.get(path, query).content.decode()
    assert "封存这一天" in day(finance)


def test_a_day_of_two_channels_is_one_day(finance: Client, settings: Settings) -> None:
    settings.GATEWAYS = dict.fromkeys(("finance", "wechat"), settings.GATEWAYS["finance"])
    assert "没有收款也没有账单的 30 天" in month(finance)
    form = {"month": "2025-04", "note": "当天没有收款。"}
    told = finance.post(reverse("reconcile:seal_month"), form, follow=True).content.decode()
    assert "已封存 30 天。" in told
    assert DayClose.objects.count() == 60


@pytest.mark.parametrize(
    "path",
    [
        "/reconcile/days/nowhere/2025-04-23/",
        "/reconcile/days/finance/2025-02-30/",
        "/reconcile/days/finance/2099-01-01/",
    ],
)
def test_day_there_is_none_of(finance: Client, path: str) -> None:
    assert finance.get(path).status_code == 404
    assert finance.post(f"{path}seal/").status_code == 404


@pytest.mark.parametrize("text", ["", "2025-13", "x", "9999-99", "2099-01"])
def test_month_that_is_none(finance: Client, text: str) -> None:
    answer = finance.get(reverse("reconcile:days"), {"month": text})
    assert answer.status_code == 200


def test_workbooks(finance: Client, clerk: User) -> None:
    (receipt,) = receipts = paid()
    stated(clerk, receipts)
    for name, args in (("day_file", ["finance", DAY]), ("days_file", [])):
        answer = finance.get(reverse(f"reconcile:{name}", args=args), {"month": "2025-04"})
        rows = list(load_workbook(BytesIO(answer.content)).worksheets[0].values)
        assert len(rows) == 2
    assert receipt.order_number in str(
        finance.get(reverse("reconcile:day", args=["finance", DAY])).content.decode()
    )


def test_statements_do_not_grow(
    finance: Client, clerk: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in (1, 15):
        stated(clerk, paid(number))
        with django_assert_max_num_queries(BUDGET):
            day(finance)
        with django_assert_max_num_queries(BUDGET):
            month(finance)
