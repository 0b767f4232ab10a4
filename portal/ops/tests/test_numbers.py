"""One number from the page through the job to the channel: a real worker, a real HTTP server."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import redis
from django.conf import settings as django_settings
from django.test import Client
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector
from pytest_django import Settings

from payments.gateways.base import GatewayUnavailable
from payments.gateways.finance import FinanceGateway
from payments.gateways.registry import gateway
from payments.models import Order
from payments.services.inquiry import asking, query
from portal.jobs.tasks import pick_up_orphans
from portal.lib import trace
from portal.lib.testing.serving import Serving
from portal.ops import jobs
from portal.ops.tests.test_requests import NUMBER

HEARD: list[str | None] = []


class Platform(BaseHTTPRequestHandler):
    """Writes down the number of every call and answers nothing usable."""

    def do_POST(self) -> None:
        HEARD.append(self.headers[trace.HEADER])
        self.send_response(500)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Not on the test's output."""


@pytest.fixture
def platform(settings: Settings) -> Iterator[None]:
    HEARD.clear()
    with Serving(Platform) as server:
        settings.FINANCE_URL = server.url
        yield


@pytest.mark.usefixtures("platform")
def test_a_call_to_a_channel_carries_the_number() -> None:
    with trace.working_on(NUMBER), pytest.raises(GatewayUnavailable):
        FinanceGateway.from_settings().query("ZZJF1")
    assert HEARD == [NUMBER]


@pytest.mark.usefixtures("platform")
def test_so_do_the_calls_of_a_job_that_asks_about_many() -> None:
    asked = [Order(number=f"ZZJF{number}", channel="finance") for number in range(3)]
    gateway.cache_clear()
    with trace.working_on(NUMBER), asking(query) as begin:
        list(begin(asked))
    gateway.cache_clear()
    assert HEARD == [NUMBER] * 3


def test_outside_of_any_request_there_is_no_number(platform: None) -> None:
    with pytest.raises(GatewayUnavailable):
        FinanceGateway.from_settings().query("ZZJF1")
    assert HEARD == [None]


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Path]:
    """A worker in a process of its own, its log in JSON."""
    log = tmp_path / "worker.log"
    options = ("--pool=solo", "--without-gossip", "--without-mingle", "--without-heartbeat")
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "portal.celery", "worker", *options],
            cwd=django_settings.BASE_DIR,
            env={**os.environ, "LOG_FORMAT": "json"},
            stdout=out,
            stderr=out,
        )
    yield log
    process.terminate()
    process.wait(60)


def lines(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def ended(log: Path) -> list[dict[str, object]]:
    """Jobs of our number: the queue may hold what tests before us have left."""
    found = [line for line in lines(log) if line["logger"] == "portal.jobs"]
    return [line for line in found if line["request"] == NUMBER]


@pytest.mark.django_db
def test_a_job_keeps_the_number_of_the_page_that_started_it(worker: Path, client: Client) -> None:
    with redis.Redis.from_url(django_settings.CELERY_BROKER_URL) as broker:
        broker.delete(jobs.LAST_RUNS)
        with trace.working_on(NUMBER):
            pick_up_orphans.delay()
        deadline = time.monotonic() + 90
        while not broker.hlen(jobs.LAST_RUNS) and time.monotonic() < deadline:
            time.sleep(0.05)
        while not ended(worker) and time.monotonic() < deadline:
            time.sleep(0.05)
    [line] = ended(worker)
    assert (line["job"], line["outcome"]) == ("portal.jobs.tasks.pick_up_orphans", "success")
    assert jobs_counted("portal.jobs.tasks.pick_up_orphans") >= 1


def jobs_counted(job: str) -> float:
    """As ``/metrics`` of this process sees what the worker's process counted."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, django_settings.METRICS_DIR)  # type: ignore[no-untyped-call]
    found = registry.get_sample_value("portal_jobs_total", {"job": job, "outcome": "success"})
    return found or 0.0
