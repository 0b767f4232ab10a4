"""The two ways in are really gone when they are timed."""

import pytest
from pytest_django import Settings

from benchmarks.onlooker import Onlooker
from benchmarks.people import PASSWORD
from portal.accounts.models import User, Visit
from portal.accounts.testing import campus_server

pytestmark = pytest.mark.django_db
NUMBER = "2022000001"


@pytest.fixture(autouse=True)
def student() -> User:
    return User.objects.create_user(NUMBER, password=PASSWORD)


def test_by_password() -> None:
    assert Onlooker().answer("sign in", NUMBER) > 0
    assert Visit.objects.get().user.username == NUMBER


def test_by_the_campus_portal(settings: Settings) -> None:
    with campus_server.running() as campus:
        settings.CAS_SERVER_URL, campus.signed_in = campus.url, NUMBER
        assert Onlooker().answer("sign in by campus", NUMBER) > 0
        assert campus.tickets == {}
    assert Visit.objects.get().user.username == NUMBER
