"""Working through orders that have to be asked about, by lease: any number of workers may run.

``Order.next_check_at`` is the lease. A short transaction moves it forward, the questions are asked
outside, and the next time is written afterwards unless somebody wanted the order sooner.
"""

from collections.abc import Generator, Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from payments import waits
from payments.models import Order, OrderLine
from payments.services import inquiry, locks
from payments.services.check import digest
from payments.services.inquiry import Ask, Inquiry
from payments.services.schedule import next_check
from payments.states import LineState


def sweep(rows: QuerySet[Order], ask: Ask, now: datetime) -> int:
    """Ask about every order of ``rows`` whose time has come; returns how many were asked.

    While the answers about one handful are written down, the next one is being asked about.
    Stops when a whole handful meets silence: the gateway is down, and the rest can wait.
    """
    done, leases = 0, _leases(rows, now)
    with inquiry.asking(ask) as begin:
        begun = map(begin, leases)
        coming = next(begun, None)
        while coming is not None:
            following = next(begun, None)
            inquiries = list(coming)
            digest(inquiries, now)
            _schedule(inquiries, now)
            done += len(inquiries)
            if not any(asked.heard for asked in inquiries):
                leases.close()
            coming = following
    return done


def _leases(rows: QuerySet[Order], now: datetime) -> Generator[list[Order], None, None]:
    """Handfuls of orders, leased one after the other as they are wanted."""
    leased = 0
    while leased < settings.JOB_BATCH and (orders := _lease(rows, now)):
        leased += len(orders)
        yield orders


def _lease_end(now: datetime) -> datetime:
    pause: datetime = now + settings.ORDER_CHECK_BACKOFF[0]
    return pause


@transaction.atomic(durable=True)
def _lease(rows: QuerySet[Order], now: datetime) -> list[Order]:
    due = rows.filter(next_check_at__lte=now).order_by("next_check_at", "pk")
    free = due.select_for_update(no_key=True, skip_locked=True, of=("self",))
    orders = list(free[: 4 * settings.GATEWAY_CONCURRENCY])
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(
        next_check_at=_lease_end(now)
    )
    return orders


@transaction.atomic(durable=True)
def _schedule(inquiries: Sequence[Inquiry], now: datetime) -> None:
    """An answer that changed nothing is asked for again later each time, silence soon."""
    before = {asked.order.pk: asked.order.state for asked in inquiries if asked.heard}
    leased = Q(pk__in=before, next_check_at=_lease_end(now))
    orders = [order for pk, order in locks.orders(leased).items() if order.state == before[pk]]
    held = set(
        OrderLine.objects.filter(order__in=orders, state=LineState.HELD)
        .values_list("order_id", flat=True)
        .distinct()
    )
    for order in orders:
        order.next_check_at = next_check(order, now, waits.in_force(), held=order.pk in held)
    _write(orders)


def _write(orders: Sequence[Order]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payments_order o SET check_count = o.check_count + 1, next_check_at = v.at"
            " FROM unnest(%s::bigint[], %s::timestamptz[]) AS v(id, at) WHERE o.id = v.id",
            [[order.pk for order in orders], [order.next_check_at for order in orders]],
        )
