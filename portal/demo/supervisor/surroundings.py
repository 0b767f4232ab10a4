"""The environment of the processes: what the operator set, what the supervisor adds.

The additions are recorded in ``var/run/services.env``, which ``portal/settings.py`` reads, so
that ``manage.py`` by hand speaks to the running demo.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import environ


def read(path: Path) -> dict[str, str]:
    """Read a file of ``NAME=value`` lines; one that is missing or cut short has fewer."""
    if not path.is_file():
        return {}
    lines = (line.partition("=") for line in path.read_text().splitlines())
    return {name: value for name, separator, value in lines if separator}


def load_operator_file(base: Path) -> None:
    """Take ``.env`` into our environment as the settings will; what is set already wins."""
    if (base / ".env").is_file():
        environ.Env.read_env(base / ".env")


def secret_key(given: Mapping[str, str], previous: Mapping[str, str]) -> str:
    """Return the operator's key, the last start's, or a new one."""
    return given.get("SECRET_KEY") or previous.get("SECRET_KEY") or secrets.token_urlsafe(48)


def record(path: Path, values: Mapping[str, str]) -> None:
    """Write the file in one step, for its owner's eyes only."""
    path.parent.mkdir(mode=0o755, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text("".join(f"{name}={value}\n" for name, value in sorted(values.items())))
    draft.replace(path)


def with_ours(values: Mapping[str, str]) -> dict[str, str]:
    """Return our own environment with the values added."""
    return {**os.environ, **values}
