"""Two at once, with the guard and, as a control, without it.

Each control takes away what the test before it relies on and shows the damage; so a test that
passes is known to have met the race.
"""

import threading
from collections.abc import Callable

import pytest
from django.db import transaction

from payments import selectors
from payments.audit import audit
from payments.book import Outcome, OutcomeKind
from payments.models import Charge, Order, OrderLine, Receipt
from payments.services import locks, release, settle
from payments.services.charges import void_charge
from payments.services.check import mark_closed
from payments.services.release import release_due, release_line
from payments.states import ChargeState, LineState
from payments.tests.factories import (
    NOW,
    PURPOSE,
    make_arrival,
    make_charge,
    make_order,
    make_payer,
    minutes,
)
from payments.tests.races import (
    SURELY,
    meet_after,
    race,
    without_constraint,
    without_index,
    without_locks,
    without_triggers,
)
from portal.lib.errors import DomainError

pytestmark = pytest.mark.usefixtures("throwaway_database")
DUE = NOW + minutes(20)
Party = Callable[[], object]


def broken_rules() -> list[str]:
    report = audit()
    broken = [finding.rule for finding in report.findings if finding.rows]
    return broken if report.totals.missing == 0 else [*broken, "missing"]


def kinds(results: list[object]) -> list[str]:
    """``ok`` or the code or class of the refusal, sorted."""
    return sorted(
        result.code
        if isinstance(result, DomainError)
        else type(result).__name__
        if isinstance(result, Exception)
        else "ok"
        for result in results
    )


def two_tabs() -> list[Party]:
    """The same course alone in one tab, with another course in the second."""
    payer = make_payer()
    same, other = make_charge(payer), make_charge(payer)
    return [lambda: make_order([same]), lambda: make_order([same, other])]


def test_two_tabs_pay_the_same_course(monkeypatch: pytest.MonkeyPatch) -> None:
    tabs = two_tabs()
    meet_after(monkeypatch, (locks, "charges"))
    assert kinds(race(*tabs)) == ["charge.held", "ok"]
    assert (Order.objects.count(), broken_rules()) == (1, [])


def test_control_two_tabs_without_locks_meet_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    tabs = two_tabs()
    without_locks(monkeypatch)
    meet_after(monkeypatch, (selectors, "line_histories"), within=SURELY)
    assert kinds(race(*tabs)) == ["IntegrityError", "ok"]
    assert broken_rules() == []


def test_control_two_tabs_without_locks_and_index(monkeypatch: pytest.MonkeyPatch) -> None:
    tabs = two_tabs()
    without_locks(monkeypatch)
    without_index("line_one_hold_per_charge")
    meet_after(monkeypatch, (selectors, "line_histories"), within=SURELY)
    assert kinds(race(*tabs)) == ["ok", "ok"]
    assert broken_rules() == ["no charge is held or paid twice"]


def release_and_callback() -> tuple[Party, Party]:
    """A due line of a closed order, and its money arriving at the same moment."""
    order = make_order([make_charge(make_payer())])
    mark_closed([order.number], DUE)
    line, arrival = order.lines.get(), make_arrival(order)
    return (
        lambda: release_line(line_id=line.pk, payer_id=order.payer_id, now=DUE),
        lambda: settle.settle([arrival], DUE),
    )


def test_release_against_callback(monkeypatch: pytest.MonkeyPatch) -> None:
    parties = release_and_callback()
    meet_after(monkeypatch, (locks, "charges"))
    outcomes = kinds(race(*parties))
    assert outcomes in (["ok", "ok"], ["ok", "order.paid"])
    assert (OrderLine.objects.get().state, broken_rules()) == (LineState.PAID, [])


