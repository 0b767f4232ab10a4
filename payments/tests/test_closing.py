"""Cases without money of their own: looked into once, with what was found."""

import pytest
from django.test import Client
from django.utils import timezone

from payments.models import Closure, Conflict
from payments.services.orders import claim_paid
from payments.services.settle import settle
from payments.tests.factories import NOW, make_arrival, make_charge, make_order, make_payer
from payments.tests.staff import Desk, address, said

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
