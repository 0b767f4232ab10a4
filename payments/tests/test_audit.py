"""The auditor finds what is off, names it, and exits 1; nothing else would notice."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from payments.audit import audit
from payments.models import Allocation, Order, OrderLine, Receipt, Surplus
from payments.services.settle import settle
from payments.tests.factories import (
    NOW,
    make_arrival,
    make_charge,
    make_charges,
    make_order,
    make_payer,
    pay,
)
from payments.tests.races import without_triggers

EACH_RECEIPT = "each receipt is allocated or waiting, to the fen"


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
    assert off() == {"an order is the sum of its one to three lines": (order.number,)}


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
