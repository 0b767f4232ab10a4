"""Ours, but not in the file: still syncing, missing, or of another channel."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from payments.models import Order, Receipt
from payments.reconcile.models import Upload
from payments.reconcile.selectors.uploads import missing
from payments.reconcile.tests.statements import LATER, listed, preview
from payments.states import OwnChannel
from payments.tests.factories import NOW, make_charge, make_order, make_payer
from portal.accounts.models import User

pytestmark = pytest.mark.django_db
LONG_AFTER = NOW + timedelta(days=3)


def received(channel: str, at: datetime = NOW) -> Order:
    """An order whose money came over a channel."""
    order = make_order([make_charge(make_payer())])
    Receipt.objects.create(
        channel=channel, kind="payment", trade_number=f"T{order.pk}", order=order,
        order_number=order.number, amount_fen=order.amount_fen, paid_at=at, recorded_at=at,
    )  # fmt: skip
    return order


@pytest.fixture
def statement(clerk: User, settings: Settings) -> Upload:
    """The college's own, of a day on which money came over three channels more."""
    settings.GATEWAYS = {**settings.GATEWAYS, "wechat": "x"}
    for channel in ("finance", "wechat", OwnChannel.COUNTER, OwnChannel.TRANSFER):
        received(channel)
    return preview([listed(make_order([make_charge(make_payer())]), "T-1")], clerk.pk)


def numbers(channels: list[str]) -> list[str]:
    """The orders paid over these."""
    rows = Receipt.objects.filter(channel__in=channels).order_by("pk")
    return list(rows.values_list("order_number", flat=True))


@pytest.mark.parametrize(("now", "kind"), [(LATER, "syncing"), (LONG_AFTER, "missing")])
def test_only_its_own_channel_lacks_anything(statement: Upload, now: datetime, kind: str) -> None:
    lost = missing(statement, now)
    found = {name: [one.order_number for one in getattr(lost, name)] for name in vars(lost)}
    expected: dict[str, list[str]] = {"syncing": [], "missing": []}
    elsewhere = numbers(["wechat", OwnChannel.COUNTER])
    assert found == expected | {kind: numbers(["finance"]), "elsewhere": elsewhere}


def test_bill_of_a_channel_says_nothing_of_others(statement: Upload) -> None:
    statement.format = "finance"
    assert not missing(statement, LONG_AFTER).elsewhere.exists()


def test_page_of_the_preview_says_which_channel(finance: Client, statement: Upload) -> None:
    page = finance.get(reverse("reconcile:file", args=[statement.pk])).content.decode()
    assert "2 笔 ¥800.00 走的是其他渠道" in page
    address = reverse("reconcile:absent", args=[statement.pk])
    rows = finance.get(address, {"kind": "elsewhere"}).content.decode()
    assert "其他渠道 2 笔" in rows
    assert "从微信支付来，和微信支付的账单核对" in rows
    assert [number in rows for number in numbers(["finance", "wechat"])] == [False, True]


def test_word_that_is_no_kind_shows_what_is_missing(finance: Client, statement: Upload) -> None:
    address = reverse("reconcile:absent", args=[statement.pk])
    rows = finance.get(address, {"kind": "nonsense"}).content.decode()
    assert "我方有，文件没有 1 笔" in rows
