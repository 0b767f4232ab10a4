"""Many students at once, spread over processes so that the load does not wait for one GIL."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from typing import Protocol

from benchmarks import leash
from benchmarks.browser import Unexpected, Visit

PROCESSES = 2


@dataclass(frozen=True)
class Span:
    """When somebody was busy with something, in seconds of the wall clock, and what went wrong."""

    began: float
    ended: float
    trouble: str


@dataclass(frozen=True)
class Trip(Span):
    """How one student fared; ``number`` is the order he paid."""

    username: str
    number: str
    visits: tuple[Visit, ...]


@dataclass(frozen=True)
class Outing:
    """What a driver hands back: the order's number (or nothing) and the visits made."""

    number: str
    visits: tuple[Visit, ...]


Drive = Callable[[str], Outing]


def drive(work: Drive, usernames: Sequence[str], at_once: int) -> list[Trip]:
    """Let ``at_once`` students do ``work`` at any time until all have done it.

    ``work`` is a picklable callable: it travels to the processes.
    """
    shares = [usernames[part::PROCESSES] for part in range(PROCESSES)]
    threads = max(1, at_once // PROCESSES)
    with ProcessPoolExecutor(PROCESSES, get_context("spawn"), leash.follow) as pool:
        trips = pool.map(_share, [work] * PROCESSES, shares, [threads] * PROCESSES)
        return [trip for share in trips for trip in share]


def rate(spans: Sequence[Span]) -> float:
    """Students a second, from the first start to the last end."""
    return len(spans) / (max(span.ended for span in spans) - min(span.began for span in spans))


def _share(work: Drive, usernames: Sequence[str], threads: int) -> list[Trip]:
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda username: _trip(work, username), usernames))


def _trip(work: Drive, username: str) -> Trip:
    began = time.time()
    try:
        outing, trouble = work(username), ""
    except (Unexpected, HTTPException, OSError) as error:
        outing, trouble = Outing("", ()), f"{type(error).__name__}: {error}"
    return Trip(began, time.time(), trouble, username, outing.number, outing.visits)


class Marcher(Protocol):
    """Somebody who goes through the stages of a parade, a method each."""

    def march(self, stage: str) -> None:
        """Do what belongs to the stage; raises ``Unexpected`` when a page does not fit."""


def parade(
    make: Callable[[str], Marcher], stages: Sequence[str], usernames: Sequence[str], at_once: int
) -> dict[str, list[Span]]:
    """All students finish a stage before the first begins the next: the rate of one request.

    ``make`` is picklable and gives the marcher of a student number.
    """
    context = get_context("spawn")
    shares = [usernames[part::PROCESSES] for part in range(PROCESSES)]
    threads = max(1, at_once // PROCESSES)
    with ProcessPoolExecutor(
        PROCESSES, context, _remember_barrier, (context.Barrier(PROCESSES),)
    ) as pool:
        jobs = [pool.submit(_march, make, stages, share, threads) for share in shares]
        parts = [job.result() for job in jobs]
    return {stage: [span for part in parts for span in part[stage]] for stage in stages}


_barriers: list[Barrier] = []


def _remember_barrier(barrier: Barrier) -> None:
    """A barrier travels to a process only while it is born."""
    leash.follow()
    _barriers.append(barrier)


def _march(
    make: Callable[[str], Marcher], stages: Sequence[str], usernames: Sequence[str], threads: int
) -> dict[str, list[Span]]:
    marchers = [make(username) for username in usernames]
    spans: dict[str, list[Span]] = {}
    with ThreadPoolExecutor(threads) as pool:
        for stage in stages:
            _barriers[0].wait()
            spans[stage] = list(pool.map(_stage, marchers, [stage] * len(marchers)))
    return spans


def _stage(marcher: Marcher, stage: str) -> Span:
    began = time.time()
    trouble = ""
    try:
        marcher.march(stage)
    except (Unexpected, HTTPException, OSError) as error:
        trouble = f"{type(error).__name__}: {error}"
    return Span(began, time.time(), trouble)
