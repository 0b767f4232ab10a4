"""The jobs: release, sync with back-off, watch, statements, announcements. Any number may run."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from payments import tasks
from payments.audit import audit
from payments.cashier.testing.process import CashierProcess
from payments.gateways.registry import gateway
from payments.models import GatewayMessage, Order, OrderLine
from payments.services.announce import announce_payable_again
from payments.services.orders import claim_paid, open_order, pay_url, retract_claim
from payments.services.release import release_due, release_line
from payments.services.settle import settle
from payments.services.sync import sync_open, watch_closed
from payments.states import LineState, OrderState
from payments.tests.factories import (
    CHANNEL,
    NOW,
    give_back,
    make_arrival,
    make_charge,
    make_charges,
    make_order,
    make_payer,
    minutes,
)
from payments.tests.live import NOWHERE, live_order
from portal.inbox.models import Message
from portal.lib.errors import DomainError

pytestmark = pytest.mark.django_db
HELD, PAID, RELEASED = LineState.HELD, LineState.PAID, LineState.RELEASED
ALL = 100


def states(order: Order) -> list[str]:
    return list(order.lines.order_by("position").values_list("state", flat=True))


def state(order: Order) -> str:
    order.refresh_from_db()
    return order.state


def next_check(order: Order) -> datetime | None:
    order.refresh_from_db()
    return order.next_check_at


def after(order: Order, amount: float) -> datetime:
    return order.opened_at + minutes(amount)


def test_due_lines_are_released_together(cashier: CashierProcess) -> None:
    order = live_order(40000, 40000, 30000)
    assert release_due(after(order, 19.999), ALL) == 0
    assert release_due(after(order, 20), ALL) == 3
    assert set(order.lines.values_list("state", "payable_again_at")) == {
        (RELEASED, after(order, 50))
    }
    assert cashier.order(order.number)["state"] == "closed"


def test_payer_is_told_of_each_released_course(cashier: CashierProcess) -> None:
    order = live_order()
    release_due(after(order, 20), ALL)
    again = timezone.localtime(after(order, 50))
    title = Message.objects.get().title
    assert title.startswith(f"{order.lines.get().charge.title}已释放，")
    assert title.endswith(f"{again:%H:%M} 后可重新缴费")  # after midnight with its day before it


def test_paid_order_is_settled_instead_of_released(cashier: CashierProcess) -> None:
    order = live_order()
    cashier.pay(order.number)
    assert release_due(after(order, 20), ALL) == 0
    assert (states(order), audit().clean) == ([PAID], True)


def test_silence_releases_nothing_and_is_asked_again_within_a_minute(
    cashier: CashierProcess,
) -> None:
    order = live_order()
    cashier.switch(down="503")
    assert release_due(after(order, 20), ALL) == 0
    assert (states(order), next_check(order)) == ([HELD], after(order, 21))
    cashier.reset()
    assert release_due(after(order, 21), ALL) == 1


def test_limit_is_kept(cashier: CashierProcess) -> None:
    order = live_order(100, 100, 100)
    assert release_due(after(order, 20), 2) == 2
    assert states(order) == [RELEASED, RELEASED, HELD]


def test_retracted_claim_is_released(cashier: CashierProcess) -> None:
    order = live_order()
    claim_paid(payer_id=order.payer_id, number=order.number, now=after(order, 5))
    assert release_due(after(order, 20), ALL) == 0
    retract_claim(payer_id=order.payer_id, number=order.number, now=after(order, 25))
    assert release_due(after(order, 25), ALL) == 1


@pytest.fixture
def channel(request: pytest.FixtureRequest, settings: Settings) -> Iterator[None]:
    """Orders go to the class of ``payments.tests.channels`` that the test is parametrised with."""
    settings.GATEWAYS = {CHANNEL: f"payments.tests.channels.{request.param}"}
    gateway.cache_clear()
    yield
    gateway.cache_clear()


file_only = pytest.mark.parametrize("channel", ["FileOnly"], indirect=True)
unscanned = pytest.mark.parametrize("channel", ["Unscanned"], indirect=True)


def release(order: Order, *, never_paid: bool = False) -> OrderLine:
    return release_line(
        line_id=order.lines.get().pk,
        payer_id=order.payer_id,
        now=NOW + minutes(20),
        never_paid=never_paid,
    )


@file_only
def test_file_only_platform_releases_nothing_by_itself(channel: None) -> None:
    order = make_order([make_charge(make_payer())])
    assert (release_due(NOW + minutes(60), ALL), sync_open(NOW + minutes(60))) == (0, 0)
    assert states(order) == [HELD]


@file_only
def test_file_only_platform_needs_the_payers_word(channel: None) -> None:
    order = make_order([make_charge(make_payer())])
    with pytest.raises(DomainError, match=r"order\.unasked"):
        release(order)
    assert release(order, never_paid=True).state == RELEASED
    assert state(order) == OrderState.OPEN


@unscanned
def test_unknown_order_is_not_released_while_it_can_be_opened(channel: None) -> None:
    order = make_order([make_charge(make_payer())])
    with pytest.raises(DomainError, match=r"order\.not_closed"):
        release(order, never_paid=True)
    assert release_due(NOW + minutes(20), ALL) == 0
    assert (states(order), next_check(order)) == ([HELD], NOW + minutes(22))


def test_sync_settles_what_the_callback_lost(cashier: CashierProcess) -> None:
    order = live_order(40000, 30000)
    cashier.pay(order.number)
    assert sync_open(after(order, 0.99)) == 0
    assert sync_open(after(order, 1)) == 1
    assert (states(order), state(order)) == ([PAID, PAID], OrderState.PAID)


def test_sync_backs_off_but_not_past_the_release(cashier: CashierProcess) -> None:
    order = live_order()
    asked = []
    for _ in range(5):
        moment = next_check(order)
        assert moment is not None
        asked.append((moment - order.opened_at) / minutes(1))
        sync_open(moment)
    assert asked == [1, 3, 8, 18, 20]


def test_sync_leaves_due_orders_to_the_release(cashier: CashierProcess) -> None:
    order = live_order()
    assert (sync_open(after(order, 20)), state(order)) == (0, OrderState.OPEN)


def test_claimed_order_is_asked_for_two_days(cashier: CashierProcess) -> None:
    order = live_order()
    claim_paid(payer_id=order.payer_id, number=order.number, now=after(order, 5))
    Order.objects.filter(pk=order.pk).update(check_count=9)
    sync_open(after(order, 1430))
    assert next_check(order) == after(order, 1460)
    cashier.pay(order.number)
    assert (sync_open(after(order, 1460)), states(order)) == (1, [PAID])


def test_leased_order_is_not_asked_twice(cashier: CashierProcess) -> None:
    order = live_order()
    assert (sync_open(after(order, 1)), sync_open(after(order, 1))) == (1, 0)


def test_closed_order_is_watched_for_two_days(cashier: CashierProcess) -> None:
    order = live_order()
    release_due(after(order, 20), ALL)
    assert next_check(order) == after(order, 21)
    watch_closed(after(order, 21))
    assert next_check(order) == after(order, 23)
    watch_closed(after(order, 20) + timedelta(days=2))
    assert next_check(order) is None


def test_watch_finds_late_money(cashier: CashierProcess) -> None:
    order = live_order()
    release_due(after(order, 20), ALL)
    cashier.switch(late_pay=True)
    cashier.pay(order.number, late=True)
    watch_closed(after(order, 21))
    assert (states(order), state(order), audit().clean) == ([PAID], OrderState.PAID, True)


def test_order_that_gave_way_is_closed_and_its_courses_freed_at_once(
    cashier: CashierProcess,
) -> None:
    older = live_order()
    release_due(after(older, 20), ALL)
    course = older.lines.get().charge
    other = make_charge(course.payer, reference=f"live-more-{course.pk}", now=older.opened_at)
    now = after(older, 50)
    newer = open_order(
        payer_id=course.payer_id,
        charge_ids=[course.pk, other.pk],
        channel=CHANNEL,
        now=now,
        never_paid=True,
    )
    pay_url(order=newer, return_url=NOWHERE, notify_url=NOWHERE, now=now)
    settle([make_arrival(older)], now + minutes(1))
    assert states(newer) == [RELEASED, HELD]
    sync_open(now + minutes(1))
    freed = newer.lines.get(position=2)
    assert (state(newer), freed.state) == (OrderState.CLOSED, RELEASED)
    assert freed.payable_again_at == now + minutes(1)
    assert cashier.order(newer.number)["state"] == "closed"


@pytest.mark.parametrize("count", [1, 3, 30])
def test_sync_takes_the_same_statements(
    count: int, cashier: CashierProcess, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    orders = [live_order() for _ in range(count)]
    for order in orders:
        cashier.pay(order.number)
    with django_assert_num_queries(21):
        sync_open(max(order.opened_at for order in orders) + minutes(1))
    assert {state(order) for order in orders} == {OrderState.PAID}


def test_payable_again_is_announced_once() -> None:
    charges = make_charges(make_payer(), (100, 100))
    give_back(make_order(charges), now=NOW + minutes(20))
    Message.objects.all().delete()
    assert announce_payable_again(NOW + minutes(49.999), ALL) == 0
    assert announce_payable_again(NOW + minutes(50), ALL) == 2
    assert announce_payable_again(NOW + minutes(51), ALL) == 0
    note = Message.objects.get()
    assert (note.title, note.body) == (
        "现在可以重新缴费：2 门",
        "、".join(charge.title for charge in charges),
    )


def test_course_paid_meanwhile_is_not_announced() -> None:
    order = make_order(make_charges(make_payer(), (100,)))
    give_back(order, now=NOW + minutes(20))
    settle([make_arrival(order)], NOW + minutes(30))
    Message.objects.all().delete()
    assert announce_payable_again(NOW + minutes(50), ALL) == 0
    assert Message.objects.count() == 0


def test_every_job_runs_on_an_empty_college(cashier: CashierProcess) -> None:
    jobs = (
        tasks.release_due_lines,
        tasks.announce_payable_again,
        tasks.sync_open_orders,
        tasks.watch_closed_orders,
    )
    assert [job() for job in jobs] == [0, 0, 0, 0]
    assert (OrderLine.objects.count(), GatewayMessage.objects.count()) == (0, 0)
