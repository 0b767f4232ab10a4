"""A benchmark as a program of its own, as ``make`` runs it."""

import json
import os
import subprocess
import sys

from benchmarks.servers import BASE


def figures_of(name: str, **environment: str) -> dict[str, float]:
    """What ``python -m benchmarks.NAME`` tells, by name; fails when the program does."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}"],
        cwd=BASE,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {line["bench"]: line["value"] for line in map(json.loads, done.stdout.splitlines())}
