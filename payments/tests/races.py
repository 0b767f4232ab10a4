"""Two transactions brought to meet where it hurts: right after each has looked.

Both parties wait for each other after looking. With the guard in place the second one is still
waiting for a lock, so the first gives up waiting and goes on; without it both have seen the same
state. The same schedule with and without the guard shows what the guard is for.
"""

import contextlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q, QuerySet

from payments.models import Charge, Order, OrderLine
from payments.services import locks

BEHIND_A_LOCK = 0.4  # seconds the first party waits for one that cannot come
SURELY = 60  # seconds for one that does come, however slow the machine is


def race(*parties: Callable[[], object]) -> list[object]:
    """Run all at once; the result of each, or the exception it ended with."""
    start = threading.Barrier(len(parties))
    with ThreadPoolExecutor(max_workers=len(parties)) as pool:
        running = [pool.submit(_alone, party, start) for party in parties]
        return [future.result() for future in running]


def meet_after(
    monkeypatch: pytest.MonkeyPatch, *places: tuple[object, str], within: float = BEHIND_A_LOCK
) -> None:
    """Make both parties wait for each other once, each after the first of ``places`` it calls.

    ``within`` is SURELY where nothing keeps the second one from coming.
    """
    meeting = Meeting(within)
    for module, name in places:
        monkeypatch.setattr(module, name, meeting.after(getattr(module, name)))


class Meeting:
    """One appointment of two parties; who waits in vain goes on alone."""

    def __init__(self, within: float) -> None:
        self.barrier = threading.Barrier(2)
        self.within = within
        self.is_over = False

    def after(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """``call``, and then the meeting."""

        def and_wait(*arguments: Any) -> Any:
            seen = call(*arguments)
            if not self.is_over:
                with contextlib.suppress(threading.BrokenBarrierError):
                    self.barrier.wait(self.within)
                self.is_over = True
            return seen

        return and_wait


def until_somebody_waits() -> None:
    """Until another session waits for a lock that this one holds."""
    waiting = (
        "SELECT count(*) FROM pg_locks"
        " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    )
    over = time.monotonic() + SURELY
    with connection.cursor() as cursor:
        while time.monotonic() < over:
            cursor.execute(waiting)
            if cursor.fetchone() != (0,):
                return
            time.sleep(0.01)
    raise AssertionError("Nobody waits.")


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every lock away: the services look without holding anything."""

    def charges(rows: QuerySet[Charge]) -> dict[int, Charge]:
        return {charge.pk: charge for charge in rows.order_by("pk")}

    def charges_of_payer(charge_ids: list[int], payer_id: int) -> dict[int, Charge]:
        return charges(Charge.objects.filter(pk__in=charge_ids, payer_id=payer_id))

    def charges_of_references(purpose: str, references: list[str]) -> dict[int, Charge]:
        return charges(Charge.objects.filter(purpose=purpose, reference__in=references))

    def charges_of_orders(numbers: set[str]) -> dict[int, Charge]:
        return charges(Charge.objects.filter(lines__order__number__in=numbers).distinct())

    def lines_and_orders(charge_ids: list[int]) -> list[OrderLine]:
        rows = OrderLine.objects.filter(charge_id__in=charge_ids)
        return list(rows.select_related("order").order_by("pk"))

    def charge_if_free(charge_id: int) -> Charge | None:
        return Charge.objects.filter(pk=charge_id).first()

    def orders(condition: Q) -> dict[int, Order]:
        return {order.pk: order for order in Order.objects.filter(condition).order_by("pk")}

    def line(line_id: int) -> OrderLine:
        return OrderLine.objects.select_related("order", "charge").get(pk=line_id)

    replacements = (
        charges,
        charges_of_payer,
        charges_of_references,
        charges_of_orders,
        charge_if_free,
        orders,
        lines_and_orders,
        line,
    )
    for replacement in replacements:
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


def _alone(party: Callable[[], object], start: threading.Barrier) -> object:
    try:
        connection.ensure_connection()
        start.wait(SURELY)
        return party()
    except Exception as error:  # noqa: BLE001 -- the test says which one it expects
        return error
    finally:
        connection.close()
