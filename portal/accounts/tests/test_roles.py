"""Roles, permissions, the college scopes and contacts."""

import pytest
from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.models import AnonymousUser, Group
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from portal.accounts.models import College, Contact, User
from portal.accounts.roles import Role, sync_role_groups
from portal.accounts.scopes import within
from portal.accounts.selectors import contacts

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleges() -> list[College]:
    return [College.objects.create(code=code, name=f"学院{code}") for code in ("01", "02")]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.STUDENT, []),
        (Role.REVIEWER, ["01"]),
        (Role.TEACHING, ["01", "02"]),
        (Role.FINANCE, ["01", "02"]),
        (Role.ADMIN, ["01", "02"]),
    ],
)
def test_a_scope_keeps_what_the_role_may_see(
    colleges: list[College], role: Role, expected: list[str]
) -> None:
    user = User.objects.create(username="x", name="周慧", role=role, college=colleges[0])
    seen = within(user, College.objects.order_by("code"), "pk")
    assert [college.code for college in seen] == expected


def test_a_scope_shows_nothing_to_nobody(colleges: list[College]) -> None:
    assert list(within(AnonymousUser(), College.objects.all(), "pk")) == []


def test_permissions_come_from_the_group_named_as_the_role() -> None:
    may = {
        role: User(username=role, role=role).has_perm("records.add_gradeattempt") for role in Role
    }
    assert may == {
        Role.STUDENT: False,
        Role.REVIEWER: False,
        Role.TEACHING: True,
        Role.FINANCE: False,
        Role.ADMIN: True,
    }


def test_what_a_college_takes_from_a_group_its_users_lose() -> None:
    Group.objects.get(name=Role.TEACHING).permissions.clear()
    user = User.objects.create(username="x", name="周慧", role=Role.TEACHING)
    assert user.has_perm("records.add_gradeattempt") is False


def test_a_reviewer_has_a_college() -> None:
    with pytest.raises(IntegrityError, match="reviewer_has_college"), transaction.atomic():
        User.objects.create(username="x", name="刘敏", role=Role.REVIEWER)


def test_contacts_are_those_asked_for_and_filled_in() -> None:
    pe = Contact.objects.create(topic="pe", office="体育学院", phone="6021")
    Contact.objects.create(topic="finance", office="财务处", phone="6030")
    assert contacts("pe", "english") == {"pe": pe}


def test_a_new_account_is_created_in_admin(colleges: list[College]) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root", "x", name="管理员"))
    client.post(
        reverse("admin:accounts_user_add"),
        {
            "username": "reviewer9",
            "name": "刘敏",
            "role": Role.REVIEWER,
            "college": colleges[0].pk,
            "usable_password": "true",
            "password1": "a-long-passphrase-9",
            "password2": "a-long-passphrase-9",
        },
    )
    user = User.objects.get(username="reviewer9")
    assert (user.role, user.college, user.check_password("a-long-passphrase-9")) == (
        Role.REVIEWER,
        colleges[0],
        True,
    )


def test_roles_are_fixed() -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root", "x", name="管理员"))
    assert client.get(reverse("admin:auth_group_add")).status_code == 403


def test_groups_wait_until_auth_has_its_tables() -> None:
    Group.objects.all().delete()
    sender = installed.get_app_config("records")
    sync_role_groups(sender, apps=Apps())
    assert Group.objects.count() == 0
    sync_role_groups(sender)
    assert Group.objects.get(name="finance").permissions.get().codename == "view_student"
