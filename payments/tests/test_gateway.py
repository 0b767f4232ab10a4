"""Handing over, asking, releasing and being told, against the really running cashier."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from payments.audit import audit
from payments.cashier.testing.merchant import Merchant
from payments.cashier.testing.process import CashierProcess
from payments.gateways.base import PaymentState
from payments.gateways.registry import gateway
from payments.models import GatewayMessage, Order, OrderLine, Receipt
from payments.services.callback import MAX_BODY
from payments.services.check import ask
from payments.services.orders import claim_paid, pay_url
from payments.services.release import release_due, release_line
from payments.states import LineState, MessageKind, OrderState
from payments.tests.factories import make_payer, minutes
from payments.tests.live import live_order
from portal.lib.errors import DomainError, NotYours

pytestmark = pytest.mark.django_db
MS = timedelta(milliseconds=1)
HELD, PAID, RELEASED = LineState.HELD, LineState.PAID, LineState.RELEASED


def states(order: Order) -> list[str]:
    return list(order.lines.order_by("position").values_list("state", flat=True))


def release(order: Order, wait: timedelta, position: int = 1) -> OrderLine:
    line = order.lines.get(position=position)
    return release_line(line_id=line.pk, payer_id=order.payer_id, now=order.opened_at + wait)


def refusal(order: Order, wait: timedelta) -> DomainError:
    with pytest.raises(DomainError) as caught:
        release(order, wait)
    return caught.value


def check(order: Order, now: datetime | None = None) -> tuple[str, PaymentState | None]:
    """What the order is after the gateway was asked, and what it answered."""
    answer = ask(order, now or timezone.now())
    order.refresh_from_db()
    return order.state, answer


def test_handing_over_again_gives_the_same_address(cashier: CashierProcess) -> None:
    order = live_order(40000, 30000)
    first = order.pay_url
    again = pay_url(order=order, return_url="http://x/", notify_url="http://x/", now=timezone.now())
    assert first.startswith(cashier.url)
    assert (again, order.pay_url) == (first, first)
    assert cashier.order(order.number)["amount_fen"] == 70000


@pytest.mark.parametrize("down", ["503", "closed", "html", "forged"])
def test_cashier_that_does_not_answer_keeps_the_order(cashier: CashierProcess, down: str) -> None:
    order = live_order()
    cashier.switch(down=down)
    with pytest.raises(DomainError, match="缴费平台没有应答，还没有转到支付页") as caught:
        pay_url(order=order, return_url="http://x/", notify_url="http://x/", now=timezone.now())
    assert (caught.value.code, states(order)) == ("gateway.silent", [HELD])


def test_expired_order_is_not_handed_over(cashier: CashierProcess) -> None:
    order = live_order()
    with pytest.raises(DomainError) as caught:
        pay_url(order=order, return_url="http://x/", notify_url="http://x/", now=order.expires_at)
    assert caught.value.code == "order.expired"


def test_check_settles_what_was_paid(cashier: CashierProcess) -> None:
    order = live_order(40000, 30000)
    cashier.pay(order.number)
    assert check(order) == (OrderState.PAID, PaymentState.PAID)
    assert (states(order), audit().clean) == ([PAID, PAID], True)


def test_check_of_an_unpaid_order_changes_nothing(cashier: CashierProcess) -> None:
    order = live_order()
    now = timezone.now()
    assert check(order, now) == (OrderState.OPEN, PaymentState.UNPAID)
    assert (order.checked_at, states(order)) == (now, [HELD])


def test_check_without_an_answer_changes_nothing(cashier: CashierProcess) -> None:
    order = live_order()
    cashier.pay(order.number)
    cashier.switch(down="503")
    assert check(order) == (OrderState.OPEN, None)
    assert (order.checked_at, GatewayMessage.objects.count()) == (None, 0)


def test_release_at_twenty_minutes_sharp(cashier: CashierProcess) -> None:
    order = live_order()
    assert refusal(order, minutes(20) - MS).code == "line.too_early"
    line = release(order, minutes(20))
    due = order.opened_at + minutes(20)
    assert (line.state, line.released_at) == (RELEASED, due)
    assert line.payable_again_at == due + minutes(30)
    assert cashier.order(order.number)["state"] == "closed"


def test_release_frees_one_course_only(cashier: CashierProcess) -> None:
    order = live_order(40000, 40000, 30000)
    release(order, minutes(20), position=2)
    order.refresh_from_db()
    assert (order.state, states(order)) == (OrderState.CLOSED, [HELD, RELEASED, HELD])


def test_siblings_of_a_closed_order_need_no_gateway(cashier: CashierProcess) -> None:
    order = live_order(40000, 30000)
    release(order, minutes(20))
    cashier.switch(down="closed")
    assert release(order, minutes(25), position=2).state == RELEASED


def test_release_finds_the_money(cashier: CashierProcess) -> None:
    order = live_order(40000, 30000)
    cashier.pay(order.number)
    error = refusal(order, minutes(20))
    assert (error.code, error.message) == (
        "order.paid",
        f"订单 {order.number} 已经到账，不用释放。",
    )
    assert (states(order), audit().clean) == ([PAID, PAID], True)


def test_money_between_query_and_close_is_found_by_the_close(cashier: CashierProcess) -> None:
    order = live_order()
    cashier.switch(unpaid_for=60)
    cashier.pay(order.number)
    assert refusal(order, minutes(20)).code == "order.paid"
    assert states(order) == [PAID]


@pytest.mark.parametrize("down", ["503", "closed", "html", "truncated"])
def test_nothing_is_released_without_an_answer(cashier: CashierProcess, down: str) -> None:
    order = live_order()
    cashier.switch(down=down)
    error = refusal(order, minutes(20))
    assert (error.code, error.message) == ("gateway.silent", "缴费平台没有应答，没有释放。")
    assert states(order) == [HELD]


def test_release_waits_for_both_answers_as_long_as_for_one(
    cashier: CashierProcess, settings: Settings
) -> None:
    """The question and the close each take less than the limit, together more."""
    settings.GATEWAY_TIMEOUT = 1.0
    order = live_order()
    cashier.switch(slow=0.7)
    assert refusal(order, minutes(20)).code == "gateway.silent"
    assert states(order) == [HELD]


def test_orders_of_a_removed_channel_are_silent(
    cashier: CashierProcess, settings: Settings
) -> None:
    order = live_order()
    settings.GATEWAYS = {}
    gateway.cache_clear()
    assert check(order) == (OrderState.OPEN, None)
    assert refusal(order, minutes(20)).code == "gateway.silent"
    assert states(order) == [HELD]


def test_claimed_line_is_kept(cashier: CashierProcess) -> None:
    order = live_order()
    claim_paid(payer_id=order.payer_id, number=order.number, now=timezone.now())
    assert refusal(order, minutes(30)).code == "line.claimed"
    assert release_due(order.opened_at + minutes(30), 10) == 0
    assert release_due(order.opened_at + timedelta(days=2), 10) == 1


def test_second_release_is_refused(cashier: CashierProcess) -> None:
    order = live_order()
    release(order, minutes(20))
    assert refusal(order, minutes(21)).code == "line.not_held"


def test_only_the_payer_releases(cashier: CashierProcess) -> None:
    line = live_order().lines.get()
    with pytest.raises(NotYours):
        release_line(line_id=line.pk, payer_id=make_payer().pk, now=timezone.now() + minutes(20))
    assert line.state == HELD


def test_late_money_after_release_pays(cashier: CashierProcess) -> None:
    order = live_order()
    release(order, minutes(20))
    cashier.switch(late_pay=True)
    cashier.pay(order.number, late=True)
    assert check(order) == (OrderState.PAID, PaymentState.PAID)
    assert (states(order), audit().clean) == ([PAID], True)


def call(client: Client, body: bytes, headers: dict[str, str], channel: str = "finance") -> int:
    sealed = {name: value for name, value in headers.items() if name.startswith("X-Finance")}
    response = client.post(
        f"/payments/callback/{channel}",
        data=body,
        content_type="application/json",
        headers=sealed,
    )
    return response.status_code


def test_callback_settles_and_is_acknowledged(cashier: CashierProcess, merchant: Merchant) -> None:
    order = live_order(40000, 30000, notify_url=merchant.url)
    cashier.pay(order.number)
    (told,) = merchant.wait_for(1)
    client = Client(enforce_csrf_checks=True)
    assert [call(client, told.body, told.headers) for _ in range(2)] == [200, 200]
    assert (states(order), Receipt.objects.count()) == ([PAID, PAID], 1)
    assert GatewayMessage.objects.filter(kind=MessageKind.CALLBACK).count() == 2


@pytest.mark.parametrize("broken", ["body", "signature", "old", "nothing"])
def test_callback_that_proves_nothing_is_refused_and_kept(
    cashier: CashierProcess, merchant: Merchant, broken: str
) -> None:
    order = live_order(notify_url=merchant.url)
    cashier.pay(order.number)
    (told,) = merchant.wait_for(1)
    body = told.body + b" \x00" if broken == "body" else told.body
    headers = dict(told.headers)
    if broken == "signature":
        headers["X-Finance-Signature"] = "0" * 64
    if broken == "old":
        headers["X-Finance-Timestamp"] = "1"
    status = call(Client(), body, {} if broken == "nothing" else headers)
    kept = GatewayMessage.objects.get(kind=MessageKind.CALLBACK)
    assert (status, bool(kept.refusal), states(order)) == (400, True, [HELD])


def test_callback_for_no_channel_is_not_found(client: Client) -> None:
    assert call(client, b"{}", {}, channel="nobody") == 404


def test_callback_that_is_too_long_is_not_stored(client: Client) -> None:
    assert call(client, b"x" * (MAX_BODY + 1), {}) == 413
    assert GatewayMessage.objects.count() == 0


def test_callback_only_by_post(client: Client) -> None:
    assert client.get("/payments/callback/finance").status_code == 405
