"""Raising, waiving and voiding, and what happens to money that is already in."""

import pytest
from pytest_django import DjangoAssertNumQueries

from payments.audit import audit
from payments.models import Charge, Surplus
from payments.services.charges import Due, raise_charges, void_charge, waive_charge
from payments.services.orders import claim_paid
from payments.states import ChargeState, LineState, SurplusReason
from payments.tests.factories import (
    NOW,
    PURPOSE,
    give_back,
    make_charge,
    make_order,
    make_payer,
    minutes,
    pay,
    raise_charge,
)
from portal.lib.errors import DomainError

pytestmark = pytest.mark.django_db


def again(
    charge: Charge, fen: int = 40000, *, waived: bool = False, payer_id: int | None = None
) -> Charge:
    return raise_charge(
        payer_id=payer_id or charge.payer_id,
        purpose=PURPOSE,
        reference=charge.reference,
        group="test:2",
        title="新名称",
        amount_fen=fen,
        waived=waived,
        now=NOW,
    )


def void(charge: Charge, wait: float = 0) -> Charge:
    now = NOW + minutes(wait)
    return void_charge(purpose=PURPOSE, reference=charge.reference, now=now)


def waive(charge: Charge, wait: float = 0) -> Charge:
    now = NOW + minutes(wait)
    return waive_charge(purpose=PURPOSE, reference=charge.reference, now=now)


def test_raising_twice_owes_once() -> None:
    charge = make_charge(make_payer())
    assert (again(charge), Charge.objects.count()) == (charge, 1)


def test_amount_may_change_while_nothing_holds_it() -> None:
    charge = again(make_charge(make_payer()), 30000)
    assert (charge.amount_fen, charge.group, charge.title) == (30000, "test:2", "新名称")


@pytest.mark.parametrize("paid", [False, True], ids=["held", "paid"])
def test_amount_is_fixed_by_a_hold(paid: bool) -> None:
    charge = make_charge(make_payer())
    order = make_order([charge])
    if paid:
        pay(order)
    with pytest.raises(DomainError, match="的金额没有改"):
        again(charge, 30000)


def test_voided_charge_is_owed_again_with_the_new_amount() -> None:
    charge = make_charge(make_payer())
    void(charge)
    revived = again(charge, 30000)
    assert (revived.pk, revived.state, revived.amount_fen) == (charge.pk, ChargeState.OWED, 30000)


def test_charge_raised_again_is_owed_by_the_new_account() -> None:
    charge, payer = make_charge(make_payer()), make_payer()
    void(charge)
    again(charge, payer_id=payer.pk)
    charge.refresh_from_db()
    assert (charge.payer_id, charge.state) == (payer.pk, ChargeState.OWED)


def test_charge_in_an_order_keeps_its_payer() -> None:
    charge = make_charge(make_payer())
    make_order([charge])
    payer_id = charge.payer_id
    assert again(charge, payer_id=make_payer().pk).payer_id == payer_id
    assert audit().clean


def test_voided_charge_is_waived_again() -> None:
    charge = make_charge(make_payer())
    void(charge)
    assert again(charge, 0, waived=True).state == ChargeState.WAIVED


def test_waived_charge_is_not_owed_again_behind_the_payers_back() -> None:
    charge = make_charge(make_payer(), 0, waived=True)
    with pytest.raises(DomainError, match=r"state\.illegal"):
        again(charge)


@pytest.mark.parametrize("count", [1, 3, 30])
def test_raising_many_takes_the_same_statements(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    payer = make_payer()
    dues = [Due(f"many-{number}", "课", 100) for number in range(count)]
    with django_assert_num_queries(2):
        found = raise_charges(payer_id=payer.pk, purpose=PURPOSE, group="g", dues=dues, now=NOW)
    assert [charge.reference for charge in found] == [due.reference for due in dues]


@pytest.mark.parametrize("act", [void, waive], ids=["void", "waive"])
def test_nothing_happens_twice(act: object) -> None:
    charge = make_charge(make_payer())
    first = act(charge)  # type: ignore[operator]
    assert act(charge).state == first.state  # type: ignore[operator]


def test_withdrawing_in_payment_says_when_it_works() -> None:
    charge = make_charge(make_payer())
    make_order([charge])
    with pytest.raises(DomainError) as caught:
        void(charge, 1)
    assert caught.value.message == "没有退成：正在付款，14:43 后再退。"


def test_withdrawing_while_confirming_says_until_when() -> None:
    charge = make_charge(make_payer())
    order = make_order([charge])
    claim_paid(payer_id=order.payer_id, number=order.number, now=NOW)
    with pytest.raises(DomainError) as caught:
        void(charge, 30)
    assert caught.value.message == (
        f"没有退成：订单 {order.number} 正在确认是否到账，最晚 4月25日（周五）14:23 有结果。"
    )


def test_waiving_in_payment_is_refused() -> None:
    charge = make_charge(make_payer())
    make_order([charge])
    with pytest.raises(DomainError, match="没有免成：正在付款，14:43 后再免"):
        waive(charge, 1)


@pytest.mark.parametrize(
    ("act", "state", "reason"),
    [
        (void, ChargeState.VOID, SurplusReason.WITHDRAWN),
        (waive, ChargeState.WAIVED, SurplusReason.WAIVED_LATER),
    ],
    ids=["withdrawn", "waived later"],
)
def test_paid_money_becomes_a_case_for_finance(
    act: object, state: ChargeState, reason: SurplusReason
) -> None:
    charge = make_charge(make_payer())
    order = make_order([charge])
    pay(order)
    assert act(charge, 60).state == state  # type: ignore[operator]
    assert Surplus.objects.values_list("reason", "amount_fen", "charge").get() == (
        reason,
        40000,
        charge.pk,
    )
    assert order.lines.get().state == LineState.REFUNDED
    assert audit().clean


def test_raising_a_paid_charge_as_free_returns_the_money() -> None:
    charge = make_charge(make_payer())
    pay(make_order([charge]))
    assert again(charge, waived=True).state == ChargeState.WAIVED
    assert audit().clean


def test_withdrawing_and_enrolling_again_skips_no_cool_down() -> None:
    charge = make_charge(make_payer())
    give_back(make_order([charge]), now=NOW + minutes(20))
    void(charge, 21)
    again(charge)
    with pytest.raises(DomainError, match=r"charge\.cooling"):
        make_order([charge], now=NOW + minutes(49.999))


def test_refunded_course_can_be_owed_and_paid_again() -> None:
    charge = make_charge(make_payer())
    pay(make_order([charge]))
    void(charge, 1)
    again(charge, 30000)
    charge.refresh_from_db()
    pay(make_order([charge], now=NOW + minutes(2)))
    totals = audit().totals
    assert (totals.allocated, totals.surplus, audit().clean) == (30000, 40000, True)
