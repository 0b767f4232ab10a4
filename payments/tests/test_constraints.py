"""What PostgreSQL itself refuses, one rule after the other; no service is asked."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.db.models import Model, QuerySet

from payments.models import (
    AdoptedNumber,
    Allocation,
    Charge,
    Conflict,
    GatewayMessage,
    Order,
    OrderLine,
    Receipt,
    Reconciled,
    Surplus,
)
from payments.services.charges import void_charge
from payments.services.messages import record
from payments.services.settle import settle
from payments.states import (
    CHARGE_MOVES,
    LINE_MOVES,
    ORDER_MOVES,
    ChargeState,
    LineState,
    MessageKind,
    OrderState,
)
from payments.tests.factories import (
    NOW,
    PURPOSE,
    make_arrival,
    make_charge,
    make_charges,
    make_order,
    make_payer,
    pay,
)
from portal.lib.labels import Labelled

pytestmark = pytest.mark.django_db


def refuses(rows: QuerySet[Model], name: str, **change: object) -> None:
    """The update fails, and for the named rule."""
    with pytest.raises((IntegrityError, InternalError), match=name), transaction.atomic():
        rows.update(**change)


def charge_rows(**fields: object) -> QuerySet[Charge]:
    charge = make_charge(make_payer())
    return Charge.objects.filter(pk=charge.pk)


def order_rows() -> QuerySet[Order]:
    return Order.objects.filter(pk=make_order(make_charges(make_payer())).pk)


def line_rows() -> QuerySet[OrderLine]:
    return OrderLine.objects.filter(order=make_order([make_charge(make_payer())]))


def at(rows: QuerySet[Model], state: str) -> None:
    """Bring one row to ``state`` by lawful moves, with the times its constraints ask for."""
    times: dict[str, dict[str, datetime]] = {
        OrderState.PAID: {"paid_at": NOW},
        OrderState.CLOSED: {"closed_at": NOW},
        LineState.PAID: {"paid_at": NOW},
        LineState.RELEASED: {"released_at": NOW, "payable_again_at": NOW},
    }
    path = [LineState.PAID, state] if state == LineState.REFUNDED else [state]
    for step in path:
        rows.update(state=step, **times.get(step, {}))


def pairs(states: type[Labelled], moves: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    return [(a, b) for a in states for b in states if a != b and (a, b) not in moves]


@pytest.mark.parametrize(("source", "target"), pairs(ChargeState, CHARGE_MOVES))
def test_charge_moves_outside_the_table(source: str, target: str) -> None:
    rows = charge_rows()
    at(rows, source)
    refuses(rows, "Invalid transition", state=target)


@pytest.mark.parametrize(("source", "target"), pairs(OrderState, ORDER_MOVES))
def test_order_moves_outside_the_table(source: str, target: str) -> None:
    rows = order_rows()
    at(rows, source)
    refuses(rows, "Invalid transition", state=target)


@pytest.mark.parametrize(("source", "target"), pairs(LineState, LINE_MOVES))
def test_line_moves_outside_the_table(source: str, target: str) -> None:
    rows = line_rows()
    at(rows, source)
    refuses(rows, "Invalid transition", state=target)


@pytest.mark.parametrize(("source", "target"), CHARGE_MOVES)
def test_charge_moves_of_the_table(source: str, target: str) -> None:
    rows = charge_rows()
    at(rows, source)
    assert rows.update(state=target) == 1


def insert_order(**changes: object) -> Order:
    fields = {
        "number": "ZZJF-1",
        "payer": make_payer(),
        "channel": "finance",
        "amount_fen": 100,
        "opened_at": NOW,
        "expires_at": NOW + timedelta(minutes=20),
    }
    with transaction.atomic():
        return Order.objects.create(**(fields | changes))


@pytest.mark.parametrize("state", [OrderState.PAID, OrderState.CLOSED])
def test_order_is_born_open(state: str) -> None:
    with pytest.raises(InternalError, match="state_starts"):
        insert_order(state=state, paid_at=NOW, closed_at=NOW)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("order_is_positive", {"amount_fen": 0}),
        ("order_expires_after_opening", {"expires_at": NOW}),
    ],
)
def test_order_columns(name: str, changes: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match=name):
        insert_order(**changes)


def test_order_number_is_unique() -> None:
    insert_order()
    with pytest.raises(IntegrityError, match="number"):
        insert_order()


@pytest.mark.parametrize("state", [LineState.PAID, LineState.RELEASED, LineState.REFUNDED])
def test_line_is_born_held(state: str) -> None:
    order, charge = insert_order(), make_charge(make_payer())
    with pytest.raises(InternalError, match="state_starts"):
        OrderLine.objects.create(
            order=order, charge=charge, position=1, amount_fen=1, state=state, paid_at=NOW,
            released_at=NOW, payable_again_at=NOW,
        )  # fmt: skip


def test_charge_is_born_owed_or_waived() -> None:
    with pytest.raises(InternalError, match="state_starts"):
        Charge.objects.create(
            payer=make_payer(), purpose=PURPOSE, reference="v", group="g", title="t",
            amount_fen=1, state=ChargeState.VOID, created_at=NOW,
        )  # fmt: skip


def test_owed_amount_is_positive() -> None:
    refuses(charge_rows(), "charge_owed_is_positive", amount_fen=0)


def test_one_charge_per_reference() -> None:
    first, second = make_charge(make_payer()), make_charge(make_payer())
    refuses(Charge.objects.filter(pk=second.pk), "charge_one_per_ref", reference=first.reference)


def test_one_hold_per_charge() -> None:
    charge = make_charge(make_payer())
    make_order([charge])
    with pytest.raises(IntegrityError, match="line_one_hold_per_charge"):
        OrderLine.objects.create(order=insert_order(), charge=charge, position=1, amount_fen=1)


@pytest.mark.parametrize("position", [0, 4])
def test_at_most_three_lines(position: int) -> None:
    charge = make_charge(make_payer())
    with pytest.raises(IntegrityError, match="line_at_most_three"):
        OrderLine.objects.create(
            order=insert_order(), charge=charge, position=position, amount_fen=1
        )


def test_positions_are_unique() -> None:
    order = make_order([make_charge(make_payer())])
    with pytest.raises(IntegrityError, match="line_one_per_position"):
        OrderLine.objects.create(
            order=order, charge=make_charge(make_payer()), position=1, amount_fen=1
        )


@pytest.mark.parametrize(
    ("rows", "name", "change"),
    [
        (line_rows, "line_released_has_times", {"state": LineState.RELEASED}),
        (line_rows, "line_paid_has_time", {"state": LineState.PAID}),
        (order_rows, "order_paid_has_time", {"state": OrderState.PAID}),
        (order_rows, "order_closed_has_time", {"state": OrderState.CLOSED}),
    ],
)
def test_states_need_their_times(rows: object, name: str, change: dict[str, object]) -> None:
    refuses(rows(), name, **change)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("rows", "change"),
    [
        (order_rows, {"amount_fen": 1}),
        (order_rows, {"number": "X"}),
        (order_rows, {"channel": "wechat"}),
        (order_rows, {"opened_at": NOW - timedelta(hours=1)}),
        (line_rows, {"amount_fen": 1}),
        (line_rows, {"position": 3}),
    ],
)
def test_what_an_order_says_is_fixed(rows: object, change: dict[str, object]) -> None:
    refuses(rows(), "ReadOnly|Cannot update", **change)  # type: ignore[operator]


@pytest.mark.parametrize("paid", [False, True], ids=["held", "paid"])
def test_amount_is_fixed_by_a_hold(paid: bool) -> None:
    charge = make_charge(make_payer())
    order = make_order([charge])
    if paid:
        pay(order)
    refuses(Charge.objects.filter(pk=charge.pk), "its amount is fixed", amount_fen=1)


@pytest.mark.parametrize("rows", [order_rows, line_rows])
def test_orders_and_lines_stay(rows: object) -> None:
    with pytest.raises(InternalError, match="Cannot delete"):
        rows()._raw_delete("default")  # type: ignore[operator]


def facts() -> list[Model]:
    """One row of every append-only table."""
    charge = make_charge(make_payer())
    order = make_order([charge])
    told = [make_arrival(order, trade=""), make_arrival(order, trade="T-1")]
    settle([*told, make_arrival(order, 1, trade="T-1")], NOW)
    void_charge(purpose=PURPOSE, reference=charge.reference, now=NOW)
    record("finance", MessageKind.QUERY, order.number, "{}", NOW)
    Reconciled.objects.create(receipt=Receipt.objects.earliest("pk"), day=NOW.date(), sealed_at=NOW)
    models = (
        GatewayMessage, Receipt, AdoptedNumber, Allocation, Surplus, Conflict, Reconciled,
    )  # fmt: skip
    return [model._default_manager.earliest("pk") for model in models]


def test_facts_are_append_only() -> None:
    for fact in facts():
        rows = type(fact)._default_manager.filter(pk=fact.pk)
        with (
            pytest.raises(InternalError, match=r"Cannot (update or )?delete rows"),
            transaction.atomic(),
        ):
            rows._raw_delete("default")
        refuses(rows, r"Cannot update( or delete)? rows", id=fact.pk)


def test_one_receipt_per_trade() -> None:
    order = make_order([make_charge(make_payer())])
    pay(order)
    copy = Receipt.objects.get()
    copy.pk = None
    with pytest.raises(IntegrityError, match="receipt_once_per_trade"):
        copy.save(force_insert=True)


def test_one_allocation_per_line() -> None:
    pay(make_order([make_charge(make_payer())]))
    copy = Allocation.objects.get()
    copy.pk = None
    with pytest.raises(IntegrityError, match="allocation_once_per_line"):
        copy.save(force_insert=True)
