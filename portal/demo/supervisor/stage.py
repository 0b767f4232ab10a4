"""The demo: what is prepared before the portal opens, and the four processes that run it."""

import hashlib
import http.client
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.demo.supervisor.children import Program
from portal.demo.supervisor.instance import Instance
from portal.demo.supervisor.refusal import Refusal
from portal.lib import ports

WEB_WORKERS, WEB_THREADS = 2, 8
START_SECONDS = 60.0
# Threads come and go, and each may leave a heap of its own behind in glibc's allocator: a worker
# would grow for hours. As in deploy/systemd.
FEW_HEAPS = {"MALLOC_ARENA_MAX": "2"}


@dataclass(frozen=True)
class Stage:
    """Ports, folder and environment of the four processes (web, worker, beat, cashier)."""

    base: Path
    instance: Instance
    env: Mapping[str, str]
    port: int
    cashier_port: int

    @property
    def address(self) -> str:
        """Where people open the portal."""
        return f"http://{ports.HOST}:{self.port}/"

    def prepare(self) -> None:
        """Migrate, collect the static files and build the demo college when there is none."""
        # What earlier processes counted; the new ones begin at nothing.
        shutil.rmtree(self.base / "var" / "metrics", ignore_errors=True)
        self.manage("migrate", "--no-input", "--verbosity=0")
        self._collect_static()
        self.manage("demo_college", "--if-empty")

    def manage(self, *arguments: str, quiet: bool = True) -> None:
        """Run one management command. Raises ``Refusal`` with its output when it fails."""
        done = subprocess.run(  # noqa: S603 -- our own manage.py
            [sys.executable, "manage.py", *arguments],
            cwd=self.base,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=quiet,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise Refusal(f"manage.py {arguments[0]} failed:\n{done.stdout}{done.stderr}")

    def programs(self) -> tuple[Program, ...]:
        """Return the four processes, in the order they are started."""
        beat = ("beat", "--schedule", str(self.instance.state / "beat-schedule"), "--pidfile=")
        # Threads: the jobs wait for the finance platform, and one process dies in one piece.
        worker = (
            "worker",
            "--pool=threads",
            "--concurrency=4",
            "--without-gossip",
            "--without-mingle",
        )
        return (
            self._program("cashier", ("payments.cashier",), self._cashier_answers),
            self._program("web", self._gunicorn(), self._portal_is_ready),
            self._celery("worker", worker, " ready."),
            self._celery("beat", beat, "beat: Starting"),
        )

    def _collect_static(self) -> None:
        """Collect what browsers load, unless the last start collected the same (6 s)."""
        stamp, wanted = self.instance.state / "collected", self._static_version()
        if not (stamp.is_file() and stamp.read_text() == wanted):
            self.manage("collectstatic", "--no-input", "--verbosity=0")
            stamp.write_text(wanted)

    def _static_version(self) -> str:
        """Hash the portal's own static files and the versions of the packages that bring some."""
        files = [self.base / "requirements.txt", self.base / "portal" / "settings.py"]
        files += [path for path in (self.base / "static").rglob("*") if path.is_file()]
        digest = hashlib.sha256()
        for path in sorted(files):
            digest.update(str(path).encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def _gunicorn(self) -> tuple[str, ...]:
        # Threads: browsers open connections in advance, which would each hold a sync worker.
        size = (f"--workers={WEB_WORKERS}", "--worker-class=gthread", f"--threads={WEB_THREADS}")
        bind = ("--bind", f"{ports.HOST}:{self.port}", "--graceful-timeout=5")
        return ("gunicorn", "portal.wsgi", *bind, *size, "--no-control-socket")

    def _celery(self, name: str, arguments: tuple[str, ...], phrase: str) -> Program:
        command = ("celery", "-A", "portal.celery", *arguments, "--loglevel=INFO")
        log = self.instance.logs / f"{name}.log"
        return self._program(name, command, lambda: phrase in log.read_text(errors="replace"))

    def _program(self, name: str, module: tuple[str, ...], ready: Callable[[], bool]) -> Program:
        log = self.instance.fresh_log(name)
        env = {**self.env, **FEW_HEAPS}
        return Program(name, (sys.executable, "-m", *module), log, ready, env)

    def _cashier_answers(self) -> bool:
        return ports.answers(self.cashier_port)

    def _portal_is_ready(self) -> bool:
        connection = http.client.HTTPConnection(ports.HOST, self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
