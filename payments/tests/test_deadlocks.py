"""Locks taken in another order than everybody's: kept from happening, or done once more."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.db.models import Q

from payments.gateways.base import PaymentAnswer, PaymentState
from payments.models import Charge, Order, Receipt
from payments.services import locks
from payments.services.check import digest
from payments.services.inquiry import Inquiry
from payments.services.settle import settle
from payments.states import LineState, MessageKind, OrderState
from payments.tests.factories import (
    NOW,
    make_arrival,
    make_charges,
    make_order,
    make_payer,
    minutes,
)
from payments.tests.races import SURELY, race, until_somebody_waits

pytestmark = pytest.mark.usefixtures("throwaway_database")


def one_after_the_other(
    lock: Callable[[int], object], rows: list[int], has_one: threading.Event
) -> None:
    """Somebody who takes two rows, and waits in between until the other party waits for him."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL deadlock_timeout = '60s'")  # the other party shall notice first
        lock(rows[0])
        has_one.set()
        until_somebody_waits()
        lock(rows[1])


def unpaid(order: Order) -> Inquiry:
    answer = PaymentAnswer(order.number, PaymentState.UNPAID, "raw")
    return Inquiry(order, ((MessageKind.QUERY, answer),))


def test_asking_about_orders_takes_them_by_id() -> None:
    orders = [make_order(make_charges(make_payer(), (40000,))) for _ in range(2)]
    Order.objects.filter(pk=orders[0].pk).update(check_count=1)  # now it lies behind the other
    has_one = threading.Event()

    def ask() -> None:
        has_one.wait(SURELY)
        digest([unpaid(order) for order in orders], NOW + minutes(1))

    results = race(
        lambda: one_after_the_other(
            lambda pk: locks.orders(Q(pk=pk)), [order.pk for order in orders], has_one
        ),
        ask,
    )
    assert results == [None, None]
    assert set(Order.objects.values_list("checked_at", flat=True)) == {NOW + minutes(1)}


def test_settling_is_done_once_more_after_a_deadlock() -> None:
    order = make_order(make_charges(make_payer(), (40000, 30000)))
    arrival, has_one = make_arrival(order), threading.Event()
    charges = sorted(order.lines.values_list("charge_id", flat=True), reverse=True)

    def tell() -> None:
        has_one.wait(SURELY)
        settle([arrival], NOW)

    results = race(
        lambda: one_after_the_other(
            lambda pk: locks.charges(Charge.objects.filter(pk=pk)), charges, has_one
        ),
        tell,
    )
    order.refresh_from_db()
    assert (results, order.state, Receipt.objects.count()) == ([None, None], OrderState.PAID, 1)
    assert set(order.lines.values_list("state", flat=True)) == {LineState.PAID}
