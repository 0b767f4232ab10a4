"""Callbacks nobody should believe, money that fits nothing, and a platform that does not answer."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from payments.cashier.testing.process import MERCHANT, SECRET, CashierProcess
from payments.gateways import finance_wire as wire
from payments.gateways.base import PaymentAnswer, PaymentState
from payments.gateways.registry import gateway
from payments.models import Order, Receipt, Surplus
from payments.states import LineState, OrderState, SurplusReason
from portal.tests.people import Answer, W, browser_of, enrolled, ordered
from portal.tests.refusing import nothing_changes, said

pytestmark = pytest.mark.usefixtures("college")


def tell(
    number: str,
    fen: int,
    *,
    secret: str = SECRET,
    merchant: str = MERCHANT,
    at: datetime | None = None,
    body: bytes = b"",
) -> Answer:
    """A callback that says the order was paid; ``body`` goes out instead of what was sealed."""
    now = datetime.now(UTC)
    answer = PaymentAnswer(number, PaymentState.PAID, "", f"T{number}", fen, now)
    sealed = wire.dump_answer(answer)
    who = wire.Credentials(merchant, secret)
    headers = wire.seal(wire.NOTIFY, sealed, who=who, now=at or now)
    return Client().post(
        "/payments/callback/finance",
        body or sealed,
        content_type="application/json",
        headers=headers,
    )


def plain(answer: Answer) -> tuple[int, str]:
    return answer.status_code, answer.content.decode()


def test_wrong_signature(cashier: CashierProcess) -> None:
    order = ordered(enrolled(W, 1))
    with nothing_changes():
        answer = tell(order.number, order.amount_fen, secret="guessed")
    assert plain(answer) == (400, "signature")


def test_body_changed_on_the_way(cashier: CashierProcess) -> None:
    order = ordered(enrolled(W, 1))
    with nothing_changes():
        answer = tell(order.number, order.amount_fen, body=b'{"state":"paid"}')
    assert plain(answer) == (400, "signature")


def test_other_merchant(cashier: CashierProcess) -> None:
    order = ordered(enrolled(W, 1))
    with nothing_changes():
        answer = tell(order.number, order.amount_fen, merchant="ZZJF-OTHER")
    assert plain(answer) == (400, "merchant")


def test_old_timestamp(cashier: CashierProcess) -> None:
    order = ordered(enrolled(W, 1))
    with nothing_changes():
        at = datetime.now(UTC) - wire.FRESH - timedelta(seconds=2)
        answer = tell(order.number, order.amount_fen, at=at)
    assert plain(answer) == (400, "stale")


def test_channel_that_does_not_exist() -> None:
    with nothing_changes():
        answer = Client().post("/payments/callback/paypal", b"{}", content_type="text/plain")
    assert plain(answer) == (404, "unknown channel")


def test_wrong_amount_is_kept_for_finance_and_pays_nothing(cashier: CashierProcess) -> None:
    order = ordered(enrolled(W, 1))
    assert plain(tell(order.number, order.amount_fen - 1)) == (200, "success")
    assert order.lines.get().state == LineState.HELD
    surplus = Surplus.objects.get()
    assert surplus.reason == SurplusReason.AMOUNT_DIFFERS
    assert surplus.amount_fen == order.amount_fen - 1


def test_unknown_order_is_kept_for_finance(cashier: CashierProcess) -> None:
    assert plain(tell("ZZJF20250101000000999999", 100)) == (200, "success")
    surplus = Surplus.objects.get()
    assert (surplus.reason, surplus.amount_fen) == (SurplusReason.UNKNOWN_ORDER, 100)


def test_callback_twice(cashier: CashierProcess) -> None:
    order = ordered(enrolled(W, 1))
    assert plain(tell(order.number, order.amount_fen)) == (200, "success")
    with nothing_changes():
        answer = tell(order.number, order.amount_fen)
    assert plain(answer) == (200, "success")
    assert Receipt.objects.get().amount_fen == order.amount_fen


@pytest.mark.parametrize("outage", ["503", "closed", "html", "truncated", "forged", "stranger"])
def test_platform_that_does_not_answer_keeps_the_order(
    cashier: CashierProcess, outage: str
) -> None:
    (charge,) = enrolled(W, 1)
    cashier.switch(down=outage)
    answer = browser_of(W).post("/payments/open/", {"charge": charge.pk})
    order = Order.objects.get()
    assert said(answer) == (409, "缴费平台没有应答，还没有转到支付页。")
    assert order.state == OrderState.OPEN
    with nothing_changes():
        again = browser_of(W).post(f"/payments/orders/{order.number}/pay/")
    assert again.status_code == 409
    cashier.reset()
    assert browser_of(W).post(f"/payments/orders/{order.number}/pay/").status_code == 302


def test_platform_that_is_too_slow_keeps_the_page_bounded(
    cashier: CashierProcess, settings: Settings
) -> None:
    order = ordered(enrolled(W, 1))
    settings.FINANCE_TIMEOUT = 1.0
    gateway.cache_clear()
    cashier.switch(slow=6)
    begun = datetime.now(UTC)
    with nothing_changes():
        answer = browser_of(W).post(f"/payments/orders/{order.number}/pay/")
    assert answer.status_code == 409
    assert datetime.now(UTC) - begun < timedelta(seconds=3.5)
