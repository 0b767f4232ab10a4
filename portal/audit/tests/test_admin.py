"""History as it is read: a list to search, and every row's own."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import Contact, User
from portal.accounts.roles import Role
from portal.accounts.tests.factories import user as make_user
from portal.audit.models import Change
from portal.lib.origin import acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return make_user(role=Role.ADMIN, name="赵明")


@pytest.fixture
def client(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def contact(admin: User) -> Contact:
    """Changed once by the administrator, once by a task, once past everybody."""
    row = Contact.objects.create(topic="pe", office="体育学院", phone="0519-86332150")
    with acting("page /admin/accounts/contact/1/change/", lambda: admin.pk):
        Contact.objects.update(office="体育教学部", phone="1")
    with acting("task retake.tasks.sweep_enrollments"):
        Contact.objects.update(hours="工作日")
    Contact.objects.update(remark="放假")
    return row


def text_of(client: Client, path: str) -> str:
    """What a page says, without its markup."""
    answer = client.get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def found(client: Client, query: str) -> list[str]:
    """Places of the changes a search finds, newest first."""
    rows = client.get(f"/admin/audit/change/?{query}").context["cl"].result_list
    return [row.place.split(" ")[0] for row in rows if row.operation == "update"]


def test_a_row_tells_its_own_history(client: Client, contact: Contact, admin: User) -> None:
    text = text_of(client, f"/admin/accounts/contact/{contact.pk}/history/")
    assert "体育学院 → 体育教学部" in text
    assert f"赵明（{admin.username}）" in text
    assert "页面 /admin/accounts/contact/1/change/" in text
    assert "后台任务 retake.tasks.sweep_enrollments" in text
    assert "直接改数据库" in text
    assert "0519" not in text


def test_a_row_links_to_its_history(client: Client, contact: Contact) -> None:
    answer = client.get(f"/admin/accounts/contact/{contact.pk}/change/")
    assert f"/admin/accounts/contact/{contact.pk}/history/" in answer.content.decode()
    assert "变更记录" in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("q=赵明", ["page"]),
        ("q=/admin/accounts/", ["page"]),
        ("from=task", ["task"]),
        ("from=database", [""]),
        ("model=accounts.contact&operation__exact=update", ["", "task", "page"]),
        ("q=nobody", []),
    ],
)
def test_changes_are_found(query: str, places: list[str], client: Client, contact: Contact) -> None:
    assert found(client, query) == places


def test_a_change_is_found_by_the_number_of_its_row(client: Client, contact: Contact) -> None:
    assert len(found(client, f"q={contact.pk}&model=accounts.contact")) == 3


def test_codes_are_told_in_words(client: Client) -> None:
    account = make_user(role=Role.TEACHING)
    User.objects.filter(pk=account.pk).update(is_active=False, role=Role.FINANCE)
    change = Change.objects.latest("pk")
    text = text_of(client, f"/admin/audit/change/{change.pk}/change/")
    assert "教学部 → 财务处" in text
    assert "可登录 是 → 否" in text


def test_what_is_veiled_is_told_as_changed(client: Client, contact: Contact) -> None:
    text = text_of(client, f"/admin/accounts/contact/{contact.pk}/history/")
    assert "电话 有改动，不记内容" in text
    assert "•••" not in text


def test_a_new_row_is_told_by_what_it_has(client: Client) -> None:
    account = make_user(role=Role.TEACHING, name="新老师")
    change = Change.objects.get(model="accounts.user", row=account.pk)
    text = text_of(client, f"/admin/audit/change/{change.pk}/change/")
    assert "姓名 新老师" in text
    assert "（空）" not in text


def test_whose_account_is_gone_is_told_by_number(client: Client, contact: Contact) -> None:
    with acting("page /x/", lambda: 987654):
        Contact.objects.update(hours="改过")
    assert "账号 987654（已删除）" in text_of(client, "/admin/audit/change/")


def test_statements_of_the_list_do_not_grow(client: Client, contact: Contact) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            text_of(client, "/admin/audit/change/")
        return len(seen)

    few = statements()
    for number in range(20):
        with acting("page /x/", lambda: User.objects.latest("pk").pk):
            Contact.objects.update(hours=str(number))
    assert statements() == few
