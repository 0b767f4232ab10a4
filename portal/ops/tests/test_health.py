"""Probes: alive needs nothing, ready has a sentence for everything it asks."""

import time
from collections.abc import Iterator
from datetime import date
from threading import Event

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from payments.cashier.testing.process import CashierProcess
from payments.gateways.registry import gateway
from portal.calendar.models import DaySource, WorkCalendarDay
from portal.ops import checks, health, jobs
from portal.ops.checks import Answer, State
from portal.ops.readiness import Watch

Told = tuple[int, list[str], dict[str, tuple[str, str]]]


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer of an earlier test is believed."""
    monkeypatch.setattr(health, "_watch", Watch())


@pytest.fixture(autouse=True)
def empty_broker() -> Iterator[None]:
    """Nothing waits, and a job has just run."""
    with redis.Redis.from_url(django_settings.CELERY_BROKER_URL) as client:
        client.delete("celery", jobs.LAST_RUNS)
        client.hset(jobs.LAST_RUNS, "a job", timezone.now().timestamp())
        yield
        client.delete("celery", jobs.LAST_RUNS)


def ask(client: Client) -> Told:
    """Status, what is missing, and name -> (state, sentence); always within three seconds."""
    began = time.monotonic()
    answer = client.get("/readyz")
    assert time.monotonic() - began < 3
    said = answer.json()
    told = {one["name"]: (one["state"], one["sentence"]) for one in said["checks"]}
    return answer.status_code, said["missing"], told


def states(told: Told) -> dict[str, str]:
    return {name: state for name, (state, _) in told[2].items()}


def test_alive_asks_no_database(client: Client) -> None:
    assert client.get("/healthz").content == b"ok"


@pytest.mark.django_db(transaction=True)
def test_all_is_well(client: Client, cashier: CashierProcess) -> None:
    today = timezone.localdate()
    for year in (today.year, today.year + 1):
        WorkCalendarDay.objects.create(
            date=date(year, 1, 1), is_workday=False, source=DaySource.OFFICIAL
        )
    told = ask(client)
    assert (told[0], told[1]) == (200, [])
    assert set(states(told).values()) == {"ok"}
    assert list(told[2]) == ["database", "broker", "queue", "gateway:finance", "calendar"]


@pytest.mark.django_db
def test_a_platform_that_is_away_is_no_reason_to_leave_service(
    client: Client, settings: Settings
) -> None:
    settings.FINANCE_URL = "http://127.0.0.1:1"
    gateway.cache_clear()
    told = ask(client)
    gateway.cache_clear()
    assert (told[0], told[2]["gateway:finance"][0]) == (200, "warn")
    assert "付不了款" in told[2]["gateway:finance"][1]


@pytest.mark.django_db
def test_a_year_without_holidays_is_named(client: Client) -> None:
    state, sentence = ask(client)[2]["calendar"]
    assert (state, str(timezone.localdate().year) in sentence) == ("warn", True)


@pytest.mark.django_db
def test_a_queue_nobody_empties_is_named(client: Client) -> None:
    with redis.Redis.from_url(django_settings.CELERY_BROKER_URL) as broker:
        sent = timezone.now().timestamp() - 900
        broker.lpush("celery", f'{{"headers": {{"{jobs.SENT_AT}": {sent}}}}}')
        broker.lpush("celery", '{"headers": {}}')
        told = ask(client)
    assert (told[0], told[2]["queue"][0], "900 秒" in told[2]["queue"][1]) == (200, "warn", True)


@pytest.mark.django_db
@pytest.mark.parametrize(("ago", "state"), [(300, "ok"), (900, "warn"), (None, "warn")])
def test_jobs_that_ran_long_ago(client: Client, ago: int | None, state: str) -> None:
    with redis.Redis.from_url(django_settings.CELERY_BROKER_URL) as broker:
        broker.delete(jobs.LAST_RUNS)
        if ago is not None:
            broker.hset(jobs.LAST_RUNS, "a job", timezone.now().timestamp() - ago)
    assert states(ask(client))["queue"] == state


def test_what_hangs_is_asked_once() -> None:
    asked, over = [], Event()

    def hangs() -> Answer:
        asked.append(1)
        over.wait()
        return State.OK, ""

    watch = Watch(patience=0.05)
    states = [watch.look({"database": hangs})[0].state for _ in range(3)]
    over.set()
    assert (states, len(asked)) == ([State.DOWN] * 3, 1)


def test_a_channel_is_asked_rarely_and_never_takes_us_down() -> None:
    asked = []

    def silent() -> Answer:
        asked.append(1)
        return State.DOWN, ""

    watch = Watch(pause=60)
    found = [watch.look({"gateway:x": silent})[0].state for _ in range(3)]
    assert (found, len(asked)) == ([State.WARN] * 3, 1)


def test_the_database_is_the_settings_one() -> None:
    wanted = checks.database_parameters()
    assert wanted["connect_timeout"] == 2
    assert str(wanted["port"]) == str(connection.settings_dict["PORT"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status"), [("/healthz", 200), ("/readyz", 200), ("/metrics", 200), ("/retake/", 301)]
)
def test_probes_are_asked_on_a_port_that_speaks_no_tls(
    settings: Settings, path: str, status: int
) -> None:
    settings.SECURE_SSL_REDIRECT, settings.METRICS_TOKEN = True, "of Prometheus"
    answer = Client().get(path, headers={"Authorization": "Bearer of Prometheus"})
    assert answer.status_code == status