def test_control_release_against_callback_without_guards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both saw the line held; the later release takes the hold of money that is in."""
    parties = slow_release(monkeypatch, *release_and_callback())
    without_locks(monkeypatch)
    without_triggers("payments_orderline")
    meet_after(monkeypatch, (locks, "line"), (settle, "_receipts"), within=SURELY)
    assert kinds(race(*parties)) == ["ok", "ok"]
    assert OrderLine.objects.get().state == LineState.RELEASED
    assert broken_rules() == [
        "each paid line has its allocation, each refunded one its reversal",
        "the database guards every table of money",
    ]


def test_control_release_against_callback_without_locks_meets_the_trigger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parties = slow_release(monkeypatch, *release_and_callback())
    without_locks(monkeypatch)
    meet_after(monkeypatch, (locks, "line"), (settle, "_receipts"), within=SURELY)
    assert kinds(race(*parties)) == ["InternalError", "ok"]
    assert (OrderLine.objects.get().state, broken_rules()) == (LineState.PAID, [])


def slow_release(
    monkeypatch: pytest.MonkeyPatch, giving_back: Party, telling: Party
) -> tuple[Party, Party]:
    """Let the release write after the callback: it hesitates after its last look."""
    is_told, look = threading.Event(), release._is_closed

    def told() -> object:
        try:
            return telling()
        finally:
            is_told.set()

    def looked(order: Order) -> bool:
        seen = look(order)
        is_told.wait(SURELY)
        return seen

    monkeypatch.setattr(release, "_is_closed", looked)
    return giving_back, told


def test_two_workers_release_the_same_line(monkeypatch: pytest.MonkeyPatch) -> None:
    mark_closed([make_order([make_charge(make_payer())]).number], DUE)
    meet_after(monkeypatch, (locks, "charge_if_free"))
    workers = [lambda: release_due(DUE, 10), lambda: release_due(DUE + minutes(1), 10)]
    assert sorted(map(str, race(*workers))) == ["0", "1"]


def test_control_two_workers_without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both release it, and the cool-down of one overwrites the other's."""
    mark_closed([make_order([make_charge(make_payer())]).number], DUE)
    without_locks(monkeypatch)
    meet_after(monkeypatch, (locks, "line"), within=SURELY)
    workers = [lambda: release_due(DUE, 10), lambda: release_due(DUE + minutes(1), 10)]
    assert race(*workers) == [1, 1]


def withdraw(charge: Charge) -> Charge:
    with transaction.atomic():
        return void_charge(purpose=PURPOSE, reference=charge.reference, now=NOW)


def test_withdraw_against_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    charge = make_charge(make_payer())
    meet_after(monkeypatch, (locks, "charges"))
    results = kinds(race(lambda: withdraw(charge), lambda: make_order([charge])))
    assert results in (["charge.held", "ok"], ["charge.void", "ok"])
    assert broken_rules() == []


def test_control_withdraw_against_pay_without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    charge = make_charge(make_payer())
    without_locks(monkeypatch)
    meet_after(monkeypatch, (selectors, "line_histories"), within=SURELY)
    assert kinds(race(lambda: withdraw(charge), lambda: make_order([charge]))) == ["ok", "ok"]
    charge.refresh_from_db()
    assert charge.state == ChargeState.VOID
    assert broken_rules() == ["no waived or void charge is held or paid"]


def outcome_kinds(results: list[object]) -> list[str]:
    return sorted(
        outcome.kind
        for result in results
        if isinstance(result, list)
        for outcome in result
        if isinstance(outcome, Outcome)
    )


def test_two_first_sights_of_money_for_an_unknown_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no charge to lock: the unique key refuses one, and its second look finds it."""
    arrival = make_arrival("ZZJF20250423142300000000", 40000)
    meet_after(monkeypatch, (settle, "_receipts"), within=SURELY)
    results = race(lambda: settle.settle([arrival], NOW), lambda: settle.settle([arrival], NOW))
    assert outcome_kinds(results) == [OutcomeKind.REPEAT, OutcomeKind.SURPLUS]
    assert (Receipt.objects.count(), broken_rules()) == (1, [])


def test_control_two_first_sights_without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    arrival = make_arrival("ZZJF20250423142300000000", 40000)
    without_constraint("payments_receipt", "receipt_once_per_trade")
    meet_after(monkeypatch, (settle, "_receipts"), within=SURELY)
    race(lambda: settle.settle([arrival], NOW), lambda: settle.settle([arrival], NOW))
    assert Receipt.objects.count() == 2
