"""The embedded PostgreSQL: initialised once, in the foreground, one port on 127.0.0.1."""

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from portal.demo.supervisor import identity
from portal.demo.supervisor.children import Program
from portal.demo.supervisor.home import Home
from portal.demo.supervisor.refusal import Refusal
from portal.lib import ports

USER = "postgres"
DATABASE = "portal"
FAST_SHUTDOWN = signal.SIGINT
# After a kill -9 the old server's children may hold its memory for some 16 s.
PASSING = ("pre-existing shared memory block",)
START_SECONDS = 90.0
# Test data may go with the machine, never with a process: a commit still waits for its WAL.
DISPOSABLE = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=on")


@dataclass(frozen=True)
class Postgres:
    """One server of one instance; ``disposable`` data need not survive a power cut."""

    home: Home
    port: int
    log: Path
    disposable: bool = False

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.home.folder / "postgres"

    @property
    def url(self) -> str:
        """The address as ``DATABASE_URL`` has it."""
        return f"postgres://{USER}:{self.home.password}@{ports.HOST}:{self.port}/{DATABASE}"

    def program(self) -> Program:
        """Return how the server is run, and create its data folder when it has none."""
        if not self.data.is_dir():
            self._initialise()
        return Program(
            name="postgres",
            argv=(str(self._binary("postgres")), "-D", str(self.data), *self._options()),
            log=self.log,
            ready=self._ready,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            account=self.home.account,
            stop_signal=FAST_SHUTDOWN,
            prepare=self.clear,
            passing=PASSING,
        )

    def clear(self) -> None:
        """Remove what a killed server left: its orphans first, then its pid file.

        The caller holds the instance's lock, so nobody else's server lives in this folder. The
        pid file is not believed: it may be cut short or name somebody else's process by now.
        """
        orphans = identity.inside(self.data.resolve(), self._binary("postgres"))
        for orphan in orphans:
            os.kill(orphan.pid, signal.SIGQUIT)
        if not identity.wait_gone(orphans, 10):
            for orphan in orphans:
                os.kill(orphan.pid, signal.SIGKILL)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _binary(self, name: str) -> Path:
        return (self.home.programs.postgres / "bin" / name).resolve()

    def _options(self) -> tuple[str, ...]:
        address = f"listen_addresses={ports.HOST}"
        fixed = ("-p", str(self.port), "-c", address, "-c", "unix_socket_directories=")
        return (*fixed, "-c", "max_connections=200", *(DISPOSABLE if self.disposable else ()))

    def _initialise(self) -> None:
        """Run initdb into a draft that is renamed when complete: a kill leaves no half folder."""
        draft = self.data.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        self.home.password  # noqa: B018 -- writes the file initdb reads
        locale = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        login = ("-U", USER, "--auth=scram-sha-256", f"--pwfile={self.home.folder / 'password'}")
        account = self.home.account
        done = subprocess.run(  # noqa: S603 -- our own program
            [self._binary("initdb"), "-D", draft, *locale, "--locale=C", *login],
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise Refusal(f"initdb failed in {draft}:\n{done.stdout}{done.stderr}")
        draft.rename(self.data)

    def _ready(self) -> bool:
        """Log in, and create the portal's database when it is missing."""
        try:
            connection = psycopg2.connect(self.url.replace(f"/{DATABASE}", "/postgres"))
        except psycopg2.OperationalError:
            return False
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{DATABASE}"')
        finally:
            connection.close()
        return True
