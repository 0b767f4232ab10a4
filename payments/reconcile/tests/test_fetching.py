"""The channels' daily files, fetched by the portal: clean ones are applied, others wait."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from payments.audit import audit
from payments.cashier.testing.process import CashierProcess
from payments.gateways import alipay_bill, wechat_bill
from payments.gateways.base import StatementNotReady
from payments.gateways.finance_statement import StatementEntry, dump
from payments.gateways.registry import gateway
from payments.models import Order, Receipt, Reconciled, Resolution
from payments.reconcile.models import DayClose, Upload
from payments.reconcile.selectors.days import broken_chains
from payments.reconcile.services import uploads
from payments.reconcile.services.fetching import apply_clean, fetch_missing, seal_clean
from payments.reconcile.states import Group, UploadState
from payments.reconcile.tests.files_made import Desk
from payments.reconcile.tests.paper import make_upload
from payments.services import steps
from payments.states import OrderState
from payments.tests.channels import FileOnly
from payments.tests.desk import released, withdrawn
from payments.tests.factories import NOW, make_charge, make_order, make_payer, pay
from payments.tests.live import live_order
from portal.accounts.models import User
from portal.inbox.models import Message
from portal.jobs import services as jobs

pytestmark = pytest.mark.django_db
NEXT = NOW + timedelta(days=1)


class Filed(FileOnly):
    """One file, of the day of ``NOW``, and nothing of the days before."""

    entries: tuple[StatementEntry, ...] = ()

    def statement(self, day: date) -> bytes:
        if day != NOW.date():
            raise StatementNotReady(day.isoformat())
        return dump(self.entries)


@pytest.fixture
def order(settings: Settings) -> Iterator[Order]:
    settings.GATEWAYS = {"finance": f"{__name__}.Filed"}
    gateway.cache_clear()
    yield make_order([make_charge(make_payer())])
    gateway.cache_clear()


def entry(order: Order, trade: str = "T-1", **changes: object) -> StatementEntry:
    known: dict[str, object] = {
        "number": order.number, "trade_number": trade, "payer_number": order.payer.username,
        "payer_name": order.payer.name, "title": "重修费", "amount_fen": order.amount_fen,
        "method": "微信", "paid_at": NOW,
    }  # fmt: skip
    return StatementEntry(**(known | changes))  # type: ignore[arg-type]


def fetch(now: datetime = NEXT) -> int:
    return fetch_missing(lambda: now)


def worked(upload: Upload) -> Upload:
    """Let a worker do what was begun."""
    upload.refresh_from_db()
    assert upload.job is not None
    jobs.work(upload.job.pk, lambda: NEXT)
    upload.refresh_from_db()
    return upload


def test_clean_statement_is_applied_by_itself(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Filed, "entries", (entry(order),))
    assert (fetch(), fetch()) == (1, 0)
    upload = worked(Upload.objects.get())
    assert (upload.state, upload.day, upload.uploaded_by) == ("applied", NOW.date(), None)
    order.refresh_from_db()
    assert (order.state, audit().clean) == (OrderState.PAID, True)


@pytest.mark.parametrize(
    "changes",
    [{"amount_fen": 100}, {"number": "ZZJF20250423000000000001"}, {"payer_name": "别人"},
     {"payer_number": "20990101"}, {"number": "1.23E+18"}],
    ids=["amount", "unknown", "name", "number", "mangled"],
)  # fmt: skip
def test_statement_with_a_question_stops_at_its_preview(
    order: Order, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object]
) -> None:
    other = make_order([make_charge(make_payer())])
    monkeypatch.setattr(Filed, "entries", (entry(order), entry(other, "T-2", **changes)))
    assert (fetch(), fetch(), apply_clean(NEXT)) == (1, 0, 0)
    assert (Upload.objects.get().state, Receipt.objects.count()) == (UploadState.PREVIEW, 0)


def test_finance_is_told_what_stopped_it(
    order: Order, monkeypatch: pytest.MonkeyPatch, finance: Client, clerk: User
) -> None:
    wrong = entry(make_order([make_charge(make_payer())]), "T-2", amount_fen=100, payer_name="别人")
    monkeypatch.setattr(Filed, "entries", (entry(order), wrong))
    fetch()
    upload = Upload.objects.get()
    why = "没有自动入账：金额与订单不符 1 行；姓名或学号不同 1 行"
    told = Message.objects.get(user=clerk)
    assert (told.title, told.link) == (
        "等你核对：缴费平台账单2025-04-23.csv",
        f"/reconcile/files/{upload.pk}/",
    )
    assert why in told.body
    assert why in finance.get(told.link).content.decode()
    assert "缴费平台账单2025-04-23.csv" in finance.get("/reconcile/?state=preview").content.decode()


def test_nobody_is_told_of_a_clean_one(
    order: Order, monkeypatch: pytest.MonkeyPatch, clerk: User
) -> None:
    monkeypatch.setattr(Filed, "entries", (entry(order),))
    fetch()
    assert Message.objects.filter(user=clerk).count() == 0


def test_clean_one_in_the_queue_says_so(
    order: Order, monkeypatch: pytest.MonkeyPatch, finance: Client, clerk: User
) -> None:
    monkeypatch.setattr(Filed, "entries", (entry(order),))
    make_upload(UploadState.APPLYING, by=clerk)
    fetch()
    upload = Upload.objects.get(state=UploadState.PREVIEW)
    page = finance.get(f"/reconcile/files/{upload.pk}/").content.decode()
    assert "轮到它时会自动入账" in page
    assert Message.objects.count() == 0


def test_money_of_ours_long_missing_stops_it(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    pay(make_order([make_charge(make_payer())]))
    monkeypatch.setattr(Filed, "entries", (entry(order),))
    fetch(NOW + timedelta(days=3))
    assert Upload.objects.get().state == UploadState.PREVIEW


def test_one_statement_waits_for_another(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Filed, "entries", (entry(order),))
    fetch()
    first = Upload.objects.get()
    second = Upload.objects.create(
        sha256="0" * 64, name="b", size=1, path="b", channel="wechat", day=NOW.date(),
        uploaded_at=NOW,
    )  # fmt: skip
    for state in (UploadState.READING, UploadState.PREVIEW):
        Upload.objects.filter(pk=second.pk).update(state=state, matched_at=NOW)
    assert apply_clean(NEXT) == 0
    worked(first)
    assert apply_clean(NEXT) == 1


def test_day_without_money_is_had(order: Order) -> None:
    assert (fetch(), fetch()) == (1, 0)
    upload = worked(Upload.objects.get())
    assert (upload.state, upload.row_count, upload.groups) == ("applied", 0, {})


@pytest.mark.parametrize("body", [wechat_bill.EMPTY, alipay_bill.EMPTY], ids=["wechat", "alipay"])
def test_bills_of_days_without_trades_are_readable(desk: Desk, body: str) -> None:
    reading, rows = desk.only(body.encode())
    assert (rows, reading.summary.rows, reading.summary.agrees) == ([], 0, True)


def test_statement_settles_what_nobody_told(cashier: CashierProcess) -> None:
    order = live_order()
    yesterday = timezone.now() - timedelta(days=1)
    cashier.switch(statement="ready", settle_at=yesterday.isoformat())
    cashier.pay(order.number)
    assert fetch_missing(timezone.now) == 7
    found = Upload.objects.get(day=timezone.localdate(yesterday))
    assert found.rows.get(order_number=order.number).group == Group.SETTLE
    assert fetch_missing(timezone.now) == 0


@pytest.mark.parametrize("switch", [{"statement": "not_ready"}, {"down": "503"}], ids=str)
def test_statement_that_is_not_there_is_asked_again(
    cashier: CashierProcess, switch: dict[str, str]
) -> None:
    cashier.switch(**switch)
    assert (fetch_missing(timezone.now), Upload.objects.count()) == (0, 0)


def test_statement_that_somebody_put_aside_comes_back_only_changed(
    order: Order, monkeypatch: pytest.MonkeyPatch, clerk: User
) -> None:
    """It would be fetched again every hour, and finance told each time."""
    monkeypatch.setattr(Filed, "entries", (entry(order, amount_fen=100),))
    assert fetch() == 1
    uploads.discard(Upload.objects.get().pk, actor_id=clerk.pk, now=NEXT)
    assert (fetch(), Upload.objects.count()) == (0, 1)
    monkeypatch.setattr(Filed, "entries", (entry(order),))
    assert (fetch(), Upload.objects.count()) == (1, 2)
    assert worked(Upload.objects.latest("pk")).state == UploadState.APPLIED


def test_clean_day_is_sealed_by_itself(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Filed, "entries", (entry(order),))
    fetch()
    assert seal_clean(NEXT) == 0
    worked(Upload.objects.get())
    assert (seal_clean(NEXT), seal_clean(NEXT)) == (1, 0)
    close = DayClose.objects.get()
    assert (close.day, close.sealed_by, close.note) == (NOW.date(), None, "")
    assert (broken_chains(), Reconciled.objects.count()) == ([], 1)


def test_day_without_money_is_sealed_too(order: Order) -> None:
    fetch()
    worked(Upload.objects.get())
    assert (seal_clean(NEXT), DayClose.objects.get().ours_count) == (1, 0)


@pytest.fixture
def back() -> Resolution:
    """A refund, asked for while the channel still took some."""
    return released(withdrawn()[0])


def test_day_whose_refund_we_have_on_another_is_sealed_too(
    back: Resolution, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction.atomic():
        steps.arrive(steps.lock(back.pk), None, NOW + timedelta(days=3), NEXT)
    paid = back.surplus.receipt
    assert paid.order is not None
    told = entry(paid.order, paid.trade_number)
    refund = entry(paid.order, paid.trade_number, is_refund=True, refund_number=back.refund_number)
    monkeypatch.setattr(Filed, "entries", (told, refund))
    fetch()
    worked(Upload.objects.get())
    assert (order.state, seal_clean(NEXT)) == (OrderState.OPEN, 1)
    close = DayClose.objects.get()
    assert (close.ours_fen, close.theirs_fen, close.note) == (40000, 0, "")


def test_day_with_money_no_statement_lists_stays_open(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay(make_order([make_charge(make_payer())]))
    monkeypatch.setattr(Filed, "entries", (entry(order),))
    fetch()
    worked(Upload.objects.get())
    assert (seal_clean(NEXT), DayClose.objects.count()) == (0, 0)


def test_day_that_changed_after_its_seal_is_left_to_people(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Filed, "entries", (entry(order),))
    fetch()
    worked(Upload.objects.get())
    seal_clean(NEXT)
    pay(make_order([make_charge(make_payer())]))
    assert (seal_clean(NEXT), DayClose.objects.count()) == (0, 1)
