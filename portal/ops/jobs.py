"""Background jobs, seen from outside: the number of the request they come from, times, outcomes.

Celery's signals are the one place all of them pass, so no task has to know.
"""

import logging
import time
from contextlib import AbstractContextManager
from typing import Any

import redis
from celery.signals import before_task_publish, task_postrun, task_prerun
from django.conf import settings
from django.utils import timezone
from prometheus_client import Counter, Histogram

from portal.lib import trace
from portal.ops import broker

log = logging.getLogger("portal.jobs")

NUMBER, SENT_AT = "portal_request", "portal_sent_at"  # headers of a task's message
LAST_RUNS = "portal:last-runs"  # hash: job -> seconds since 1970 when it last succeeded
JOBS = Counter("portal_jobs", "Background jobs that ended.", ["job", "outcome"])
SECONDS = Histogram(
    "portal_job_seconds",
    "How long they took.",
    ["job"],
    buckets=(0.01, 0.1, 0.5, 1, 5, 15, 60, 300),
)
_running: dict[str, tuple[float, AbstractContextManager[None]]] = {}


@before_task_publish.connect
def _send_along(headers: dict[str, Any], **_: object) -> None:
    """What a page starts keeps the page's number; what the beat starts gets one of its own."""
    headers.setdefault(NUMBER, trace.usable(trace.current()))
    headers.setdefault(SENT_AT, timezone.now().timestamp())


@task_prerun.connect
def _begin(task_id: str, task: Any, **_: object) -> None:
    number = trace.working_on(trace.usable(task.request.get(NUMBER) or ""))
    number.__enter__()
    _running[task_id] = time.perf_counter(), number


@task_postrun.connect
def _end(task_id: str, task: Any, state: str | None, **_: object) -> None:
    began, number = _running.pop(task_id)
    seconds, outcome = time.perf_counter() - began, (state or "unknown").lower()
    JOBS.labels(task.name, outcome).inc()
    SECONDS.labels(task.name).observe(seconds)
    facts = {"job": task.name, "outcome": outcome, "ms": round(seconds * 1000, 1)}
    log.info("%s %s %.0f ms", task.name, outcome, seconds * 1000, extra={"facts": facts})
    if outcome == "success":
        _remember(task.name)
    number.__exit__(None, None, None)


def _remember(job: str) -> None:
    """For the probe: a worker without a broker has other worries."""
    try:
        with broker.connect(settings.CELERY_BROKER_URL) as client:
            client.hset(LAST_RUNS, job, timezone.now().timestamp())
    except redis.RedisError:
        log.warning("the broker did not take down that %s ran", job)
