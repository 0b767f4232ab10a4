"""What clerk and payer read of money that was taken back."""

import pytest
from django.test import Client
from django.urls import reverse

from payments.models import Closure, Conflict, Surplus
from payments.services import closing
from payments.services.settle import settle
from payments.states import MessageKind
from payments.tests.desk import make_clerk, released
from payments.tests.factories import NOW, make_charge, make_order, make_payer
from payments.tests.harm import finding, signed
from payments.tests.test_phantoms import VOID, give_up, misprint, never_paid, told
from payments.tests.test_plan_page import heading, page

pytestmark = pytest.mark.django_db


def test_finance_reads_that_it_was_taken_back(client: Client) -> None:
    order = never_paid("T-9")
    settle([told(order, order.amount_fen, MessageKind.CALLBACK)], NOW)
    client.force_login(make_clerk())
    path = reverse("admin:payments_conflict_close", args=[Conflict.objects.get().pk])
    text = client.get(path).content.decode()
    assert ("当时认定没有到账" in text, "交易号 T-9" in text) == (True, True)
    assert client.post(path, {"note": "已人工登记"}).status_code == 302
    assert not Closure.objects.exists()


def test_a_second_clerk_reads_the_first_ones_finding_and_agrees(client: Client) -> None:
    path = reverse("admin:payments_conflict_close", args=[signed().pk])
    first, second = make_clerk("李会计"), make_clerk("孙会计")
    client.force_login(first)
    client.post(path, {"note": "银行没有这笔"})
    agreed = {"note": "同意", "agreed": "on"}
    refused = client.post(path, agreed)
    assert (refused.status_code, "要由另一位同事复核" in refused.content.decode()) == (409, True)
    client.force_login(second)
    # Opened before the first one wrote: his words are shown, nothing is agreed to.
    unread = client.post(path, {"note": "我也查过"})
    assert (unread.status_code, "银行没有这笔（李会计" in unread.content.decode()) == (400, True)
    assert client.post(path, agreed).status_code == 302
    assert Closure.objects.get().closed_by == second


def test_the_list_says_whose_word_is_missing(client: Client) -> None:
    finding()
    client.force_login(make_clerk())
    text = client.get(reverse("admin:payments_conflict_changelist")).content.decode()
    assert "没有（钱会计，待复核）" in text


def test_the_payer_reads_that_nothing_came(client: Client) -> None:
    """Neither the order nor 钱在哪里 claims money that never was."""
    order = make_order([make_charge(make_payer())])
    released(misprint(order), VOID)
    text = page(client, order.payer, f"/payments/orders/{order.number}/")
    assert heading(text) == "这一单正在向缴费平台核对"
    assert "多记过一笔，已更正：平台没有收到付款" in text
    assert ("平台已收款" in text, "银行已付款" in text, "已入账" in text) == (False, False, False)
    assert "¥1.23</span>，没有到账" in text
    assert "已更正，这笔钱没有到账" in text


def test_an_order_paid_by_a_wrong_row_reads_as_not_received(client: Client) -> None:
    order = make_order([make_charge(make_payer())])
    settle([told(order, order.amount_fen, MessageKind.STATEMENT)], NOW)
    give_up(order.lines.get())
    released(Surplus.objects.get(), VOID)
    text = page(client, order.payer, f"/payments/orders/{order.number}/")
    assert (heading(text), "可作缴费凭据" in text) == ("这一单没有到账", False)
    assert "没有到账" in page(client, order.payer, "/payments/orders/")


def test_the_payer_reads_that_finance_looks_into_what_the_channel_says(client: Client) -> None:
    """It may not be called unpaid while its channel says that it was paid."""
    order = never_paid("T-9")
    settle([told(order, order.amount_fen, MessageKind.CALLBACK)], NOW)
    path = f"/payments/orders/{order.number}/"
    text = page(client, order.payer, path)
    assert heading(text) == "这一单的钱在财务处核对"
    assert "平台又告知收到了付款，财务处核对" in text
    assert ("没有收到付款" in text, "没有这笔付款" in text) == (False, False)
    pk = Conflict.objects.get().pk
    closing.find(clerk=make_clerk(), conflict_id=pk, note="没有", now=NOW)
    assert heading(page(client, order.payer, path)) == "这一单的钱在财务处核对"
    closing.close_conflict(clerk=make_clerk(), conflict_id=pk, note="没有", now=NOW)
    assert heading(page(client, order.payer, path)) == "这一单没有到账"
