"""What waits in the broker, and since when."""

import json
from dataclasses import dataclass

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT = 1.0  # seconds a question may take
QUEUE = "celery"  # Celery's default, the only one we use
UNACKED = "unacked"  # messages a worker holds


def connect(url: str) -> redis.Redis:
    """A client for a few questions, bounded in time; close it."""
    once = Retry(NoBackoff(), 0)  # the client's own three would make it seconds
    return redis.Redis.from_url(
        url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=once
    )


@dataclass(frozen=True)
class Waiting:
    """``length`` messages wait, ``held`` more are with workers; the oldest for ``oldest`` seconds.

    ``last_run`` is seconds since any job last succeeded, None when none ever did.
    """

    length: int
    held: int
    oldest: float
    last_run: float | None


def look(url: str, last_runs: str, sent_at: str, now: float) -> Waiting:
    """One round trip. ``now`` in seconds since 1970; raises ``redis.RedisError``."""
    with connect(url) as client, client.pipeline(transaction=False) as questions:
        questions.llen(QUEUE).hlen(UNACKED).lindex(QUEUE, -1).hvals(last_runs)
        length, held, oldest, runs = questions.execute()
    newest = max((float(run) for run in runs), default=None)
    return Waiting(
        length=length,
        held=held,
        oldest=_age(oldest, sent_at, now),
        last_run=None if newest is None else max(0.0, now - newest),
    )


def _age(message: bytes | None, sent_at: str, now: float) -> float:
    """A message without our header (sent before an upgrade) counts as new."""
    headers = json.loads(message).get("headers", {}) if message else {}
    return max(0.0, now - float(headers.get(sent_at, now)))
