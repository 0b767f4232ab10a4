"""The portal as ``make demo`` runs it, on a scratch database and free ports."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from benchmarks import memory
from portal.demo.serve import crew_of
from portal.demo.supervisor.children import Child, Crew, Program
from portal.demo.supervisor.instance import Instance
from portal.demo.supervisor.stage import START_SECONDS, Stage
from portal.lib import ports

BASE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Place:
    """A folder, two ports and the environment that goes with them."""

    folder: Path
    env: Mapping[str, str]
    stage: Stage

    @property
    def store(self) -> Path:
        """The cashier's own SQLite file."""
        return Path(self.env["CASHIER_STORE"])

    def fill(self, students: int) -> None:
        """Migrate the database, collect the static files, build the students and their round."""
        for command in ("migrate", "collectstatic"):
            self.stage.manage(command, "--no-input", "--verbosity=0")
        build = f"from benchmarks.build import build; build({students})"
        subprocess.run([sys.executable, "-c", build], cwd=BASE, env=self.env, check=True)  # noqa: S603 -- our own module

    def audit(self) -> bool:
        """Tell whether ``audit_money`` finds the books in order; it prints what it finds."""
        audit = [sys.executable, "manage.py", "audit_money"]
        done = subprocess.run(audit, cwd=BASE, env=self.env, stdout=sys.stderr, check=False)  # noqa: S603 -- our own command
        return done.returncode == 0

    def programs(self, *names: str) -> list[Program]:
        """These processes of the demo, ready to be started."""
        known = {program.name: program for program in self.stage.programs()}
        return [known[name] for name in names]

    def counting_web(self, folder: Path) -> Program:
        """The web with every statement counted and written down in ``folder``."""
        (web,) = self.programs("web")
        argv = tuple("benchmarks.wsgi" if word == "portal.wsgi" else word for word in web.argv)
        return replace(web, argv=argv, env={**web.env, "RECORD_STATEMENTS": str(folder)})

    def web_of(self, workers: int, env: Mapping[str, str] | None = None) -> Program:
        """The web with another number of worker processes, and another environment."""
        (web,) = self.programs("web")
        size = f"--workers={workers}"
        argv = tuple(size if word.startswith("--workers=") else word for word in web.argv)
        return replace(web, argv=argv, env={**web.env, **(env or {})})


def second_worker(programs: Sequence[Program], instance: Instance) -> Program:
    """Another worker beside the demo's own, under a name of its own."""
    worker = next(program for program in programs if program.name == "worker")
    log = instance.fresh_log("worker-2")
    return replace(
        worker,
        name="worker-2",
        argv=(*worker.argv, "--hostname=second@%h"),
        log=log,
        ready=lambda: " ready." in log.read_text(errors="replace"),
    )


@contextmanager
def place(instance: Instance, **extra: str) -> Iterator[Place]:
    """Settle on ports and a folder of our own; ``extra`` names the database and what else is set.

    Database and broker are the caller's environment's unless ``extra`` says otherwise.
    """
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    port, cashier_port = ports.choose(), ports.choose()
    env = {**os.environ, **_environment(folder, port, cashier_port), **extra}
    instance.prepare()
    try:
        yield Place(folder, env, Stage(BASE, instance, env, port, cashier_port))
    finally:
        shutil.rmtree(folder)


@contextmanager
def running(instance: Instance, programs: list[Program]) -> Iterator[Crew]:
    """Keep these processes up for the time of a block; raises ``Refusal`` with their log."""
    with crew_of(instance) as crew:
        for program in programs:
            crew.start(program, seconds=START_SECONDS)
        yield crew


def processes(child: Child) -> list[psutil.Process]:
    """A child with everything below it, the child itself first."""
    leader = psutil.Process(child.process.pid)
    return [leader, *leader.children(recursive=True)]


def peak_memory(crew: Crew) -> dict[str, int]:
    """The highest resident size so far in bytes, by process (``web-0`` is the leader)."""
    return {
        f"{child.program.name}-{place}": memory.high_water(process.pid)
        for child in crew.children
        for place, process in enumerate(processes(child))
    }


def _environment(folder: Path, port: int, cashier_port: int) -> dict[str, str]:
    return {
        "PYTHONPATH": str(BASE),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DEMO": "1",
        "HTTPS": "0",
        "PORT": str(port),
        "PORTAL_URL": f"http://{ports.HOST}:{port}",
        "CASHIER_PORT": str(cashier_port),
        "CASHIER_URL": f"http://{ports.HOST}:{cashier_port}",
        "FINANCE_URL": f"http://{ports.HOST}:{cashier_port}",
        "FINANCE_MERCHANT": "ZZJF-BENCH",
        "FINANCE_SECRET": "between the portal and the cashier of one benchmark",
        "CASHIER_STORE": str(folder / "cashier.sqlite3"),
        "STATIC_ROOT": str(folder / "static"),
        "MEDIA_ROOT": str(folder / "media"),
    }
