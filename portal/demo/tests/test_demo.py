"""``make demo`` itself, in a copy of the portal: starts from nothing, survives, stops, keeps."""

import http.client
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.demo.serve import BASE
from portal.demo.supervisor import identity, surroundings
from portal.demo.supervisor.identity import Identity
from portal.demo.tests.conftest import eventually, rows
from portal.lib import ports

CODE = ("portal", "retake", "payments", "credits", "transcripts", "templates", "static")
EVERYBODY = {"postgres", "valkey", "web", "worker", "beat", "cashier"}
PATIENCE = 400  # seconds; how fast it starts is measured elsewhere
Demo = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def copy(open_folder: Path) -> Path:
    """A copy of the checkout without its data."""
    for name in CODE:
        shutil.copytree(BASE / name, open_folder / name)
    for name in ("manage.py", "requirements.txt"):
        shutil.copy(BASE / name, open_folder / name)
    return open_folder


@pytest.fixture
def port() -> int:
    """Where the demo's portal is to listen."""
    return ports.choose()


@pytest.fixture
def start(copy: Path, port: int) -> Iterator[Demo]:
    """Start the demo of the copy and wait until it says how to stop it."""
    env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    env |= {"PORT": str(port), "CASHIER_PORT": str(ports.choose())}
    command = [sys.executable, "-m", "portal.demo.serve", "demo"]
    said = copy / "said.txt"
    started: list[subprocess.Popen[bytes]] = []

    def start_one() -> "subprocess.Popen[bytes]":
        with said.open("wb") as out:
            demo = subprocess.Popen(command, cwd=copy, env=env, stdout=out, stderr=out)
        started.append(demo)
        eventually(lambda: "Ctrl-C" in said.read_text() or demo.poll() is not None, PATIENCE)
        assert "Ctrl-C" in said.read_text(), said.read_text()
        return demo

    yield start_one
    for demo in started:
        demo.terminate()
        demo.wait(PATIENCE)


def running(copy: Path) -> dict[str, Identity]:
    """The recorded processes that live."""
    records = (copy / "var" / "demo" / "processes").iterdir()
    found = {record.name: Identity.read(record) for record in records}
    return {name: process for name, process in found.items() if process and process.alive}


def is_ready(port: int) -> bool:
    """Ask the portal whether it, its database and its broker are there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def test_the_demo_from_nothing_to_its_second_start(start: Demo, copy: Path, port: int) -> None:
    demo = start()
    said = (copy / "said.txt").read_text()
    assert f"http://127.0.0.1:{port}/" in said
    assert "20220101" in said
    everybody = running(copy)
    assert set(everybody) == EVERYBODY

    for process in everybody.values():
        os.kill(process.pid, signal.SIGKILL)
    assert identity.wait_gone(list(everybody.values()), PATIENCE)
    assert eventually(lambda: set(running(copy)) == EVERYBODY and is_ready(port), PATIENCE)

    url = surroundings.read(copy / "var" / "run" / "services.env")["DATABASE_URL"]
    rows(url, "CREATE TABLE kept AS SELECT count(*) FROM django_migrations")
    everybody = running(copy)
    demo.send_signal(signal.SIGINT)
    assert demo.wait(PATIENCE) == 0
    assert [name for name, process in everybody.items() if process.alive] == []

    start()
    same = "SELECT kept.count = (SELECT count(*) FROM django_migrations) FROM kept"
    assert rows(url, same) == [(True,)]
    assert is_ready(port)
