"""Who asks: by the proxy's word, and by nobody else's."""

import pytest
from django.test import Client, RequestFactory
from pytest_django import Settings

from portal.lib.requests import address, neighbourhood

OURS = ["127.0.0.1/32", "10.8.0.0/24"]


@pytest.mark.parametrize(
    ("proxies", "peer", "told", "known"),
    [
        (OURS, "10.8.0.2", "10.20.0.9", "10.20.0.9"),
        (OURS, "10.8.0.2", "1.2.3.4, 10.20.0.9", "10.20.0.9"),
        (OURS, "10.20.0.7", "127.0.0.1", "10.20.0.7"),
        (OURS, "10.8.0.2", "", "10.8.0.2"),
        (OURS, "10.8.0.2", "nobody", "10.8.0.2"),
        (OURS, "10.8.0.2", "2001:db8::7", "2001:db8::7"),
        (OURS, "", "10.20.0.9", ""),
        ([], "10.20.0.7", "10.20.0.9", "10.20.0.9"),
    ],
    ids=["ours", "forged in front", "past nginx", "silent", "nonsense", "v6", "socket", "any"],
)
def test_an_address_is_taken_from_our_proxies(
    settings: Settings, proxies: list[str], peer: str, told: str, known: str
) -> None:
    settings.BEHIND_PROXY, settings.PROXIES = True, proxies
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": told})
    assert address(request) == known


def test_without_a_proxy_nobody_is_believed(settings: Settings) -> None:
    settings.BEHIND_PROXY = False
    headers = {"X-Forwarded-For": "10.20.0.9"}
    request = RequestFactory().get("/", REMOTE_ADDR="10.20.0.7", headers=headers)
    assert address(request) == "10.20.0.7"


@pytest.mark.django_db
@pytest.mark.parametrize("told", ["127.0.0.1", "nonsense"])
def test_numbers_are_not_shown_past_the_proxy(settings: Settings, told: str) -> None:
    settings.BEHIND_PROXY, settings.PROXIES = True, OURS
    settings.METRICS_FROM = ["127.0.0.0/8"]
    client = Client(REMOTE_ADDR="10.20.0.7", headers={"X-Forwarded-For": told})
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize(
    ("told", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:da8:1:2:3:4:5:6", "2001:da8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
        ("a socket", "a socket"),
    ],
)
def test_tries_are_counted_by_neighbourhood(rf: RequestFactory, told: str, counted: str) -> None:
    assert neighbourhood(rf.get("/", REMOTE_ADDR=told)) == counted
