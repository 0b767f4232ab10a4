"""Finance looks everything up and changes nothing."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from payments.gateways.base import StatementRefund
from payments.models import (
    Charge,
    Conflict,
    GatewayMessage,
    Order,
    Receipt,
    StrayRefund,
    Surplus,
)
from payments.services import refund_rows
from payments.services.messages import record
from payments.services.orders import claim_paid
from payments.services.settle import settle
from payments.states import MessageKind
from payments.tests.factories import (
    NOW,
    make_arrival,
    make_charge,
    make_charges,
    make_order,
    make_payer,
    pay,
)
from payments.tests.workflow import TestCharges
from portal.accounts.models import College, User
from portal.accounts.roles import Role

pytestmark = pytest.mark.django_db
LISTS = (Charge, Order, Receipt, Surplus, Conflict, GatewayMessage, StrayRefund)


def address(model: type, page: str, *args: object) -> str:
    return reverse(f"admin:payments_{model.__name__.lower()}_{page}", args=args)


def sign_in(client: Client, role: Role) -> None:
    client.force_login(User.objects.create_user(f"staff-{role}", role=role, name="财务"))


@pytest.fixture
def case() -> Order:
    """An order paid twice, once with another amount told; every list has a row."""
    order = make_order([make_charge(make_payer())])
    settle([make_arrival(order, trade="T-1"), make_arrival(order, trade="T-2")], NOW)
    settle([make_arrival(order, 1, trade="T-1")], NOW)
    record("finance", MessageKind.QUERY, order.number, "{}", NOW)
    own = StatementRefund(order.number, "T-1", "", "F1", 40000, NOW, "{}", has_arrived=True)
    refund_rows.note_rows("finance", [own], NOW)
    return order


@pytest.mark.parametrize("model", LISTS)
def test_finance_reads_every_list_and_row(client: Client, case: Order, model: type) -> None:
    sign_in(client, Role.FINANCE)
    row = model._default_manager.first()  # type: ignore[attr-defined]
    pages = [address(model, "changelist"), address(model, "change", row.pk)]
    assert [client.get(page).status_code for page in pages] == [200, 200]


@pytest.mark.parametrize("model", LISTS)
def test_nobody_changes_money(client: Client, case: Order, model: type) -> None:
    sign_in(client, Role.ADMIN)
    row = model._default_manager.first()  # type: ignore[attr-defined]
    pages = [
        address(model, "add"),
        address(model, "delete", row.pk),
        address(model, "change", row.pk),
    ]
    assert [client.post(page, {}).status_code for page in pages] == [403, 403, 403]


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        (Role.TEACHING, [200, 200, 200, 200, 403, 403, 403]),
        (Role.REVIEWER, [403] * 7),
        (Role.STUDENT, [302] * 7),
    ],
)
def test_who_sees_what(client: Client, role: Role, statuses: list[int], college: College) -> None:
    user = User(username=f"staff-{role}", role=role, name="某人", password="!")
    user.college = college if role is Role.REVIEWER else None
    user.save()
    client.force_login(user)
    assert [client.get(address(model, "changelist")).status_code for model in LISTS] == statuses


@pytest.fixture
def college() -> College:
    return College.objects.create(code="01", name="智能制造学院")


def test_claims_older_than_two_days_are_listed(client: Client) -> None:
    old, paid = (make_order([make_charge(make_payer())]) for _ in range(2))
    now = timezone.now()
    fresh = make_charge(make_payer(), reference="live-young", now=now)
    young = make_order([fresh], now=now)
    for order in (old, young, paid):
        claim_paid(payer_id=order.payer_id, number=order.number, now=NOW)
    pay(paid)
    sign_in(client, Role.FINANCE)
    response = client.get(address(Order, "changelist"), {"claim": "overdue"})
    assert list(response.context["cl"].queryset) == [old]


@pytest.mark.parametrize("count", [1, 3, 30])
def test_order_list_takes_the_same_statements(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        make_order(make_charges(make_payer()))
    sign_in(client, Role.FINANCE)
    client.get(address(Order, "changelist"))
    with django_assert_num_queries(7):
        client.get(address(Order, "changelist"))


def test_search_finds_an_order_by_its_trade_number(client: Client, case: Order) -> None:
    make_order([make_charge(make_payer())])
    sign_in(client, Role.FINANCE)
    response = client.get(address(Order, "changelist"), {"q": "T-2"})
    assert list(response.context["cl"].queryset) == [case]


def test_list_of_charges_says_what_is_paid(client: Client) -> None:
    payer = make_payer()
    paid, held, owed, waived = (make_charge(payer, waived=n == 3) for n in range(4))
    pay(make_order([paid]))
    make_order([held])
    sign_in(client, Role.FINANCE)
    text = client.get(address(Charge, "changelist")).content.decode()
    shown = re.findall(r'field-standing">([^<]+)<', text)
    ids = re.findall(r'field-number">(\d+)<', text)
    assert dict(zip(ids, shown, strict=True)) == {
        str(paid.pk): "已缴",
        str(held.pk): "付款中",
        str(owed.pk): "未缴",
        str(waived.pk): "免缴",
    }
    assert set(re.findall(r'field-of_purpose">([^<]+)<', text)) == {TestCharges.label}
