"""Every row lock of the services: where it stands, and the test that takes it away.

The jobs' leases and the clerks' cases are tried here, the charge and its order in ``test_races``
and ``test_case_races``.
"""

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.db.models import QuerySet
from pytest_django import Settings

from payments import selectors, services
from payments.gateways.base import PaymentAnswer, PaymentState
from payments.gateways.registry import gateway
from payments.models import Closure, ManualEntry, OrderLine, StrayRefund
from payments.services import announce, closing, manual, sweep, sync
from payments.services.orders import claim_paid
from payments.tests import harm
from payments.tests.channels import FileOnly
from payments.tests.desk import make_clerk
from payments.tests.factories import NOW, give_back, make_charge, make_order, make_payer, minutes
from payments.tests.guards import guards
from payments.tests.races import SURELY, meet_after, race
from payments.tests.test_races import kinds
from portal.inbox.models import Message
from portal.lib.errors import DomainError

pytestmark = pytest.mark.usefixtures("throwaway_database")
LOCKS = {
    "locks._locking": "test_races.test_control_two_tabs_without_locks_and_index",
    "locks.charge_if_free": "test_races.test_control_two_workers_without_locks",
    "locks.orders": "test_races.test_control_release_against_callback_without_guards",
    "locks._lines": "test_races.test_control_release_against_callback_without_guards",
    "locks.line": "test_races.test_control_release_against_callback_without_guards",
    "steps.lock_surplus": "test_case_races.test_control_two_filings_without_anything",
    "steps.lock": "test_case_races.test_control_two_payments_back_without_anything",
    "refunds._lease": "test_case_races.test_control_two_pushes_without_the_lease_still_send_once",
    "announce.announce_payable_again": "test_lock_controls.test_control_two_announcers",
    "sweep._lease": "test_lock_controls.test_control_two_workers_ask",
    "closing._open_conflict": "test_lock_controls.test_control_two_clerks_close",
    "closing.close_claim": "test_lock_controls.test_control_two_clerks_close",
    "closing.close_stray": "test_lock_controls.test_control_two_clerks_close_a_stray_refund",
    "manual.file_for_order": "test_lock_controls.test_control_two_clerks_enter_the_same_payment",
    "manual.file_for_charge": "test_lock_controls.test_control_two_clerks_enter_the_same_payment",
    "manual._lock": "test_lock_controls.test_control_released_and_cancelled",
}
FUNCTION = re.compile(r"^(?:async )?def (\w+)", re.MULTILINE)
Parties = tuple[Callable[[], object], Callable[[], object]]


def locking() -> set[str]:
    """``module.function`` of every row lock in the services."""
    found = set()
    for path in Path(services.__file__).parent.glob("*.py"):
        starts = FUNCTION.split(path.read_text())
        named = zip(starts[1::2], starts[2::2], strict=True)
        found |= {f"{path.stem}.{name}" for name, body in named if "select_for_update(" in body}
    return found


def test_every_lock_has_its_control() -> None:
    assert sorted(LOCKS) == sorted(locking())
    for control in LOCKS.values():
        module, name = control.split(".")
        assert callable(getattr(import_module(f"payments.tests.{module}"), name))


def without_row_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for anybody: every ``select_for_update`` only reads."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows.all())


class Counting(FileOnly):
    """Says of every order that it is unpaid, and remembers who was asked about."""

    can_query = True
    asked: list[str] = []

    def query(self, number: str) -> PaymentAnswer:
        self.asked.append(number)
        return PaymentAnswer(number, PaymentState.UNPAID, "{}")


@pytest.fixture
def asked(settings: Settings) -> Iterator[list[str]]:
    settings.GATEWAYS = {"finance": f"{__name__}.Counting"}
    gateway.cache_clear()
    Counting.asked.clear()
    yield Counting.asked
    gateway.cache_clear()


