"""The running portal: web, worker and beat as processes of their own, with waits of seconds."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import requests
from django.conf import settings

from payments.cashier.testing.process import CashierProcess
from portal.lib import ports

# Seconds, for 20 and 30 minutes: time enough to pay on a busy machine, and a cool-down longer
# than the ten seconds between two looks of a page that waits for a confirmation.
RELEASE_AFTER, REPAY_AFTER = 20, 14
START_WITHIN = 60  # seconds
# The kernel ends a child whose starter was killed.
BOUND = ("setpriv", "--pdeathsig", "TERM")


@dataclass
class Stage:
    """A portal on the database that ``DATABASE_URL`` named when it was made.

    Without ``jobs`` it has no worker and no beat, and a broker number that others leave alone.
    ``static`` is the folder of the collected files.
    """

    folder: Path
    static: Path
    cashier: CashierProcess
    jobs: bool = True
    port: int = field(default_factory=ports.choose)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    environment: dict[str, str] = field(init=False)
    read: dict[str, int] = field(default_factory=dict)  # log -> how much of it was looked at

    def __post_init__(self) -> None:
        self.environment = {
            **os.environ,
            "DEBUG": "0",
            "HTTPS": "0",
            "DEMO": "1",
            "PORTAL_URL": self.url,
            **self.cashier.portal_environment,
            "STATIC_ROOT": str(self.static),
            "MEDIA_ROOT": str(self.folder / "media"),
            "ORDER_RELEASE_AFTER": str(RELEASE_AFTER),
            "ORDER_REPAY_AFTER": str(REPAY_AFTER),
            "JOBS_EVERY": "1",
            **({} if self.jobs else {"REDIS_URL": _apart(os.environ["REDIS_URL"])}),
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Build the college and collect the static files; raises ``RuntimeError``."""
        preparing = [self.spawn_manage("demo_college", "--students", "12")]
        preparing.append(self.spawn_manage("collectstatic", "--no-input", "--verbosity=0"))
        for process in preparing:
            output, _ = process.communicate()
            if process.returncode:
                raise RuntimeError(output.decode())

    def start(self) -> None:
        """Open; raises ``RuntimeError`` when it does not."""
        bind = f"--bind=127.0.0.1:{self.port}"
        threads = ("--worker-class=gthread", "--threads=8", "--no-control-socket")
        self._spawn("web", "gunicorn", "portal.wsgi", bind, *threads)
        if self.jobs:
            self._start_jobs()
        self._wait_until_ready()

    def _start_jobs(self) -> None:
        worker = ("worker", "--pool=threads", "--concurrency=2", "--without-gossip")
        self._celery("worker", *worker, "--loglevel=WARNING")
        self._celery("beat", "beat", f"--schedule={self.folder}/schedule", "--pidfile=")

    def stop(self) -> None:
        """End everything that was started; who does not listen is killed."""
        for process in self.processes.values():
            _signal(process, signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()

    def manage(self, *arguments: str) -> tuple[int, str]:
        """Run one management command on the portal's database: status and output."""
        process = self.spawn_manage(*arguments)
        output, _ = process.communicate()
        return process.returncode, output.decode()

    def spawn_manage(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start one management command."""
        return subprocess.Popen(
            [*BOUND, sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def new_errors(self) -> list[str]:
        """The ends of logs in which a traceback was written since the last call."""
        found = []
        for name in self.processes:
            text = self._log(name).read_text(errors="replace")
            fresh, self.read[name] = text[self.read.get(name, 0) :], len(text)
            if "Traceback" in fresh:
                found.append(f"{name}: {fresh[-3000:]}")
        return found

    def _celery(self, name: str, *arguments: str) -> None:
        self._spawn(name, "celery", "-A", "portal.celery", *arguments)

    def _spawn(self, name: str, module: str, *arguments: str) -> None:
        with self._log(name).open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [*BOUND, sys.executable, "-m", module, *arguments],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_WITHIN
        while not self._is_ready():
            dead = [name for name, process in self.processes.items() if process.poll() is not None]
            if dead or time.monotonic() > deadline:
                logs = [self._log(name).read_text()[-2000:] for name in dead or self.processes]
                raise RuntimeError("\n".join(logs))
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).ok
        except (requests.ConnectionError, requests.Timeout):
            return False

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"


def _apart(address: str) -> str:
    """The broker number eight further on: workers of one run have those in between."""
    base, _, number = address.rpartition("/")
    return f"{base}/{int(number) + 8}"


def _signal(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    if process.poll() is None:
        os.killpg(process.pid, how)
