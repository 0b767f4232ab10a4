"""Two beats on one broker: one acts; when it is killed the other does, within the lease."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings

from portal.ops.beat import NAME, Lease

SECONDS = 5.0  # a busy machine may keep a beat from speaking for some of them
Beat = subprocess.Popen[bytes]


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    """This worker's broker number, with nothing in it."""
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as client:
        client.delete("celery", NAME)
        yield client
        client.delete("celery", NAME)


def lease(seconds: float = SECONDS) -> Lease:
    return Lease(settings.CELERY_BROKER_URL, seconds)


def test_one_holds_it_the_other_does_not(broker: redis.Redis) -> None:
    first, second = lease(), lease()
    assert [first.held(0.0), second.held(0.0), first.held(1.0)] == [True, False, True]


def test_who_is_not_heard_of_loses_it(broker: redis.Redis) -> None:
    first, second = lease(), lease()
    assert first.held(0.0)
    broker.delete(NAME)  # as time does
    assert [second.held(0.0), first.held(SECONDS)] == [True, False]


def test_what_is_given_back_is_anybodys(broker: redis.Redis) -> None:
    first, second = lease(), lease()
    assert first.held(0.0)
    first.give_back()
    assert second.held(0.0)


def test_nobody_else_can_give_it_back(broker: redis.Redis) -> None:
    first, second = lease(), lease()
    assert first.held(0.0)
    second.give_back()
    assert not second.held(0.0)


def test_without_a_broker_nobody_acts() -> None:
    assert not Lease("redis://127.0.0.1:1/0", SECONDS).held(0.0)


@pytest.fixture
def beats(broker: redis.Redis, tmp_path: Path) -> Iterator[list[Beat]]:
    """Two beats, each in a process and with a schedule of its own."""
    env = {**os.environ, "BEAT_LEASE": str(SECONDS), "JOBS_EVERY": "1"}
    started = []
    for number in range(2):
        schedule = f"--schedule={tmp_path / str(number)}"
        with (tmp_path / f"{number}.log").open("wb") as log:
            command = [sys.executable, "-m", "celery", "-A", "portal.celery", "beat", "--pidfile="]
            started.append(
                subprocess.Popen(
                    [*command, schedule], cwd=settings.BASE_DIR, env=env, stdout=log, stderr=log
                )
            )
    yield started
    for beat in started:
        beat.kill()
        beat.wait()


def acting(broker: redis.Redis) -> set[int]:
    """Wait for some jobs and tell which processes sent them."""
    broker.delete("celery")
    deadline = time.monotonic() + 90
    while broker.llen("celery") < 6 and time.monotonic() < deadline:
        time.sleep(0.05)
    origins = [json.loads(one)["headers"]["origin"] for one in broker.lrange("celery", 0, -1)]
    return {int(origin.removeprefix("gen").partition("@")[0]) for origin in origins}


def test_one_acts_and_the_other_takes_over(broker: redis.Redis, beats: list[Beat]) -> None:
    [one] = acting(broker)
    [other] = {beat.pid for beat in beats} - {one}
    stopped = next(beat for beat in beats if beat.pid == one)
    stopped.kill()
    stopped.wait()
    assert broker.pttl(NAME) <= SECONDS * 1000
    assert acting(broker) == {other}
