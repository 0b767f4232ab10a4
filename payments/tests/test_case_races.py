"""Two clerks, or a clerk and the bank, at once: with the guard, and as a control without it."""

from collections.abc import Callable
from random import Random

import pytest
from pytest_django import Settings

from payments.audit import audit
from payments.gateways.registry import gateway
from payments.models import ManualEntry, Receipt, Resolution, Surplus
from payments.services import cases, locks, manual, refunds, settle, steps
from payments.states import ReceiptKind, ResolutionMethod
from payments.tests.bank import CHANNELS, Bank, Vault
from payments.tests.desk import filed, make_clerk, released, withdrawn
from payments.tests.factories import NOW, make_arrival, make_charge, make_order, make_payer, minutes
from payments.tests.races import (
    SURELY,
    meet_after,
    race,
    without_constraint,
    without_index,
    without_locks,
)
from payments.tests.test_races import broken_rules, kinds

pytestmark = pytest.mark.usefixtures("throwaway_database")
MANUAL = ResolutionMethod.MANUAL
LATER = NOW + minutes(5)


def without_case_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clerks look without holding anything."""

    def lock_surplus(surplus_id: int) -> Surplus:
        return Surplus.objects.select_related("receipt__order", "charge").get(pk=surplus_id)

    def lock(resolution_id: int) -> Resolution:
        rows = Resolution.objects.select_related("surplus__receipt__order", "target")
        return rows.get(pk=resolution_id)

    monkeypatch.setattr(steps, "lock_surplus", lock_surplus)
    monkeypatch.setattr(steps, "lock", lock)


def two_filings() -> list[Callable[[], object]]:
    """Two clerks send the same surplus off, in two ways."""
    [surplus] = withdrawn()
    clerk = make_clerk()
    return [lambda: filed(surplus, clerk=clerk), lambda: filed(surplus, MANUAL, clerk=clerk)]


def test_two_clerks_file_the_same_surplus(monkeypatch: pytest.MonkeyPatch) -> None:
    parties = two_filings()
    meet_after(monkeypatch, (steps, "lock_surplus"))
    assert kinds(race(*parties)) == ["case.decided", "ok"]
    assert (Resolution.objects.count(), broken_rules()) == (1, [])


def test_control_two_filings_without_locks_meet_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    parties = two_filings()
    without_case_locks(monkeypatch)
    meet_after(monkeypatch, (cases, "_refuse_decided"), within=SURELY)
    assert kinds(race(*parties)) == ["IntegrityError", "ok"]
    assert Resolution.objects.count() == 1


def test_control_two_filings_without_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same money is decided twice."""
    parties = two_filings()
    without_case_locks(monkeypatch)
    without_index("resolution_one_per_surplus")
    without_index("resolution_number_once")
    meet_after(monkeypatch, (cases, "_refuse_decided"), within=SURELY)
    assert kinds(race(*parties)) == ["ok", "ok"]
    assert Resolution.objects.count() == 2


def two_confirmations() -> list[Callable[[], object]]:
    """Two clerks register the same payment by hand."""
    row = released(withdrawn()[0], MANUAL)

    def confirm(evidence: str) -> object:
        clerk = make_clerk(evidence)
        return cases.confirm_by_hand(
            clerk=clerk, resolution_id=row.pk, evidence=evidence, now=LATER
        )

    return [lambda: confirm("回单 1"), lambda: confirm("回单 2")]


def refund_receipts() -> int:
    return Receipt.objects.filter(kind=ReceiptKind.REFUND).count()


def test_two_clerks_pay_back_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    parties = two_confirmations()
    meet_after(monkeypatch, (steps, "lock"))
    assert kinds(race(*parties)) == ["case.done", "ok"]
    assert (refund_receipts(), broken_rules()) == (1, [])


def test_control_two_payments_back_without_locks_meet_the_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parties = two_confirmations()
    without_case_locks(monkeypatch)
    meet_after(monkeypatch, (steps, "lock"), within=SURELY)
    assert kinds(race(*parties)) == ["IntegrityError", "ok"]
    assert (refund_receipts(), broken_rules()) == (1, [])


