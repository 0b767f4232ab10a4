"""The cookie that says which browser left for the campus portal."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db
DOOR, NAME = "/accounts/cas/", "__Host-campus"


@pytest.fixture(autouse=True)
def over_https(settings: Settings) -> None:
    settings.CAS_SERVER_URL = "https://cas.example/cas/"
    settings.SESSION_COOKIE_SECURE = True


def test_browsers_take_it_from_this_host_only(client: Client) -> None:
    client.get(DOOR, secure=True)
    cookie = client.cookies[NAME]
    assert (cookie["path"], cookie["domain"], cookie["secure"]) == ("/", "", True)


def test_one_laid_there_by_a_neighbour_is_nobodys(client: Client) -> None:
    neighbour = Client()
    left = urlsplit(neighbour.get(DOOR, secure=True).headers["Location"])
    service = parse_qs(left.query)["service"][0]
    client.cookies["campus"] = neighbour.cookies[NAME].value
    answer = client.get(f"{service}&ticket=ST-1", secure=True)
    assert (answer.status_code, "没有认出这次登录" in answer.content.decode()) == (403, True)
