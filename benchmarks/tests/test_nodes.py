"""Two machines, one killed for good while students pay."""

import json
import os
import subprocess
import sys

from benchmarks.servers import BASE

SMALL = {"PAYMENTS": "6", "SECONDS": "150", "INSTANCE": "nodes-test"}


def test_a_machine_that_dies_loses_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.nodes"],
        cwd=BASE,
        env={**os.environ, **SMALL},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = {line["bench"]: line["value"] for line in map(json.loads, done.stdout.splitlines())}
    wanted = {"nodes: lost": 0, "nodes: doubled": 0, "nodes: stuck": 0}
    assert {name: figures[name] for name in wanted} == wanted
    assert [figures[f"nodes: kill -9 of {name}"] for name in ("web", "worker", "beat")] == [1] * 3
    assert figures["nodes: payments"] >= figures["nodes: payments before the death"] + 1