def test_control_two_payments_back_without_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same money goes out twice, and the equation says so."""
    parties = two_confirmations()
    without_case_locks(monkeypatch)
    without_constraint("payments_receipt", "receipt_once_per_trade")
    meet_after(monkeypatch, (steps, "lock"), within=SURELY)
    assert kinds(race(*parties)) == ["ok", "ok"]
    assert (refund_receipts(), audit().totals.missing) == (2, -40000)


def hand_and_callback() -> list[Callable[[], object]]:
    """The same payment by hand and from the gateway at the same moment."""
    order = make_order([make_charge(make_payer())])
    seen = manual.Claimed(40000, NOW, "回单", "漏报")
    row = manual.file_for_order(clerk=make_clerk(), number=order.number, seen=seen, now=NOW)
    clerk, arrival = make_clerk(), make_arrival(order)
    return [
        lambda: manual.release(clerk=clerk, entry_id=row.pk, now=LATER),
        lambda: settle.settle([arrival], LATER),
    ]


def test_hand_against_callback(monkeypatch: pytest.MonkeyPatch) -> None:
    parties = hand_and_callback()
    meet_after(monkeypatch, (locks, "charges"))
    assert kinds(race(*parties)) == ["ok", "ok"]
    assert (Receipt.objects.count(), broken_rules()) == (1, [])
    assert ManualEntry.objects.get().receipt == Receipt.objects.get()


def test_control_hand_against_callback_without_locks_meets_the_allocation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parties = hand_and_callback()
    without_locks(monkeypatch)
    meet_after(monkeypatch, (settle, "_receipts"), within=SURELY)
    race(*parties)
    assert broken_rules() == []


def test_control_hand_against_callback_without_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """One payment is received twice and given to the same course twice."""
    parties = hand_and_callback()
    without_locks(monkeypatch)
    without_constraint("payments_allocation", "allocation_once_per_line")
    meet_after(monkeypatch, (settle, "_receipts"), within=SURELY)
    results = race(*parties)
    assert [type(one) for one in results if isinstance(one, Exception)] == []
    assert (Receipt.objects.count(), audit().totals.allocated) == (2, 80000)


def move_and_order() -> list[Callable[[], object]]:
    """Finance moves money to a course while its student opens an order for it."""
    [surplus] = withdrawn()
    order = surplus.receipt.order
    assert order is not None
    target = make_charge(order.payer, 40000)
    row = filed(surplus, ResolutionMethod.MOVE, target=target)
    clerk = make_clerk()
    return [
        lambda: cases.release(clerk=clerk, resolution_id=row.pk, now=NOW),
        lambda: make_order([target]),
    ]


def test_move_against_a_new_order(monkeypatch: pytest.MonkeyPatch) -> None:
    parties = move_and_order()
    meet_after(monkeypatch, (locks, "charges"))
    outcome = kinds(race(*parties))
    assert outcome in (["charge.held", "ok"], ["charge.paid", "ok"])
    assert broken_rules() == []


@pytest.fixture
def vault(settings: Settings) -> Vault:
    """A bank in memory that always answers."""
    settings.GATEWAYS = CHANNELS
    gateway.cache_clear()
    Bank.vault = Vault(Random(1))  # noqa: S311 -- replayable, not secret
    Bank.vault.dice.random = lambda: 1.0  # type: ignore[method-assign]
    return Bank.vault


def two_pushes(vault: Vault) -> list[Callable[[], object]]:
    row = released(withdrawn()[0], now=NOW)
    receipt = row.surplus.receipt
    vault.paid[receipt.order_number, receipt.trade_number] = receipt.amount_fen
    return [lambda: refunds.push(LATER), lambda: refunds.push(LATER)]


def test_two_workers_push_the_same_refund(vault: Vault) -> None:
    assert sorted(map(str, race(*two_pushes(vault)))) == ["0", "1"]
    assert len(vault.refunded) == 1


def test_control_two_pushes_without_the_lease_still_send_once(
    monkeypatch: pytest.MonkeyPatch, vault: Vault
) -> None:
    """Both ask; the number that is the same for ever is what the bank goes by."""
    parties = two_pushes(vault)
    row = Resolution.objects.get()
    errand = refunds._errand(row)
    first = iter([[errand], [errand], [], []])
    monkeypatch.setattr(refunds, "_lease", lambda _state, _now: next(first))
    assert race(*parties) == [1, 1]
    assert len(vault.refunded) == 1
