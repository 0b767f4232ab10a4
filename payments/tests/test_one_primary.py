"""One primary button on a page of finance, and names that say what a button does."""

import re

import pytest
from django.test import Client

from payments.states import ResolutionState
from payments.tests.desk import filed, make_clerk, withdrawn
from payments.tests.staff import address

pytestmark = pytest.mark.django_db


def of_surplus(state: ResolutionState | None = None) -> str:
    [surplus] = withdrawn()
    if state is not None:
        filed(surplus)
    return address("surplus_change", surplus.pk)


@pytest.mark.parametrize(
    ("state", "first", "second"),
    [(None, "申请处理", ["接手"]), (ResolutionState.REQUESTED, "复核", ["撤销"])],
    ids=["new", "filed"],
)
def test_of_two_buttons_one_is_primary(
    client: Client, state: ResolutionState | None, first: str, second: list[str]
) -> None:
    client.force_login(make_clerk())
    text = client.get(of_surplus(state)).content.decode()
    found = re.findall(r'class="(button[^"]*)"[^>]*>([^<]+)<', text)
    assert [name for look, name in found if look == "button"] == [first]
    assert [name for look, name in found if look == "button is-second"] == second


def test_way_back_does_not_read_as_closing_the_case(client: Client) -> None:
    client.force_login(make_clerk())
    text = client.get(of_surplus()).content.decode()
    assert re.findall(r'class="closelink">([^<]+)<', text) == ["返回列表"]


def test_reason_is_marked_as_required(client: Client) -> None:
    [surplus] = withdrawn()
    client.force_login(make_clerk())
    text = client.get(address("surplus_file", surplus.pk)).content.decode()
    assert "必填，留在处理经过里" in text
