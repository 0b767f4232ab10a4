"""``/metrics`` in Prometheus' text format: counted by every process of this machine, or computed
when asked. Each machine is scraped by itself; what is computed is the same on all of them.
"""

from collections.abc import Iterator
from hmac import compare_digest
from pathlib import Path

import redis
from django.conf import settings
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from payments.metrics import Money
from portal.inbox.models import Letter
from portal.inbox.states import LetterState
from portal.jobs.models import Job
from portal.jobs.states import JobState
from portal.lib.requests import address, is_within
from portal.ops import backup, broker, jobs

LOOPBACK = ("127.0.0.0/8", "::1/128")
# queue -> its rows, the field of their age
ROWS = (
    ("letters", Letter.objects.filter(state=LetterState.WAITING), "written_at"),
    ("jobs", Job.objects.filter(state=JobState.RUNNING), "seen_at"),
)


class Queues(Collector):
    """What waits, and since when: messages of the broker, rows of the database."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = timezone.now()
        lengths = GaugeMetricFamily("portal_queue_length", "What waits.", labels=["queue"])
        ages = GaugeMetricFamily(
            "portal_queue_oldest_seconds", "Age of the oldest in seconds.", labels=["queue"]
        )
        for name, rows, since in ROWS:
            found = rows.order_by().aggregate(count=Count("pk"), oldest=Min(since))
            lengths.add_metric([name], found["count"])
            ages.add_metric([name], (now - (found["oldest"] or now)).total_seconds())
        yield from self._broker(lengths, ages, now.timestamp())
        yield from (lengths, ages)

    def _broker(
        self, lengths: GaugeMetricFamily, ages: GaugeMetricFamily, now: float
    ) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("portal_broker_up", "Does the broker answer?")
        try:
            waiting = broker.look(settings.CELERY_BROKER_URL, jobs.LAST_RUNS, jobs.SENT_AT, now)
        except redis.RedisError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        lengths.add_metric(["broker"], waiting.length)
        lengths.add_metric(["broker_held"], waiting.held)
        ages.add_metric(["broker"], waiting.oldest)
        yield up
        if waiting.last_run is not None:
            yield GaugeMetricFamily(
                "portal_last_job_seconds", "Since any job succeeded.", value=waiting.last_run
            )


class Backups(Collector):
    """How old the newest backup of this machine is; nothing where none was ever made."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        made_at = backup.newest(Path(settings.BACKUP_ROOT))
        if made_at is not None:
            age = (timezone.now() - made_at).total_seconds()
            yield GaugeMetricFamily("portal_backup_age_seconds", "Of the newest.", value=age)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The metrics, for whoever has ``METRICS_TOKEN`` or asks from ``METRICS_FROM`` (both when both
    are set); in the demo without either, for this machine.

    404 for everybody else: there is nothing here.
    """
    if not _may(request):
        raise Http404
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(settings.METRICS_DIR))  # type: ignore[no-untyped-call]
    registry.register(Money())
    registry.register(Queues())
    registry.register(Backups())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may(request: HttpRequest) -> bool:
    if not (settings.METRICS_TOKEN or settings.METRICS_FROM):
        return bool(settings.DEMO) and is_within(address(request), LOOPBACK)
    return _has_token(request) and _comes_from_there(request)


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").encode()
    wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
    return not settings.METRICS_TOKEN or compare_digest(given, wanted)


def _comes_from_there(request: HttpRequest) -> bool:
    return not settings.METRICS_FROM or is_within(address(request), settings.METRICS_FROM)
