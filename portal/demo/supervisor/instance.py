"""One instance of the embedded services: its folder, its lock, its two servers.

``var/demo`` belongs to the demo, ``var/test`` to the tests, ``var/bench`` to the benchmarks, so
that none of them disturbs another.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from portal.demo.supervisor import home, postgres, valkey
from portal.demo.supervisor.children import Crew
from portal.demo.supervisor.home import Programs
from portal.demo.supervisor.postgres import Postgres
from portal.demo.supervisor.refusal import Refusal
from portal.demo.supervisor.valkey import Valkey
from portal.lib import ports


@dataclass(frozen=True)
class Instance:
    """The folder ``var/<name>``; ``disposable`` data need not survive a power cut."""

    var: Path
    name: str
    disposable: bool = False
    private_base: Path = home.PRIVATE_BASE
    programs: Programs | None = None

    @property
    def state(self) -> Path:
        """The folder of lock, process records and (when reachable) data."""
        return self.var / self.name

    @property
    def records(self) -> Path:
        """The folder of the process records."""
        return self.state / "processes"

    @property
    def logs(self) -> Path:
        """The folder of the logs; the demo's is the one people look into."""
        return self.var / "log" if self.name == "demo" else self.state / "log"

    def prepare(self) -> None:
        """Create the folders."""
        for folder in (self.var, self.state, self.records, self.logs):
            folder.mkdir(mode=0o755, exist_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the instance. Raises ``Refusal`` while another process of ours does."""
        with (self.state / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                lock.seek(0)
                raise Refusal(
                    f"The {self.name} instance of this checkout is already running "
                    f"(process {lock.read().strip() or 'starting'})."
                ) from error
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def fresh_log(self, name: str) -> Path:
        """Name a log file and keep the last run's beside it as ``.1``."""
        path = self.logs / f"{name}.log"
        if path.is_file():
            path.replace(path.with_suffix(".log.1"))
        return path

    def start_services(
        self, crew: Crew, given: Mapping[str, str], previous: Mapping[str, str]
    ) -> dict[str, str]:
        """Start the servers that ``given`` does not name; return both addresses.

        ``previous`` is what the last start recorded: its ports are taken again when free.
        """
        urls = {key: given[key] for key in ("DATABASE_URL", "REDIS_URL") if given.get(key)}
        if len(urls) == 2:
            return urls
        place = home.find(self.state, self.private_base, self.programs)
        if "DATABASE_URL" not in urls:
            port = ports.choose(_port(previous.get("DATABASE_URL")))
            server = Postgres(place, port, self.fresh_log("postgres"), self.disposable)
            crew.start(server.program(), seconds=postgres.START_SECONDS)
            urls["DATABASE_URL"] = server.url
        if "REDIS_URL" not in urls:
            port = ports.choose(_port(previous.get("REDIS_URL")))
            broker = Valkey(place, port, self.fresh_log("valkey"), self.disposable)
            crew.start(broker.program(), seconds=valkey.START_SECONDS)
            urls["REDIS_URL"] = broker.url
        return urls


def _port(url: str | None) -> int | None:
    """Read the port of a recorded address; a record cut short has none."""
    try:
        return urlsplit(url or "").port
    except ValueError:
        return None
