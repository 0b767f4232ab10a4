"""The embedded Valkey: broker and cache, kept on disk, one port on 127.0.0.1."""

import os
from dataclasses import dataclass
from pathlib import Path

import redis

from portal.demo.supervisor.children import Program
from portal.demo.supervisor.home import Home
from portal.lib import ports

START_SECONDS = 30.0
# One database number for every parallel test worker.
DATABASES = 64


@dataclass(frozen=True)
class Valkey:
    """One server of one instance; ``disposable`` data are forgotten at every start."""

    home: Home
    port: int
    log: Path
    disposable: bool = False

    @property
    def url(self) -> str:
        """The address as ``REDIS_URL`` has it."""
        return f"redis://:{self.home.password}@{ports.HOST}:{self.port}/0"

    def program(self) -> Program:
        """Return how the server is run, its configuration written anew."""
        return Program(
            name="valkey",
            argv=(str(self.home.programs.valkey), str(self._configuration())),
            log=self.log,
            ready=self._ready,
            env={"PATH": os.defpath},
            account=self.home.account,
        )

    def _configuration(self) -> Path:
        """Write the settings to a file: the password must not show in the process list."""
        folder = self.home.folder / "valkey"
        folder.mkdir(mode=0o700, exist_ok=True)
        self.home.own(folder)
        path = self.home.folder / "valkey.conf"
        path.touch(mode=0o600)
        self.home.own(path)
        keep = "no" if self.disposable else "yes"
        path.write_text(
            f"bind {ports.HOST}\nport {self.port}\nrequirepass {self.home.password}\n"
            f'dir {folder}\nappendonly {keep}\nsave ""\ndaemonize no\ndatabases {DATABASES}\n'
        )
        return path

    def _ready(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
