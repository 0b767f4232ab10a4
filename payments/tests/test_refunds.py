"""Refunds through the really running cashier: one number for ever, accepted is not arrived."""

from datetime import timedelta
from typing import ClassVar

import pytest
from django.utils import timezone
from pytest_django import Settings

from payments.audit import audit
from payments.cashier.testing.process import CashierProcess
from payments.gateways.base import (
    GatewayRefused,
    GatewayUnavailable,
    RefundAnswer,
    RefundRequest,
    RefundState,
)
from payments.gateways.registry import gateway
from payments.models import GatewayMessage, Receipt, Resolution, Surplus
from payments.services import cases, refunds
from payments.services.charges import void_charge
from payments.services.check import ask
from payments.states import MessageKind, ReceiptKind, ResolutionState
from payments.tests.channels import FileOnly
from payments.tests.desk import filed, make_clerk, released, withdrawn
from payments.tests.factories import NOW, PURPOSE
from payments.tests.live import live_order
from portal.inbox.models import Message
from portal.lib.errors import DomainError

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def paid_and_withdrawn(cashier: CashierProcess, *amounts: int) -> list[Surplus]:
    order = live_order(*amounts)
    cashier.pay(order.number)
    now = timezone.now()
    ask(order, now)
    for line in order.lines.select_related("charge"):
        void_charge(purpose=PURPOSE, reference=line.charge.reference, now=now)
    return list(Surplus.objects.filter(receipt__order=order).order_by("pk"))


def state_of(row: Resolution) -> str:
    row.refresh_from_db()
    return row.state


def test_refund_is_accepted_then_arrives(cashier: CashierProcess) -> None:
    [surplus] = paid_and_withdrawn(cashier)
    cashier.switch(refund_after=0.5)
    row, now = released(surplus, now=timezone.now()), timezone.now()
    assert (refunds.push(now), state_of(row)) == (1, ResolutionState.ACCEPTED)
    assert Receipt.objects.filter(kind=ReceiptKind.REFUND).count() == 0
    while state_of(row) == ResolutionState.ACCEPTED:
        now += HOUR
        refunds.check(now)
    assert state_of(row) == ResolutionState.ARRIVED
    assert (audit().clean, audit().totals.refunded) == (True, 40000)
    assert Message.objects.latest("pk").title == "¥400.00 已退回"


def test_parts_of_one_payment_are_kept_apart(cashier: CashierProcess) -> None:
    parts = paid_and_withdrawn(cashier, 40000, 30000, 20000)
    now = timezone.now()
    rows = [released(part, now=now) for part in parts[:2]]
    refunds.push(now)
    refunds.check(now + HOUR)
    known = cashier.order(parts[0].receipt.order_number)["refunds"]
    assert {part["refund_number"]: part["amount_fen"] for part in known} == {
        rows[0].refund_number: 40000,
        rows[1].refund_number: 30000,
    }
    assert (audit().totals.refunded, audit().totals.surplus, audit().clean) == (70000, 20000, True)


@pytest.mark.parametrize("down", ["503", "closed", "html", "half", "truncated", "forged"])
def test_silence_changes_nothing_and_asking_again_is_safe(
    cashier: CashierProcess, down: str
) -> None:
    [surplus] = paid_and_withdrawn(cashier)
    row, now = released(surplus, now=timezone.now()), timezone.now()
    cashier.switch(down=down)
    refunds.push(now)
    assert state_of(row) == ResolutionState.RELEASED
    assert row.asked_at == now
    with pytest.raises(DomainError, match="没有撤销：已经提交给渠道"):
        cases.cancel(clerk=row.filed_by, resolution_id=row.pk, reason="x", now=now)
    cashier.reset()
    refunds.push(now + HOUR)
    refunds.check(now + 3 * HOUR)
    assert state_of(row) == ResolutionState.ARRIVED
    assert len(cashier.order(surplus.receipt.order_number)["refunds"]) == 1


def test_refund_that_fails_is_said_so_and_done_by_other_means(cashier: CashierProcess) -> None:
    [surplus] = paid_and_withdrawn(cashier)
    cashier.switch(refund_fail=True)
    row, now = released(surplus, now=timezone.now()), timezone.now()
    refunds.push(now)
    refunds.check(now + HOUR)
    assert (state_of(row), row.asked_at, row.failure) == ("failed", None, "渠道告知没有退成")
    assert Message.objects.latest("pk").title == "¥400.00 原路没有退成"
    cases.cancel(clerk=row.filed_by, resolution_id=row.pk, reason="改线下", now=now)
    assert filed(surplus, clerk=row.filed_by).refund_number == row.refund_number
    assert (audit().clean, audit().totals.surplus) == (True, 40000)


