"""The auditor finds what is off, names it, and exits 1; nothing else would notice."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F, QuerySet

from payments.audit import audit
from payments.models import Allocation, Charge, Order, OrderLine, Receipt, Surplus
from payments.services.settle import settle
from payments.tests.desk import filed, withdrawn
from payments.tests.factories import (
    NOW,
    make_arrival,
    make_charge,
    make_charges,
    make_order,
    make_payer,
    pay,
)
from payments.tests.races import without_index, without_triggers

EACH_RECEIPT = "each receipt is allocated or waiting, to the fen"

PRICE_AND_PAYER = "each charge held or paid is held or paid at its price, by its payer"
OWN_RECEIPT = "each line is paid by a receipt of its own order"
OWN_ORDER = "each receipt belongs to the order of its number at its channel"
GUARDED = "the database guards every table of money"


def off() -> dict[str, tuple[str, ...]]:
    return {found.rule: found.rows for found in audit().findings if found.rows}


@pytest.mark.django_db
def test_ordinary_day_is_clean() -> None:
    order = make_order(make_charges(make_payer()))
    settle([make_arrival(order), make_arrival(order), make_arrival("ZZJF0", 700)], NOW)
    report = audit()
    assert (report.clean, off()) == (True, {})
    assert vars(report.totals) == {
        "received": 220700,
        "allocated": 110000,
        "surplus": 110700,
        "refunded": 0,
    }


@pytest.mark.django_db
def test_receipt_that_went_nowhere_is_named() -> None:
    receipt = Receipt.objects.create(
        channel="finance", kind="payment", trade_number="T", order_number="X", amount_fen=5,
        paid_at=NOW, recorded_at=NOW,
    )  # fmt: skip
    assert off() == {EACH_RECEIPT: (str(receipt.pk),)}
    assert audit().totals.missing == 5


@pytest.mark.django_db
def test_fen_given_out_twice_is_named() -> None:
    pay(make_order([make_charge(make_payer())]))
    receipt = Receipt.objects.get()
    Surplus.objects.create(receipt=receipt, reason="void", amount_fen=1, opened_at=NOW)
    assert off() == {EACH_RECEIPT: (str(receipt.pk),)}


@pytest.mark.usefixtures("throwaway_database")
def test_states_that_money_does_not_cover_are_named() -> None:
    order = make_order([make_charge(make_payer())])
    line = order.lines.get()
    Order.objects.filter(pk=order.pk).update(state="paid", paid_at=NOW)
    assert off() == {
        "an order is paid exactly when its amount was received": (order.number,),
        "no paid order still holds a charge": (order.number,),
    }
    OrderLine.objects.filter(pk=line.pk).update(state="paid", paid_at=NOW)
    assert off()["each paid line has its allocation, each refunded one its reversal"] == (
        str(line.pk),
    )


@pytest.mark.usefixtures("throwaway_database")
def test_reversal_without_its_surplus_is_named() -> None:
    pay(make_order([make_charge(make_payer())]))
    posting = Allocation.objects.get()
    OrderLine.objects.update(state="refunded")
    posting.pk, posting.kind = None, "reverse"
    posting.save(force_insert=True)
    assert off()["each reversal became a surplus of the same receipt and charge"] == (
        str(posting.pk),
    )


@pytest.mark.usefixtures("throwaway_database")
def test_order_that_is_not_its_lines_is_named() -> None:
    order = make_order([make_charge(make_payer())])
    without_triggers("payments_orderline")
    OrderLine.objects.update(amount_fen=1)
    found = off()
    assert found.pop(GUARDED)
    assert found == {
        "an order is the sum of its one to three lines": (order.number,),
        PRICE_AND_PAYER: (str(order.lines.get().charge_id),),
    }


def corrupt(rows: QuerySet[Any], **values: object) -> dict[str, tuple[str, ...]]:
    """Change rows behind their triggers, put these back, and say what the auditor finds."""
    table = rows.model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        rows.update(**values)
        cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
    return off()


@pytest.mark.usefixtures("throwaway_database")
@pytest.mark.parametrize("is_paid", [False, True], ids=["held", "paid"])
def test_charge_of_another_price_or_payer_is_named(is_paid: bool) -> None:
    charges = [make_charge(make_payer()), make_charge(make_payer())]
    orders = [make_order([charge]) for charge in charges]
    if is_paid:
        settle([make_arrival(order) for order in orders], NOW)
    dearer, given_away = (Charge.objects.filter(pk=charge.pk) for charge in charges)
    first, second = (str(charge.pk) for charge in charges)
    assert corrupt(dearer, amount_fen=40001) == {PRICE_AND_PAYER: (first,)}
    assert corrupt(given_away, payer=make_payer()) == {PRICE_AND_PAYER: (first, second)}


@pytest.mark.usefixtures("throwaway_database")
def test_postings_swapped_between_two_receipts_are_named() -> None:
    orders = [make_order([make_charge(make_payer())]) for _ in range(2)]
    for order in orders:
        pay(order)
    one, other = Receipt.objects.order_by("pk").values_list("pk", flat=True)
    found = corrupt(Allocation.objects.all(), receipt_id=one + other - F("receipt_id"))
    lines = OrderLine.objects.order_by("pk").values_list("pk", flat=True)
    assert found == {OWN_RECEIPT: tuple(map(str, lines))}


@pytest.mark.usefixtures("throwaway_database")
@pytest.mark.parametrize(
    "change", [{"channel": "counter"}, {"order_number": "ZZJF0"}], ids=["channel", "number"]
)
def test_receipt_that_is_not_its_orders_is_named(change: dict[str, str]) -> None:
    pay(make_order([make_charge(make_payer())]))
    found = corrupt(Receipt.objects.all(), **change)
    assert found == {OWN_ORDER: (str(Receipt.objects.get().pk),)}


@pytest.mark.usefixtures("throwaway_database")
def test_receipt_that_lost_its_order_is_named() -> None:
    pay(make_order([make_charge(make_payer())]))
    found = corrupt(Receipt.objects.all(), order=None)
    assert found[OWN_ORDER] == (str(Receipt.objects.get().pk),)


@pytest.mark.usefixtures("throwaway_database")
def test_surplus_that_leaves_two_ways_is_named() -> None:
    (surplus,) = withdrawn()
    row = filed(surplus)
    without_index("resolution_one_per_surplus")
    without_index("resolution_number_once")
    row.pk = None
    row.save(force_insert=True)
    assert off() == {"each surplus leaves one way": (str(surplus.pk),)}


@pytest.mark.usefixtures("throwaway_database")
def test_table_without_its_triggers_is_named() -> None:
    without_triggers("payments_surplus")
    assert {row.split()[0] for row in off()[GUARDED]} == {"payments_surplus"}
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_surplus ENABLE TRIGGER USER")
    assert off() == {}


@pytest.mark.django_db
def test_command_says_clean() -> None:
    pay(make_order([make_charge(make_payer())]))
    out = StringIO()
    call_command("audit_money", "--json", stdout=out)
    report = json.loads(out.getvalue())
    assert (report["clean"], report["totals"]["received"]) == (True, 40000)


@pytest.mark.django_db
def test_command_exits_1_with_the_rows() -> None:
    order = make_order([make_charge(make_payer())])
    Order.objects.filter(pk=order.pk).update(state="paid", paid_at=NOW)
    out = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("audit_money", stdout=out)
    assert left.value.code == 1
    assert f"OFF  no paid order still holds a charge\n       {order.number}" in out.getvalue()
