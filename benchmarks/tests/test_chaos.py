"""The chaos run, bounded: enough kills to hit payments half way, in about a minute."""

import json
import os
import subprocess
import sys

from benchmarks.servers import BASE

SMALL = {"PAYMENTS": "12", "SECONDS": "150", "INSTANCE": "chaos-test"}


def test_kill_9_of_anything_loses_and_doubles_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.chaos"],
        cwd=BASE,
        env={**os.environ, **SMALL},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = {line["bench"]: line["value"] for line in map(json.loads, done.stdout.splitlines())}
    assert {name: figures[f"chaos: {name}"] for name in ("lost", "doubled", "stuck")} == {
        "lost": 0,
        "doubled": 0,
        "stuck": 0,
    }
    assert figures["chaos: payments"] >= 8
    assert sum(times for name, times in figures.items() if name.startswith("chaos: kill")) >= 2
