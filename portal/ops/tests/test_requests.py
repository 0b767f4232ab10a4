"""Requests: numbered, counted by view, told in one line."""

import logging
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client, RequestFactory
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector
from pytest_django import Settings

from portal.lib import trace

pytestmark = pytest.mark.django_db
NUMBER = "0123456789abcdef"


@pytest.fixture
def behind(settings: Settings) -> None:
    settings.BEHIND_PROXY = True


def counted(settings: Settings, view: str, status: int) -> float:
    """How often, by the files all processes of this machine write to."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, settings.METRICS_DIR)  # type: ignore[no-untyped-call]
    labels = {"view": view, "method": "GET", "status": str(status)}
    return registry.get_sample_value("portal_requests_total", labels) or 0.0


@pytest.mark.parametrize("path", ["/healthz", "/verify/", "/no/such/page/", "/payments/"])
def test_every_answer_has_a_number(client: Client, path: str) -> None:
    first, second = (client.get(path).headers["X-Request-ID"] for _ in range(2))
    assert (len(first), first != second) == (16, True)


@pytest.mark.usefixtures("behind")
def test_the_number_of_our_proxy_is_kept(client: Client) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": NUMBER})
    assert answer.headers["X-Request-ID"] == NUMBER


def test_the_number_of_a_stranger_is_not(client: Client) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": NUMBER})
    assert answer.headers["X-Request-ID"] != NUMBER


@pytest.mark.parametrize(
    ("path", "view", "status"),
    [
        ("/verify/", "verify:start", 200),
        ("/payments/", "payments:plan", 302),
        ("/no/such/page/13812345678", "-", 404),
    ],
)
def test_requests_are_counted_by_view(
    client: Client, settings: Settings, path: str, view: str, status: int
) -> None:
    before = counted(settings, view, status)
    client.get(path)
    assert counted(settings, view, status) == before + 1


def test_the_line_names_the_view_and_never_the_address(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "portal.requests"):
        client.get("/no/such/page/13812345678?phone=13812345678")
    [line] = [record for record in caplog.records if record.name == "portal.requests"]
    assert line.getMessage().startswith("GET - 404 ")
    assert vars(line)["facts"]["status"] == 404


def test_no_line_of_a_refusal_names_a_secret_address(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever reads the log could otherwise read the calendar once it is there again."""
    numbers: list[str] = []

    def look(record: logging.LogRecord) -> bool:
        numbers.append(trace.current())
        return record.name == "django.request"

    secret = "s3cret" * 5
    caplog.handler.addFilter(look)
    answer = client.get(f"/guidance/calendar/{secret}.ics")
    caplog.handler.removeFilter(look)
    assert caplog.messages == ["Not Found: guidance:feed"]
    assert set(numbers) == {answer.headers[trace.HEADER]}


def test_metrics_of_all_kinds(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "t"
    client.get("/verify/")
    text = client.get("/metrics", headers={"Authorization": "Bearer t"}).content.decode()
    for name in (
        "portal_requests_total",
        "portal_request_seconds_bucket",
        "portal_queue_length",
        "portal_queue_oldest_seconds",
        "portal_broker_up",
        "money_total_fen",
    ):
        assert f"\n{name}" in text


def test_metrics_without_a_broker(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN, settings.CELERY_BROKER_URL = "t", "redis://127.0.0.1:1/0"
    text = client.get("/metrics", headers={"Authorization": "Bearer t"}).content.decode()
    assert "\nportal_broker_up 0.0" in text


@pytest.mark.parametrize(
    ("token", "given", "host", "status"),
    [
        ("", "", "10.8.1.2", 200),
        ("", "", "10.9.1.2", 404),
        ("t", "Bearer t", "10.8.1.2", 200),
        ("t", "Bearer t", "10.9.1.2", 404),
        ("t", "", "10.8.1.2", 404),
    ],
)
def test_metrics_are_shown_to_networks_that_are_named(
    settings: Settings, token: str, given: str, host: str, status: int
) -> None:
    settings.DEMO, settings.METRICS_TOKEN, settings.METRICS_FROM = False, token, ["10.8.0.0/16"]
    answer = Client(REMOTE_ADDR=host).get("/metrics", headers={"Authorization": given})
    assert answer.status_code == status


@pytest.mark.parametrize("path", ["/healthz", "/accounts/login/", "/no/such/page/"])
def test_a_head_has_no_body(path: str) -> None:
    """Django's own test browser would throw one away before we saw it."""
    seen: dict[str, str] = {}

    def start(_status: str, headers: list[tuple[str, str]], *_error: object) -> Any:
        seen.update(headers)

    environ = RequestFactory().head(path).environ
    body = b"".join(get_wsgi_application()(environ, start))
    assert (body, int(seen["Content-Length"]) > 0) == (b"", True)
