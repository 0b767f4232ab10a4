"""Two transactions brought to meet where it hurts: right after each has looked.

Both parties wait for each other after looking. With the guard in place the second one is still
waiting for a lock, so the first gives up waiting and goes on; without it both have seen the same
state. The same schedule with and without the guard shows what the guard is for.
"""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q, QuerySet

from payments.models import Charge, Order, OrderLine
from payments.services import locks

MEETING = 0.4  # seconds one party waits for the other


def race(*parties: Callable[[], object]) -> list[object]:
    """Run all at once; the result of each, or the exception it ended with."""
    with ThreadPoolExecutor(max_workers=len(parties)) as pool:
        return [future.result() for future in [pool.submit(_alone, party) for party in parties]]


def meet_after(monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> None:
    """Make both parties wait for each other after ``module.name``, whatever it is by now."""
    barrier = threading.Barrier(2)
    original = getattr(module, name)

    def and_wait(*arguments: Any) -> Any:
        seen = original(*arguments)
        try:
            barrier.wait(MEETING)
        except threading.BrokenBarrierError:
            """The other one is behind a lock."""
        return seen

    monkeypatch.setattr(module, name, and_wait)


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every lock away: the services look without holding anything."""

    def charges(rows: QuerySet[Charge]) -> dict[int, Charge]:
        return {charge.pk: charge for charge in rows.order_by("pk")}

    def charge_if_free(charge_id: int) -> Charge | None:
        return Charge.objects.filter(pk=charge_id).first()

    def orders(condition: Q) -> dict[int, Order]:
        return {order.pk: order for order in Order.objects.filter(condition).order_by("pk")}

    def lines(charge_ids: Iterable[int]) -> list[OrderLine]:
        return list(OrderLine.objects.filter(charge_id__in=charge_ids).order_by("pk"))

    def line(line_id: int) -> OrderLine:
        return OrderLine.objects.select_related("order", "charge").get(pk=line_id)

    for replacement in (charges, charge_if_free, orders, lines, line):
        monkeypatch.setattr(locks, replacement.__name__, replacement)


def without_index(name: str) -> None:
    """Drop a unique index (in a throwaway database)."""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP INDEX "{name}"')


def without_constraint(table: str, name: str) -> None:
    """Drop a constraint (in a throwaway database)."""
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')


def without_triggers(table: str) -> None:
    """Let a table change as it likes (in a throwaway database)."""
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')


def _alone(party: Callable[[], object]) -> object:
    try:
        return party()
    except Exception as error:  # noqa: BLE001 -- the test says which one it expects
        return error
    finally:
        connection.close()
