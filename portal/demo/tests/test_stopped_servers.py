"""``/readyz`` while PostgreSQL and Valkey really hang or are dead: quick, plain, no secrets."""

import os
import signal
import time

import psutil
import pytest
from django.test import Client
from pytest_django import Settings

from portal.demo.supervisor.children import Crew
from portal.demo.supervisor.instance import Instance
from portal.ops import checks, health
from portal.ops.readiness import Watch

pytestmark = pytest.mark.django_db
STOPS = pytest.mark.parametrize("sign", [signal.SIGSTOP, signal.SIGKILL], ids=["hangs", "is dead"])


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer of an earlier test is believed."""
    monkeypatch.setattr(health, "_watch", Watch())


def ask(client: Client) -> tuple[int, list[str], str]:
    """Status, what is missing and the whole text; always within three seconds."""
    began = time.monotonic()
    answer = client.get("/readyz")
    assert time.monotonic() - began < 3
    return answer.status_code, answer.json()["missing"], answer.content.decode()


def send(crew: Crew, sign: signal.Signals) -> None:
    """To the server and its children, as a machine that freezes would."""
    [child] = crew.children
    leader = psutil.Process(child.process.pid)
    for process in (leader, *leader.children(recursive=True)):
        os.kill(process.pid, sign)


@STOPS
def test_a_broker_that_stops(
    client: Client, settings: Settings, instance: Instance, crew: Crew, sign: signal.Signals
) -> None:
    urls = instance.start_services(crew, {"DATABASE_URL": "postgres://given"}, {})
    settings.CELERY_BROKER_URL = urls["REDIS_URL"]
    assert ask(client)[:2] == (200, [])
    send(crew, sign)
    status, missing, text = ask(client)
    assert (status, missing) == (503, ["broker"])
    assert (instance.state / "services" / "password").read_text() not in text
    if sign == signal.SIGSTOP:
        send(crew, signal.SIGCONT)
        assert ask(client)[:2] == (200, [])


@STOPS
def test_a_database_that_stops(
    client: Client,
    instance: Instance,
    crew: Crew,
    sign: signal.Signals,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = instance.start_services(crew, {"REDIS_URL": "redis://given"}, {})["DATABASE_URL"]
    monkeypatch.setattr(checks, "database_parameters", lambda: {"dsn": url, "connect_timeout": 2})
    assert ask(client)[:2] == (200, [])
    send(crew, sign)
    status, missing, text = ask(client)
    assert (status, missing) == (503, ["database"])
    assert (instance.state / "services" / "password").read_text() not in text
    if sign == signal.SIGSTOP:
        send(crew, signal.SIGCONT)
