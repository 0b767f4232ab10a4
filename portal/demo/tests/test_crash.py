"""kill -9 of anything, and what it leaves: orphans, pid files, records, a held shared memory."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from portal.demo.supervisor import identity
from portal.demo.supervisor.children import Crew, Program
from portal.demo.supervisor.identity import Identity
from portal.demo.supervisor.instance import Instance
from portal.demo.supervisor.refusal import Refusal
from portal.demo.tests.conftest import PATIENCE, eventually, rows, server_user

NO_BROKER = {"REDIS_URL": "redis://given"}
STAYS = "print('up'); import time; time.sleep(600)"


@pytest.fixture
def database(instance: Instance, crew: Crew) -> str:
    """The address of a running PostgreSQL with one committed row."""
    url = instance.start_services(crew, NO_BROKER, {})["DATABASE_URL"]
    rows(url, "CREATE TABLE paid AS SELECT 3 AS courses")
    return url


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A living process of the servers' user that is none of ours."""
    with subprocess.Popen(["sleep", "600"], user=server_user()) as process:
        yield process
        process.kill()


def kill(crew: Crew, name: str) -> None:
    """Kill one child as the kernel would: at once."""
    os.kill(next(c.process.pid for c in crew.children if c.program.name == name), signal.SIGKILL)


def answers(crew: Crew, url: str) -> bool:
    """Tend the crew once and ask the database for the committed row."""
    crew.tend(time.monotonic())
    try:
        return rows(url, "SELECT courses FROM paid") == [(3,)]
    except psycopg2.OperationalError:
        return False


def test_a_killed_postgres_comes_back_on_its_port(crew: Crew, database: str) -> None:
    kill(crew, "postgres")

    assert eventually(lambda: answers(crew, database))


def test_a_killed_busy_postgres_leaves_no_orphan_in_the_way(crew: Crew, database: str) -> None:
    """A server process in the middle of a long statement does not notice its parent's death."""
    # Ten thousand million rows: minutes, in which no new server could start beside it.
    busy = "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b"
    victim = threading.Thread(target=_interrupted, args=(database, busy))
    victim.start()
    running = (
        "SELECT count(*)::int FROM pg_stat_activity"
        " WHERE state = 'active' AND query LIKE '%generate_series%' AND pid <> pg_backend_pid()"
    )
    assert eventually(lambda: rows(database, running) == [(1,)])
    kill(crew, "postgres")

    assert eventually(lambda: answers(crew, database))
    victim.join()


def _interrupted(url: str, statement: str) -> None:
    with pytest.raises(psycopg2.Error):
        rows(url, statement)


@pytest.mark.parametrize(
    "content",
    ["", "12", "nonsense\n", "{stranger}\n{data}\n1\n5432\n\n127.0.0.1\n 1 1\nready\n"],
    ids=["empty", "cut short", "nonsense", "names a living process"],
)
def test_a_stale_pid_file_is_no_obstacle(
    instance: Instance,
    crew: Crew,
    database: str,
    stranger: subprocess.Popen[bytes],
    content: str,
) -> None:
    kill(crew, "postgres")
    crew.stop()
    data = instance.state / "services" / "postgres"
    (data / "postmaster.pid").write_text(content.format(stranger=stranger.pid, data=data))

    url = instance.start_services(crew, NO_BROKER, {"DATABASE_URL": database})["DATABASE_URL"]

    assert rows(url, "SELECT courses FROM paid") == [(3,)]
    assert stranger.poll() is None


def test_an_interrupted_initialisation_is_begun_again(instance: Instance, crew: Crew) -> None:
    half = instance.state / "services" / "postgres.draft"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")

    url = instance.start_services(crew, NO_BROKER, {})["DATABASE_URL"]

    assert rows(url, "SELECT 1") == [(1,)]


def program(tmp_path: Path, name: str, code: str) -> Program:
    """A Python one-liner as a program that is ready once it has printed ``up``."""
    log = tmp_path / f"{name}.log"
    return Program(
        name=name,
        argv=(sys.executable, "-u", "-c", code),
        log=log,
        ready=lambda: "up" in log.read_text(),
        env={},
    )


def test_a_child_that_dies_is_started_again(crew: Crew, tmp_path: Path) -> None:
    crew.start(program(tmp_path, "web", STAYS), seconds=PATIENCE)
    first = crew.children[0].process.pid
    kill(crew, "web")

    def is_back() -> bool:
        crew.tend(time.monotonic())
        return crew.children[0].process.pid != first

    assert eventually(is_back)
    recorded = Identity.read(crew.records / "web")
    assert recorded == Identity.of(crew.children[0].process.pid)


def test_a_child_that_keeps_dying_is_given_more_and_more_time(crew: Crew, tmp_path: Path) -> None:
    crew.start(program(tmp_path, "web", STAYS), seconds=PATIENCE)
    waits = []
    for _ in range(5):
        kill(crew, "web")
        assert eventually(crew.children[0].died)
        now = time.monotonic()
        crew.tend(now)
        waits.append((crew.children[0].restart_at or 0) - now)
        crew.tend(now + waits[-1])

    assert [round(wait, 3) for wait in waits] == [0.5, 1.0, 2.0, 5.0, 5.0]


def test_a_program_that_cannot_start_says_why(crew: Crew, tmp_path: Path) -> None:
    broken = program(tmp_path, "web", "print('no module named portal'); raise SystemExit(3)")

    with pytest.raises(Refusal) as refused:
        crew.start(broken, seconds=PATIENCE)

    log = tmp_path / "web.log"
    assert str(refused.value) == (
        f"web stopped while starting. The end of {log}:\nno module named portal"
    )


def test_who_does_not_listen_is_killed_with_its_children(
    instance: Instance, tmp_path: Path
) -> None:
    deaf = (
        "import signal, subprocess, sys; signal.signal(15, signal.SIG_IGN);"
        "c = subprocess.Popen(['sleep', '600']); print(c.pid, 'up'); c.wait()"
    )
    crew = Crew(instance.records, patience=0.5)
    crew.start(program(tmp_path, "web", deaf), seconds=PATIENCE)
    grandchild = Identity.of(int((tmp_path / "web.log").read_text().split()[0]))
    assert grandchild is not None

    crew.stop()

    assert identity.wait_gone([grandchild], PATIENCE)


def test_leftovers_of_a_killed_supervisor_are_ended(
    instance: Instance, stranger: subprocess.Popen[bytes]
) -> None:
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as left:
        known = Identity.of(left.pid)
        assert known is not None
        known.write(instance.records / "web")
        # Its number was given to somebody else since.
        Identity(stranger.pid, 1).write(instance.records / "worker")
        (instance.records / "beat").write_text("12")

        Crew(instance.records, patience=0.2).clear_leftovers()

        assert left.wait(PATIENCE) == -signal.SIGKILL
    assert stranger.poll() is None
    assert list(instance.records.iterdir()) == []
