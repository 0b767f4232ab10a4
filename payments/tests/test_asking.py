"""A page that polls asks its gateway now and then; silence is left alone for longer."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from payments.cashier.testing.process import CashierProcess
from payments.models import GatewayMessage, Order
from payments.services.asking import AFTER_SILENCE, AGAIN, ask_now_and_then
from payments.services.settle import settle
from payments.states import OrderState
from payments.tests.factories import make_arrival, make_payer
from payments.tests.live import live_order
from portal.lib.errors import NotYours

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def ask(order: Order, now: datetime) -> tuple[bool, bool]:
    """Whether the page says that there is no answer, and whether the gateway was asked."""
    silent = ask_now_and_then(order.payer_id, order.number, now)
    return silent, Order.objects.get(pk=order.pk).checked_at == now


def test_an_answer_is_good_for_five_seconds(cashier: CashierProcess) -> None:
    order, now = live_order(), timezone.now()
    assert ask(order, now) == (False, True)
    assert ask(order, now + AGAIN - SECOND) == (False, False)
    assert ask(order, now + AGAIN) == (False, True)
    assert GatewayMessage.objects.count() == 2


def test_silence_is_said_at_every_poll_and_asked_again_later(cashier: CashierProcess) -> None:
    order, now = live_order(), timezone.now()
    cashier.switch(down="closed")
    assert ask(order, now) == (True, True)
    for seconds in (3, 5, 10, 29):
        assert ask(order, now + seconds * SECOND) == (True, False)
    cashier.reset()
    assert ask(order, now + AFTER_SILENCE) == (False, True)
    assert ask(order, now + AFTER_SILENCE + 4 * SECOND) == (False, False)


def test_two_tabs_ask_once(cashier: CashierProcess) -> None:
    order, now = live_order(), timezone.now()
    cashier.switch(down="closed")
    assert ask(order, now) == (True, True)
    assert ask(order, now + SECOND) == (False, False)  # under way, as far as the other can tell
    assert Order.objects.get(pk=order.pk).checked_at == now


def test_money_found_is_settled_and_asked_about_no_more(cashier: CashierProcess) -> None:
    order, now = live_order(), timezone.now()
    cashier.pay(order.number)
    assert ask(order, now)[0] is False
    order.refresh_from_db()
    assert order.state == OrderState.PAID
    assert ask(order, now + AFTER_SILENCE) == (False, False)


def test_what_a_callback_settled_is_not_asked_about(cashier: CashierProcess) -> None:
    order, now = live_order(), timezone.now()
    settle([make_arrival(order)], now)
    assert ask(order, now + AGAIN) == (False, False)


def test_order_of_another_is_not_asked_about(cashier: CashierProcess) -> None:
    order, now = live_order(), timezone.now()
    with pytest.raises(NotYours):
        ask_now_and_then(make_payer().pk, order.number, now)
    assert Order.objects.get(pk=order.pk).checked_at is None
