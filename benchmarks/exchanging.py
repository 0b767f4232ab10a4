"""The measurements of ``benchmarks.exchange``."""

import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from random import Random
from statistics import median

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks import exchanged
from benchmarks.figures import tell
from credits.kinds import SourceKind, TargetKind
from credits.models import Application
from credits.proposal import Purse, propose
from credits.rules import Price, Source
from credits.services import replaying
from credits.tests.factories import Exchange, build_exchange, build_rules
from portal.accounts.models import User
from portal.jobs import services as jobs

STATEMENTS, TIMES_EMPTY, QUEUE_GROWTH = 10, 3.0, 1.3
OPTIMISER_MS, REPLAY_PER_SECOND = 50.0, 500.0
ITEMS, DRAWS = 40, 30
QUEUE, CHOICE = "/admin/credits/application/", "/credits/"
EMPTY = "/messages/"  # of somebody who has none


class Run:
    """One scratch database that grows."""

    def __init__(self, sizes: list[int], replayed: int, repeat: int) -> None:
        self.sizes, self.replayed, self.repeat = sizes, replayed, repeat

    def measure(self) -> Iterator[str]:
        """Print every figure; yields what missed its bound."""
        call_command("migrate", verbosity=0)
        exchange = build_exchange()
        yield from self._page(exchange)
        yield from _optimiser()
        sample = exchange.submitted(now=timezone.now())
        exchanged.found_colleges()
        yield from self._queue(exchange, sample)
        yield from self._replay(exchange)

    def _page(self, exchange: Exchange) -> Iterator[str]:
        """A student with eighty attempts against an empty page of his."""
        attempts = exchanged.fill_record(exchange)
        client = _signed_in(exchange.student.user_id)
        empty, seconds = self._pair(client, time.perf_counter)
        empty_cpu, cpu = self._pair(client, time.process_time)
        with CaptureQueriesContext(connection) as seen:
            _open(client, CHOICE)
        tell(f"exchange.page_{attempts}_attempts", seconds * 1000, "ms", empty * 1000)
        tell(f"exchange.page_{attempts}_attempts_cpu", cpu * 1000, "ms", empty_cpu * 1000)
        tell("exchange.page_statements", len(seen), "statements", STATEMENTS)
        if len(seen) > STATEMENTS or seconds > TIMES_EMPTY * empty:
            yield f"the page: {len(seen)} statements, {seconds / empty:.2f} times an empty one"

    def _queue(self, exchange: Exchange, sample: Application) -> Iterator[str]:
        client, there = _signed_in(exchange.reviewer.pk), 0
        smallest: float | None = None
        for size in self.sizes:
            exchanged.grow(sample, exchange.teaching.pk, there, size)
            there = size
            seconds = self._median(lambda: _open(client, QUEUE))
            smallest = smallest or seconds
            tell(f"exchange.queue_{size}", seconds * 1000, "ms", smallest * 1000)
            if seconds > QUEUE_GROWTH * smallest:
                yield f"the queue at {size}: {seconds / smallest:.2f} times the smallest"

    def _replay(self, exchange: Exchange) -> Iterator[str]:
        """One process works off a job over the newest applications."""
        draft = build_rules("试算", published=False)
        draft.prices.filter(target=TargetKind.PUBLIC).update(ratio=3)
        job = replaying.start(rule_set_id=draft.pk, staff=exchange.teaching, now=timezone.now())
        stretches = -(-self.replayed // replaying.STRETCH)
        job.items.filter(position__gte=stretches).delete()
        wall, cpu = time.perf_counter(), time.process_time()
        jobs.work(job.pk, timezone.now)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        done = stretches * replaying.STRETCH
        tell(f"exchange.replay_{done}_wall", done / wall, "applications/s", REPLAY_PER_SECOND)
        tell(f"exchange.replay_{done}_core", done / cpu, "applications/s", REPLAY_PER_SECOND)
        if done / wall < REPLAY_PER_SECOND:
            yield f"the replay: {done / wall:.0f} a second"

    def _pair(self, client: Client, clock: Callable[[], float]) -> tuple[float, float]:
        """Seconds of the empty page and of the student's, by turns: both meet the same machine."""
        empty: list[float] = []
        full: list[float] = []
        for _ in range(self.repeat + 1):
            for path, seconds in ((EMPTY, empty), (CHOICE, full)):
                started = clock()
                _open(client, path)
                seconds.append(clock() - started)
        return median(empty[1:]), median(full[1:])

    def _median(self, action: Callable[[], object]) -> float:
        """Seconds, after one that warms up."""
        action()
        seconds = []
        for _ in range(self.repeat):
            started = time.perf_counter()
            action()
            seconds.append(time.perf_counter() - started)
        return median(seconds)


def _optimiser() -> Iterator[str]:
    """Forty items of three kinds, many draws; the slowest counts."""
    worst = max(_drawn(seed) for seed in range(DRAWS)) * 1000
    tell(f"exchange.optimiser_{ITEMS}_items_slowest", worst, "ms", OPTIMISER_MS)
    if worst > OPTIMISER_MS:
        yield f"the optimiser: {worst:.1f} ms"


def _drawn(seed: int) -> float:
    random = Random(seed)  # noqa: S311 -- credits, not secrets
    kinds = (SourceKind.ELECTIVE, SourceKind.EXTENSION, SourceKind.CONTEST)
    sources = [
        Source(f"course:{one}", random.choice(kinds), f"{one}", Decimal(random.randint(1, 10)) / 2,
               "80", "2023-2024-1")
        for one in range(ITEMS)
    ]  # fmt: skip
    purses = {
        kind: Purse(Price(TargetKind.PUBLIC, kind, Decimal(ratio)), spare=Decimal(6))
        for kind, ratio in zip(kinds, ("2", "1.5", "1"), strict=True)
    }
    started = time.perf_counter()
    propose(Decimal(random.randint(4, 16)) / 2, sources, purses)
    return time.perf_counter() - started


def _signed_in(user_id: int | None) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user_id or 0))
    return client


def _open(client: Client, path: str) -> None:
    answer = client.get(path, HTTP_HOST="localhost")
    assert answer.status_code == 200, (path, answer.status_code)