def two_workers() -> Parties:
    """Both come for the same open order whose time has come."""
    make_order([make_charge(make_payer())])
    return (lambda: sync.sync_open(NOW + minutes(2)),) * 2


def test_two_workers_ask(monkeypatch: pytest.MonkeyPatch, asked: list[str]) -> None:
    parties = two_workers()
    meet_after(monkeypatch, (sweep, "_lease_end"))
    assert sorted(map(str, race(*parties))) == ["0", "1"]
    assert len(asked) == 1


def test_control_two_workers_ask(monkeypatch: pytest.MonkeyPatch, asked: list[str]) -> None:
    """Without the lock the gateway is asked twice about everything."""
    parties = two_workers()
    without_row_locks(monkeypatch)
    meet_after(monkeypatch, (sweep, "_lease_end"), within=SURELY)
    assert race(*parties) == [1, 1]
    assert len(asked) == 2


def two_announcers() -> Parties:
    """A cool-down is over, and two workers want to say so."""
    give_back(make_order([make_charge(make_payer())]), now=NOW + minutes(20))
    Message.objects.all().delete()
    return (lambda: announce.announce_payable_again(NOW + minutes(60), 10),) * 2


def test_two_announcers(monkeypatch: pytest.MonkeyPatch) -> None:
    parties = two_announcers()
    meet_after(monkeypatch, (selectors, "positions_of"))
    assert sorted(map(str, race(*parties))) == ["0", "1"]
    assert OrderLine.objects.get().announced_at == NOW + minutes(60)


