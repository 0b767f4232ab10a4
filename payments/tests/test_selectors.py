"""Positions for pages and workflows: whose, how many, and with how few statements."""

import pytest
from pytest_django import DjangoAssertNumQueries

from payments.selectors import positions, positions_by_reference
from payments.services.charges import void_charge
from payments.standing import Standing
from payments.tests.factories import (
    NOW,
    PURPOSE,
    give_back,
    make_charge,
    make_charges,
    make_order,
    make_payer,
    minutes,
    pay,
)

pytestmark = pytest.mark.django_db


def test_each_charge_with_its_standing_and_last_order() -> None:
    payer = make_payer()
    paid, held, cooling, free, owed = (
        make_charge(payer, 100 * (place != 3), waived=place == 3) for place in range(5)
    )
    orders = [make_order([charge]) for charge in (paid, held, cooling)]
    pay(orders[0])
    give_back(orders[2], now=NOW + minutes(20))
    found = positions(payer.pk, NOW + minutes(20) - minutes(1))
    assert [(item.position.standing, item.order_number) for item in found] == [
        (Standing.PAID, orders[0].number),
        (Standing.HELD, orders[1].number),
        (Standing.COOLING, orders[2].number),
        (Standing.WAIVED, ""),
        (Standing.PAYABLE, ""),
    ]
    assert [item.charge_id for item in found][-1] == owed.pk
    assert found[3].charge_id == free.pk


def test_only_the_payers_own() -> None:
    mine, _other = make_charge(make_payer()), make_charge(make_payer())
    assert [item.charge_id for item in positions(mine.payer_id, NOW)] == [mine.pk]


def test_voided_charges_are_left_out() -> None:
    charge = make_charge(make_payer())
    void_charge(purpose=PURPOSE, reference=charge.reference, now=NOW)
    assert positions(charge.payer_id, NOW) == []
    by_reference = positions_by_reference(PURPOSE, [charge.reference], NOW)
    assert by_reference[charge.reference].position.standing is Standing.VOID


def test_one_group_alone() -> None:
    payer = make_payer()
    make_charge(payer, group="test:1")
    wanted = make_charge(payer, group="test:2")
    assert [item.charge_id for item in positions(payer.pk, NOW, group="test:2")] == [wanted.pk]


@pytest.mark.parametrize("count", [1, 3, 30])
def test_statements_do_not_grow(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    payer = make_payer()
    charges = make_charges(payer, (100,) * count)
    for charge in charges:
        make_order([charge])
    with django_assert_num_queries(1):
        assert len(positions(payer.pk, NOW)) == count


def test_course_is_under_the_order_that_paid_it() -> None:
    charge = make_charge(make_payer())
    older = make_order([charge])
    give_back(older, now=NOW + minutes(20))
    make_order([charge], now=NOW + minutes(51), never_paid=True)
    pay(older, now=NOW + minutes(52))
    (found,) = positions(charge.payer_id, NOW + minutes(53))
    assert (found.position.standing, found.order_number) == (Standing.PAID, older.number)
