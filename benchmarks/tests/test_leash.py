"""A benchmark that is stopped cleans up; one that is killed takes its students with it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from benchmarks.servers import BASE

STUDENTS = """
import sys
from benchmarks.drivers import drive
from benchmarks.tests.test_leash import linger
drive(linger, [sys.argv[1]] * 2, 2)
"""
CAREFUL = """
import sys, time
from benchmarks import leash
def main():
    try:
        print("up", flush=True)
        time.sleep(60)
    finally:
        print("clean", flush=True)
sys.exit(leash.run(main))
"""


def linger(folder: str) -> None:
    """Be a student who leaves his process's number and takes his time."""
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(60)


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def eventually(question: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not (answer := question()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return answer


def test_kill_9_takes_the_students_along(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", STUDENTS, str(tmp_path)], cwd=BASE) as bench:
        try:
            assert eventually(lambda: len(list(tmp_path.iterdir())) == 2)
            students = [int(path.name) for path in tmp_path.iterdir()]
            assert [lives(pid) for pid in students] == [True, True]
        finally:
            bench.kill()
    assert eventually(lambda: not any(lives(pid) for pid in students))


def test_a_stop_signal_lets_it_clean_up() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CAREFUL], cwd=BASE, stdout=subprocess.PIPE, text=True
    ) as bench:
        assert bench.stdout is not None
        assert bench.stdout.readline() == "up\n"
        bench.send_signal(signal.SIGTERM)
        assert bench.stdout.read() == "clean\n"
    assert bench.returncode == 128 + signal.SIGTERM