def test_control_two_announcers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both say it; only the key of the message keeps the payer from hearing it twice."""
    parties = two_announcers()
    without_row_locks(monkeypatch)
    meet_after(monkeypatch, (selectors, "positions_of"), within=SURELY)
    assert race(*parties) == [1, 1]
    assert Message.objects.count() == 1


def conflict_closed_twice() -> Parties:
    pk = harm.conflict().pk
    clerks = make_clerk("甲"), make_clerk("乙")
    return tuple(  # type: ignore[return-value]
        lambda clerk=clerk: closing.close_conflict(
            clerk=clerk, conflict_id=pk, note=clerk.name, now=NOW
        )
        for clerk in clerks
    )


def claim_closed_twice() -> Parties:
    order = harm.order()
    claim_paid(payer_id=order.payer_id, number=order.number, now=NOW)
    later = NOW + minutes(60 * 24 * 3)
    clerks = make_clerk("甲"), make_clerk("乙")
    return tuple(  # type: ignore[return-value]
        lambda clerk=clerk: closing.close_claim(
            clerk=clerk, number=order.number, note=clerk.name, now=later
        )
        for clerk in clerks
    )


CLOSED_TWICE = [(conflict_closed_twice, "Closure.conflict"), (claim_closed_twice, "Closure.order")]


@pytest.mark.parametrize(("two", "guard"), CLOSED_TWICE)
def test_two_clerks_close(
    monkeypatch: pytest.MonkeyPatch, two: Callable[[], Parties], guard: str
) -> None:
    parties = two()
    meet_after(monkeypatch, (closing, "_refuse_closed"))
    assert kinds(race(*parties)) == ["closure.done", "ok"]
    assert (Closure.objects.count(), guard in guards()) == (1, True)


@pytest.mark.parametrize(("two", "guard"), CLOSED_TWICE)
def test_control_two_clerks_close(
    monkeypatch: pytest.MonkeyPatch, two: Callable[[], Parties], guard: str
) -> None:
    """Two findings about one case, which may contradict each other."""
    parties = two()
    without_row_locks(monkeypatch)
    guards()[guard].remove()
    meet_after(monkeypatch, (closing, "_refuse_closed"), within=SURELY)
    assert kinds(race(*parties)) == ["ok", "ok"]
    assert Closure.objects.count() == 2


def stray_closed_twice() -> Parties:
    pk = harm.stray().pk
    clerks = make_clerk("甲"), make_clerk("乙")
    return tuple(  # type: ignore[return-value]
        lambda clerk=clerk: closing.close_stray(clerk=clerk, stray_id=pk, note=clerk.name, now=NOW)
        for clerk in clerks
    )


def test_two_clerks_close_a_stray_refund(monkeypatch: pytest.MonkeyPatch) -> None:
    parties = stray_closed_twice()
    meet_after(monkeypatch, (closing, "_words"))
    assert kinds(race(*parties)) == ["closure.done", "ok"]


def test_control_two_clerks_close_a_stray_refund(monkeypatch: pytest.MonkeyPatch) -> None:
    """The later finding overwrites the earlier one, and both clerks were told that it is done."""
    parties = stray_closed_twice()
    without_row_locks(monkeypatch)
    guards()["StrayRefund.stray_closed_once"].remove()
    meet_after(monkeypatch, (closing, "_words"), within=SURELY)
    assert kinds(race(*parties)) == ["ok", "ok"]
    assert StrayRefund.objects.get().note in {"甲", "乙"}


def order_entered_twice() -> Parties:
    number = harm.order().number

    def enter() -> ManualEntry:
        return manual.file_for_order(clerk=make_clerk(), number=number, seen=harm.SEEN, now=NOW)

    return enter, enter


def charge_entered_twice() -> Parties:
    pk = harm.charge().pk

    def enter() -> ManualEntry:
        return manual.file_for_charge(clerk=make_clerk(), charge_id=pk, seen=harm.SEEN, now=NOW)

    return enter, enter


ENTERED_TWICE = [
    (order_entered_twice, "ManualEntry.entry_one_waiting_per_order"),
    (charge_entered_twice, "ManualEntry.entry_one_waiting_per_charge"),
]


@pytest.mark.parametrize(("two", "guard"), ENTERED_TWICE)
def test_two_clerks_enter_the_same_payment(
    monkeypatch: pytest.MonkeyPatch, two: Callable[[], Parties], guard: str
) -> None:
    parties = two()
    meet_after(monkeypatch, (manual, "_refuse_waiting"))
    assert kinds(race(*parties)) == ["entry.waiting", "ok"]
    assert (ManualEntry.objects.count(), guard in guards()) == (1, True)


@pytest.mark.parametrize(("two", "guard"), ENTERED_TWICE)
def test_control_two_clerks_enter_the_same_payment(
    monkeypatch: pytest.MonkeyPatch, two: Callable[[], Parties], guard: str
) -> None:
    """The same paper waits twice to be released."""
    parties = two()
    without_row_locks(monkeypatch)
    guards()[guard].remove()
    meet_after(monkeypatch, (manual, "_refuse_waiting"), within=SURELY)
    assert kinds(race(*parties)) == ["ok", "ok"]
    assert ManualEntry.objects.count() == 2


def released_and_cancelled() -> Parties:
    pk, clerk = harm.entry().pk, make_clerk()
    return (
        lambda: manual.release(clerk=clerk, entry_id=pk, now=NOW),
        lambda: manual.cancel(clerk=clerk, entry_id=pk, now=NOW),
    )


def test_released_and_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    parties = released_and_cancelled()
    meet_after(monkeypatch, (manual, "_lock"))
    results = race(*parties)
    assert kinds(results) == ["entry.done", "ok"]
    [refusal] = [one for one in results if isinstance(one, DomainError)]
    assert refusal.message.startswith("钱会计已在 ")


def test_control_released_and_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Money is received by an entry that reads as taken back, or the other way round."""
    parties = released_and_cancelled()
    without_row_locks(monkeypatch)
    guards()["ManualEntry.state_moves"].remove()
    meet_after(monkeypatch, (manual, "_lock"), within=SURELY)
    assert kinds(race(*parties)) == ["ok", "ok"]
    row = ManualEntry.objects.get()
    assert row.released_by is not None
    assert row.cancelled_by is not None
