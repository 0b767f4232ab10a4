"""One payment told in several ways: with and without its number, of another order or channel."""

import pytest

from payments.audit import audit
from payments.book import OutcomeKind
from payments.models import AdoptedNumber, Conflict, Receipt
from payments.services.settle import settle
from payments.states import LineState, MessageKind, SurplusReason
from payments.tests.factories import NOW, make_arrival, make_charges, make_order, make_payer, pay
from payments.tests.test_settle import states, surpluses

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("first", ["T1", ""], ids=["numbered first", "unnumbered first"])
def test_unknown_order_told_with_and_without_a_number_is_received_once(first: str) -> None:
    second = "" if first else "T1"
    settle([make_arrival("ZZJF0", 700, trade=first)], NOW)
    again = make_arrival("ZZJF0", 700, trade=second, kind=MessageKind.STATEMENT)
    assert settle([again], NOW)[0].kind is OutcomeKind.REPEAT
    assert (audit().totals.received, surpluses()) == (700, [(SurplusReason.UNKNOWN_ORDER, 700)])


def test_unknown_order_of_another_amount_or_channel_is_other_money() -> None:
    settle([make_arrival("ZZJF0", 700, trade="T1")], NOW)
    settle([make_arrival("ZZJF0", 701, trade="")], NOW)
    settle([make_arrival("ZZJF0", 700, trade="", channel="other")], NOW)
    assert sorted(Receipt.objects.values_list("channel", "amount_fen")) == [
        ("finance", 700),
        ("finance", 701),
        ("other", 700),
    ]


def test_unknown_order_is_kept_for_finance() -> None:
    arrival = make_arrival("ZZJF20250423142300999999", 40000)
    kinds = [outcome.kind for outcome in settle([arrival, arrival], NOW)]
    assert kinds == [OutcomeKind.SURPLUS, OutcomeKind.REPEAT]
    assert surpluses() == [(SurplusReason.UNKNOWN_ORDER, 40000)]
    assert audit().clean


@pytest.mark.parametrize("other", ["amount", "order"])
def test_same_trade_told_differently_is_a_conflict_once(other: str) -> None:
    order = make_order(make_charges(make_payer(), (40000,)))
    settle([make_arrival(order, trade="T-1")], NOW)
    second = make_order(make_charges(make_payer(), (40000,)))
    told = (
        make_arrival(order, 39900, trade="T-1")
        if other == "amount"
        else make_arrival(second, trade="T-1")
    )
    kinds = [outcome.kind for outcome in settle([told, told], NOW)]
    assert kinds == [OutcomeKind.CONFLICT] * 2
    assert (Conflict.objects.count(), Receipt.objects.count()) == (1, 1)
    assert states(second) == [LineState.HELD]


def test_row_without_trade_number_matches_the_receipt_of_its_order() -> None:
    order = make_order(make_charges(make_payer(), (40000,)))
    pay(order)
    assert settle([make_arrival(order, trade="")], NOW)[0].kind is OutcomeKind.REPEAT
    assert Receipt.objects.count() == 1


def test_real_trade_number_adopts_the_receipt_told_without_one() -> None:
    order = make_order(make_charges(make_payer(), (40000,)))
    settle([make_arrival(order, trade="")], NOW)
    named = make_arrival(order, trade="T-9")
    assert [settle([named], NOW)[0].kind for _ in range(2)] == [OutcomeKind.REPEAT] * 2
    assert Receipt.objects.get().trade_number == f"order:{order.number}"
    assert AdoptedNumber.objects.get().trade_number == "T-9"


def test_second_real_trade_number_is_other_money() -> None:
    order = make_order(make_charges(make_payer(), (40000,)))
    settle([make_arrival(order, trade=trade) for trade in ("", "T-9", "T-10")], NOW)
    assert surpluses() == [(SurplusReason.ALREADY_PAID, 40000)]
    assert audit().clean


def test_file_of_another_channel_only_cross_checks() -> None:
    order = make_order(make_charges(make_payer(), (40000,)))
    told = make_arrival(order, channel="wechat", kind=MessageKind.STATEMENT)
    assert settle([told], NOW)[0].kind is OutcomeKind.CROSS_CHECK
    assert (Receipt.objects.count(), states(order)) == (0, [LineState.HELD])


def test_callback_of_another_channel_is_money_without_an_order() -> None:
    order = make_order(make_charges(make_payer(), (40000,)))
    settle([make_arrival(order, channel="wechat")], NOW)
    assert surpluses() == [(SurplusReason.UNKNOWN_ORDER, 40000)]
    assert states(order) == [LineState.HELD]
