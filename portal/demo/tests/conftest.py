"""Instances of the embedded services in folders of their own, stopped after each test."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from portal.demo.supervisor.children import Crew
from portal.demo.supervisor.instance import Instance

PATIENCE = 120  # seconds for another process, however slow the machine is


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder every user may enter (pytest's own are 0700)."""
    folder = Path(tempfile.mkdtemp(prefix="portal-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def instance(open_folder: Path) -> Instance:
    """An instance of production's durability that no other test knows."""
    made = Instance(open_folder / "var", "demo", private_base=open_folder / "lib")
    made.prepare()
    return made


@pytest.fixture
def crew(instance: Instance) -> Iterator[Crew]:
    """The instance's processes."""
    crew = Crew(instance.records)
    yield crew
    crew.stop()


def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    """Run one committed statement on the database and return its rows, if it has any."""
    link = psycopg2.connect(url)
    try:
        with link, link.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        link.close()


def broker(url: str) -> redis.Redis:
    """A client for one exchange of words; close it."""
    return redis.Redis.from_url(url, socket_timeout=60)


def eventually(question: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Ask again until the answer is yes; False when the time runs out."""
    deadline = time.monotonic() + seconds
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def server_user() -> int:
    """The user id the servers must run as: nobody's as root, our own otherwise."""
    return 65_534 if os.geteuid() == 0 else os.geteuid()
