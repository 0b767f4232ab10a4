"""Counting by the minute, and what is refused above a number."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from portal.accounts.roles import Role
from portal.accounts.tests.factories import user
from portal.lib.rate import count, counted

pytestmark = pytest.mark.usefixtures("uncounted")
NOW = datetime(2025, 4, 22, 12, 0, 30, tzinfo=UTC)
AWAY = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
    }
}


def test_a_minute_is_counted_for_each_by_himself() -> None:
    assert [count("x", who, NOW) for who in ("a", "a", "b", "a")] == [1, 2, 1, 3]
    assert [counted("x", who, NOW) for who in ("a", "b", "c")] == [3, 1, 0]


def test_the_next_minute_begins_at_one() -> None:
    count("x", "a", NOW)
    assert count("x", "a", NOW + timedelta(minutes=1)) == 1


def test_without_a_cache_nobody_is_refused(settings: Settings) -> None:
    settings.CACHES = AWAY
    assert (count("x", "a", NOW), counted("x", "a", NOW)) == (0, 0)


@pytest.mark.django_db
def test_downloads_of_one_account_are_limited(settings: Settings) -> None:
    settings.EXPORTS_PER_MINUTE = 2
    first, again, second = Client(), Client(), Client()
    clerk, other = user(role=Role.ADMIN), user(role=Role.ADMIN)
    for client, who in ((first, clerk), (again, clerk), (second, other)):
        client.force_login(who, "portal.accounts.backends.RoleBackend")
    path = "/admin/accounts/college/export/"
    assert [first.get(path).status_code for _ in range(3)] == [200, 200, 429]
    assert "一分钟内最多下载 2 次" in first.get(path).content.decode()
    assert again.get(path).status_code == 429  # another sign-in gives no other share
    assert second.get(path).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/admin/retake/teachinggroup/template/",
        "/admin/retake/teachinggroup/1/result-sheet/",
        "/admin/retake/round/1/rehearsal/file/",
        "/admin/jobs/job/1/files/x/",
    ],
)
def test_so_are_sheets_with_students(settings: Settings, path: str) -> None:
    settings.EXPORTS_PER_MINUTE = 1
    client = Client()
    client.force_login(user(role=Role.ADMIN), "portal.accounts.backends.RoleBackend")
    first, second = client.get(path), client.get(path)
    assert (first.status_code == 429, second.status_code) == (False, 429)


@pytest.mark.django_db
def test_so_is_unmasking_one_after_the_other(settings: Settings) -> None:
    settings.EXPORTS_PER_MINUTE = 2
    client = Client()
    client.force_login(user(role=Role.ADMIN), "portal.accounts.backends.RoleBackend")
    paths = [f"/admin/records/student/{pk}/contact/" for pk in range(1, 5)]
    assert [client.post(path).status_code for path in paths] == [404, 404, 429, 429]
    assert "一分钟内最多查看 2 次" in client.post(paths[0]).content.decode()
    assert client.get(paths[0]).status_code == 404


@pytest.mark.django_db
def test_whoever_is_signed_out_is_told_by_his_address(settings: Settings) -> None:
    settings.EXPORTS_PER_MINUTE = 1
    asked = [
        Client(REMOTE_ADDR=address).get("/admin/accounts/college/export/").status_code
        for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2")
    ]
    assert asked == [302, 429, 302]
