"""Processor seconds: a busy machine makes everybody wait, but nobody works longer for it."""

import os
import time
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

import psutil
import psycopg2
from django.db import connection


def of_a_request() -> float:
    """Of this process and of its server process, when that runs on this machine too."""
    with connection.cursor() as cursor:
        server = Path(f"/proc/{cursor.connection.info.backend_pid}/schedstat")
    nanoseconds = int(server.read_text().split()[0]) if server.exists() else 0
    return time.process_time() + nanoseconds / 1e9


def of_all(processes: Iterable[psutil.Process]) -> float:
    """Of these processes so far, as many of them as still run."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def of_server(url: str) -> float:
    """Of the whole PostgreSQL at this address, ended processes too; 0 when it runs elsewhere."""
    with closing(psycopg2.connect(url)) as link:
        if not Path(f"/proc/{link.info.backend_pid}").exists():
            return 0.0
        leader = psutil.Process(link.info.backend_pid).parent()
    assert leader is not None
    running = of_all([leader, *leader.children(recursive=True)])
    ended = leader.cpu_times()
    return float(running + ended.children_user + ended.children_system)


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))