def test_failed_refund_goes_again_under_its_own_number(cashier: CashierProcess) -> None:
    [surplus] = paid_and_withdrawn(cashier)
    cashier.switch(refund_fail=True)
    row, now = released(surplus, now=timezone.now()), timezone.now()
    refunds.push(now)
    refunds.check(now + HOUR)
    cases.release(clerk=make_clerk(), resolution_id=row.pk, now=now)
    refunds.push(now + 2 * HOUR)
    known = cashier.order(surplus.receipt.order_number)["refunds"]
    assert [part["refund_number"] for part in known] == [row.refund_number]


def test_refund_the_gateway_refuses_has_failed(cashier: CashierProcess) -> None:
    """The money was there, but not under this trade number."""
    [surplus] = paid_and_withdrawn(cashier)
    other = Receipt.objects.create(
        channel="finance", kind=ReceiptKind.PAYMENT, trade_number="other",
        order=surplus.receipt.order, order_number=surplus.receipt.order_number, amount_fen=40000,
        paid_at=timezone.now(), recorded_at=timezone.now(),
    )  # fmt: skip
    wrong = Surplus.objects.create(
        receipt=other, reason="already_paid", amount_fen=40000, opened_at=timezone.now()
    )
    row = released(wrong, now=timezone.now())
    refunds.push(timezone.now())
    assert (state_of(row), row.failure) == ("failed", "渠道没有受理：trade_differs")
    refused = GatewayMessage.objects.get(kind=MessageKind.REFUND)
    assert (refused.order_number, refused.refusal) == (other.order_number, "trade_differs")


def test_pushing_twice_asks_once(cashier: CashierProcess) -> None:
    [surplus] = paid_and_withdrawn(cashier)
    released(surplus, now=timezone.now())
    now = timezone.now()
    assert [refunds.push(now), refunds.push(now)] == [1, 0]


def test_news_of_a_refund_is_asked_about_at_once(cashier: CashierProcess) -> None:
    [surplus] = paid_and_withdrawn(cashier)
    row, now = released(surplus, now=timezone.now()), timezone.now()
    refunds.push(now)
    assert refunds.check(now) == 0
    refunds.ask_soon(row.refund_number, now)
    assert (refunds.check(now), state_of(row)) == (1, ResolutionState.ARRIVED)


@pytest.mark.parametrize("method", ["push", "check"])
def test_nothing_to_do_asks_nobody(method: str) -> None:
    assert getattr(refunds, method)(timezone.now()) == 0


class Forgetful(FileOnly):
    """Takes the first try on and loses the answer; refuses every other one with ``code``."""

    can_refund = True
    code = "busy"
    known: ClassVar[RefundState] = RefundState.ARRIVED
    tries = 0

    def refund(self, request: RefundRequest) -> RefundAnswer:
        self.tries += 1
        if self.tries == 1:
            raise GatewayUnavailable(f"{request.refund_number}: timeout")
        raise GatewayRefused(self.code)

    def query_refund(self, number: str, refund_number: str) -> RefundAnswer:
        return RefundAnswer(number, refund_number, self.known, "{}")


@pytest.mark.parametrize(
    ("code", "known", "state"),
    [
        ("busy", RefundState.ARRIVED, "arrived"),
        ("busy", RefundState.ACCEPTED, "accepted"),
        ("busy", RefundState.FAILED, "failed"),
        ("busy", RefundState.UNKNOWN, "released"),
        ("too_much", RefundState.ARRIVED, "arrived"),
        ("too_much", RefundState.UNKNOWN, "failed"),
    ],
)
def test_refusal_after_a_lost_answer_is_not_believed_alone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, code: str, known: RefundState, state: str
) -> None:
    """Otherwise the money would go back once by the channel and once by hand."""
    monkeypatch.setattr(Forgetful, "code", code)
    monkeypatch.setattr(Forgetful, "known", known)
    settings.GATEWAYS = {"finance": "payments.tests.test_refunds.Forgetful"}
    gateway.cache_clear()
    [surplus] = withdrawn()
    row = released(surplus, now=NOW)
    refunds.push(NOW)
    assert state_of(row) == ResolutionState.RELEASED
    refunds.push(NOW + HOUR)
    assert (state_of(row), row.asked_at is None) == (state, state == "failed")
    gateway.cache_clear()
    assert audit().clean
