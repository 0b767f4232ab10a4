"""Celery's beat on as many machines as there are: one acts, the others wait for its lease."""

import logging
import time
from typing import Any

import redis
from celery.beat import PersistentScheduler
from django.conf import settings
from redis.exceptions import LockError
from redis.lock import Lock

from portal.ops import broker

log = logging.getLogger(__name__)

NAME = "portal:beat"


class Lease:
    """Who may act, kept in the broker: a beat that cannot reach it could send nothing anyway.

    ``seconds`` after its holder was last heard of the lease is anybody's. Jobs find their work in
    rows, so that the moment of a change may run one twice and harm nothing.
    """

    def __init__(self, url: str, seconds: float) -> None:
        self._client = broker.connect(url)
        self._lock = Lock(self._client, NAME, timeout=seconds, blocking=False, thread_local=False)
        self._fresh = seconds / 3
        self._renewed_at: float | None = None

    def held(self, now: float) -> bool:
        """Is it ours? ``now`` in seconds of a clock that only grows; asks thrice a lease."""
        if self._renewed_at is not None and now - self._renewed_at < self._fresh:
            return True
        had_it, has_it = self._renewed_at is not None, self._take()
        self._renewed_at = now if has_it else None
        if had_it != has_it:
            log.warning("this beat acts now" if has_it else "this beat waits: the lease is lost")
        return has_it

    def give_back(self) -> None:
        """Let the next one act at once."""
        try:
            self._lock.release()
        except (LockError, redis.RedisError):
            log.info("the lease was not ours to give back")

    def _take(self) -> bool:
        try:
            return self._lock.reacquire() if self._lock.owned() else self._lock.acquire()
        except (LockError, redis.RedisError):
            return False


class LeasedScheduler(PersistentScheduler):
    """Celery's own scheduler, which ticks only while it has the lease."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._pause = settings.BEAT_LEASE / 3
        self._lease = Lease(settings.CELERY_BROKER_URL, settings.BEAT_LEASE)
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Seconds until the next one."""
        if not self._lease.held(time.monotonic()):
            return float(self._pause)
        return float(min(super().tick(*args, **kwargs), self._pause))

    def close(self) -> None:
        """Beat ends."""
        self._lease.give_back()
        super().close()
