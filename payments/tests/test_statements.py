"""Daily files with a row that cannot be kept: the others are settled, and it is remembered."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from pytest_django import Settings

from payments.audit import audit
from payments.gateways.base import StatementNotReady, StatementRow
from payments.gateways.registry import gateway
from payments.models import GatewayMessage, Order, Receipt, StatementDay
from payments.services.statements import fetch_missing
from payments.states import OrderState
from payments.tests.channels import FileOnly
from payments.tests.factories import NOW, make_charge, make_order, make_payer

pytestmark = pytest.mark.django_db
DAY = NOW + timedelta(days=1)


class Filed(FileOnly):
    """One file, of the day of ``NOW``, and nothing of the days before."""

    rows: tuple[StatementRow, ...] = ()

    def statement_rows(self, day: date) -> Iterator[StatementRow]:
        if day != NOW.date():
            raise StatementNotReady(day.isoformat())
        return iter(self.rows)


@pytest.fixture
def order(settings: Settings) -> Iterator[Order]:
    settings.GATEWAYS = {"finance": "payments.tests.test_statements.Filed"}
    gateway.cache_clear()
    yield make_order([make_charge(make_payer())])
    gateway.cache_clear()


def listed(order: Order, trade: str = "T-good") -> StatementRow:
    return StatementRow(order.number, trade, order.amount_fen, NOW, "raw")


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (StatementRow("X1", "T" * 65, 100, NOW, "bad \ud800\x00"), "malformed: number 'TTT"),
        (StatementRow("X" * 65, "T", 100, NOW, "bad"), "malformed: number 'XXX"),
        (StatementRow("X1", "T", -100, NOW, "bad"), "malformed: amount"),
        (StatementRow("X1", "T", 2**31, NOW, "bad"), "malformed: amount"),
        (StatementRow("X1", "T", 1, NOW.replace(year=1999), "bad"), "malformed: time 1999-"),
    ],
)  # fmt: skip
def test_bad_row_does_not_stop_the_others(
    order: Order, monkeypatch: pytest.MonkeyPatch, bad: StatementRow, why: str
) -> None:
    monkeypatch.setattr(Filed, "rows", (bad, listed(order)))
    assert (fetch_missing(DAY), fetch_missing(DAY)) == (1, 0)
    order.refresh_from_db()
    assert (order.state, Receipt.objects.count(), audit().clean) == (OrderState.PAID, 1, True)
    [refused] = GatewayMessage.objects.exclude(refusal="")
    assert refused.refusal.startswith(why)
    assert (refused.body[:3], refused.order_number) == ("bad", bad.number[:64])
    had = StatementDay.objects.get()
    assert (had.row_count, had.amount_fen) == (1, order.amount_fen)


def test_blanks_do_not_make_a_second_payment(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Filed, "rows", (listed(order, "T1"), listed(order, "T1\t")))
    fetch_missing(DAY)
    assert (Receipt.objects.count(), audit().totals.surplus) == (1, 0)
