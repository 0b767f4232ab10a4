"""Cases without money of their own: looked into once, with what was found."""

import pytest
from django.test import Client
from django.utils import timezone

from payments import origins
from payments.audit import audit
from payments.models import Closure, Conflict, Order, Receipt, Surplus
from payments.services import closing, manual
from payments.services.orders import claim_paid
from payments.services.settle import settle
from payments.states import MessageKind, SurplusReason
from payments.tests.desk import make_clerk
from payments.tests.factories import NOW, make_arrival, make_charge, make_order, make_payer
from payments.tests.staff import Desk, address, said
from portal.inbox.models import Message
from portal.lib.errors import DomainError

pytestmark = pytest.mark.django_db


def test_conflict_is_closed_once_with_what_was_found(desk: Desk) -> None:
    order = make_order([make_charge(make_payer())])
    settle([make_arrival(order, trade="T"), make_arrival(order, 1, trade="T")], NOW)
    conflict = Conflict.objects.get()
    empty = "没有填核对结果。写明查了什么、结果如何。"
    assert said(desk("conflict_close", conflict.pk)) == (400, [empty])
    assert desk("conflict_close", conflict.pk, note="银行只有一笔")[0] == 302
    status, [sentence] = said(desk("conflict_close", conflict.pk, note="再来"))
    assert (status, sentence.startswith("李会计已在")) == (409, True)
    assert Closure.objects.get().note == "银行只有一笔"


def test_claim_is_looked_into_after_two_days(desk: Desk) -> None:
    payer = make_payer()
    order = make_order([make_charge(payer, reference="live-x")], now=timezone.now())
    claim_paid(payer_id=payer.pk, number=order.number, now=timezone.now())
    status, [sentence] = said(desk("order_close_claim", order.pk, note="没有"))
    assert (status, sentence.startswith(f"订单 {order.number} 还在等渠道的结果")) == (409, True)


def test_overdue_claim_leaves_the_list_when_closed(desk: Desk, client: Client) -> None:
    payer = make_payer()
    order = make_order([make_charge(payer)])
    claim_paid(payer_id=payer.pk, number=order.number, now=NOW)
    overdue = address("order_changelist") + "?claim=overdue"
    assert order.number in client.get(overdue).content.decode()
    assert desk("order_close_claim", order.pk, note="银行没有这笔")[0] == 302
    assert order.number not in client.get(overdue).content.decode()


def adopted() -> Conflict:
    """Entered by hand, and then told by the channel under a number of its own."""
    order = make_order([make_charge(make_payer())])
    seen = manual.Claimed(order.amount_fen, NOW, "回单 7", "渠道漏报")
    row = manual.file_for_order(clerk=make_clerk(), number=order.number, seen=seen, now=NOW)
    manual.release(clerk=make_clerk(), entry_id=row.pk, now=NOW)
    settle([make_arrival(order, trade="T-9")], NOW)
    return Conflict.objects.select_related("receipt").get()


def test_the_same_money_stays_one_receipt(desk: Desk) -> None:
    conflict = adopted()
    assert desk("conflict_close", conflict.pk, note="回单就是这笔")[0] == 400  # nothing chosen
    assert desk("conflict_close", conflict.pk, note="回单就是这笔", decision="same")[0] == 302
    assert (Receipt.objects.count(), Surplus.objects.count()) == (1, 0)
    assert origins.trade_number(conflict.receipt) == "T-9"


def test_other_money_is_received_once_and_becomes_surplus(desk: Desk) -> None:
    conflict = adopted()
    assert desk("conflict_close", conflict.pk, note="窗口也交了", decision="other")[0] == 302
    told = make_arrival(conflict.order_number, conflict.amount_fen, trade="T-9")
    second = Receipt.objects.get(trade_number="T-9")
    surplus = Surplus.objects.get()
    assert (surplus.receipt, surplus.reason) == (second, SurplusReason.ALREADY_PAID)
    assert Message.objects.filter(title__contains="在财务处等待处理").count() == 1
    assert settle([told], NOW)[0].kind == "repeat"
    numbers = [origins.trade_number(row) for row in (conflict.receipt, second)]
    assert (numbers, audit().clean) == (["", "T-9"], True)


def told_without_number() -> tuple[Order, Conflict]:
    """A file's row without a number and with a wrong amount, and then the channel's own word."""
    order = make_order([make_charge(make_payer())])
    settle([make_arrival(order, 30000, trade="", kind=MessageKind.STATEMENT)], NOW)
    settle([make_arrival(order, trade=trade) for trade in ("T-1", "T-2")], NOW)
    return order, Conflict.objects.get(trade_number="T-1")


def test_money_of_its_own_number_is_not_lost_behind_a_row_that_had_none(desk: Desk) -> None:
    order, conflict = told_without_number()
    assert desk("conflict_close", conflict.pk, note="银行流水有这笔", decision="other")[0] == 302
    order.refresh_from_db()
    own = Receipt.objects.get(trade_number="T-1")
    assert (order.state, own.amount_fen, own.order_id) == ("paid", order.amount_fen, order.pk)
    assert [row.receipt.trade_number for row in Surplus.objects.all()] == [f"order:{order.number}"]
    assert settle([make_arrival(order, trade="T-1")], NOW)[0].kind == "repeat"
    second = Conflict.objects.get(trade_number="T-2")
    closing.receive_other(clerk=make_clerk(), conflict_id=second.pk, note="付了两次", now=NOW)
    assert Surplus.objects.get(receipt__trade_number="T-2").reason == SurplusReason.ALREADY_PAID
    assert audit().clean


def test_the_second_clerk_is_told_who_decided(desk: Desk, client: Client) -> None:
    conflict = adopted()
    desk("conflict_close", conflict.pk, note="窗口也交了", decision="other")
    client.force_login(make_clerk("孙会计"))
    status, [sentence] = said(desk("conflict_close", conflict.pk, note="x", decision="other"))
    assert (status, sentence.startswith("李会计已在")) == (409, True)
    assert (Receipt.objects.count(), Surplus.objects.count()) == (2, 1)


def test_one_number_told_twice_is_not_two_payments() -> None:
    order = make_order([make_charge(make_payer())])
    settle([make_arrival(order, trade="T"), make_arrival(order, 1, trade="T")], NOW)
    with pytest.raises(DomainError, match=r"conflict\.same_trade"):
        closing.receive_other(
            clerk=make_clerk(), conflict_id=Conflict.objects.get().pk, note="x", now=NOW
        )
    assert (Closure.objects.count(), Receipt.objects.count()) == (0, 1)
