"""A statement from its upload to its outcome: 100,000 rows, 30,000 of which settle open orders.

FULL=1 adds 1,000 and 1,000,000 rows, which shows whether the cost is linear; ROWS=10000 makes
a small run of it. Beside each figure stands its reference of the same run: calamine or the csv
module merely reading the file, and the statements of the application sent bare. Every step runs
in a process of its own, whose peak memory (with that of its children) is told.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import django

from benchmarks import leash, scratch
from benchmarks.figures import tell
from benchmarks.servers import BASE, Place, place
from portal.demo.supervisor.instance import Instance

STUDENTS = 100
ROWS = int(os.environ.get("ROWS", "100000"))


def main() -> int:
    """Measure, print, audit; returns 1 when something failed or the books are off."""
    sizes = [1000, ROWS, 1_000_000] if os.environ.get("FULL") == "1" else [ROWS]
    instance = Instance(BASE / "var", "reconcile")
    with scratch.fresh(os.environ["DATABASE_URL"], "portal_reconcile_college") as college:
        with place(instance, DATABASE_URL=college) as where:
            where.fill(STUDENTS)
        scratch.spread_sequences(college)
        cases = [(rows, kind) for rows in sizes for kind in ("xlsx", "csv")]
        clean = [_case(instance, college, rows, kind) for rows, kind in cases]
    return 0 if all(clean) else 1


def _case(instance: Instance, college: str, rows: int, kind: str) -> bool:
    """One size and kind of file in a college of its own; whether its books are in order."""
    with (
        scratch.clone(college, "portal_reconcile") as url,
        place(instance, DATABASE_URL=url) as where,
    ):
        _measure(where, url, rows, kind)
        return where.audit()


def _measure(where: Place, url: str, rows: int, kind: str) -> None:
    label = f"reconcile: {rows} rows {kind}"
    path = where.folder / f"statement.{kind}"
    settling = _child(where, "build", str(path), str(rows), url=url)["rows"]
    bare = _child(where, "bare", str(path), url=url)
    seen = _child(where, "preview", str(path), url=url)
    tell(f"{label}: read", seen["read"], "s", bare["seconds"])
    tell(f"{label}: match", seen["match"], "s")
    tell(f"{label}: upload to preview", seen["seconds"], "s", bare["seconds"])
    tell(f"{label}: preview, peak memory", seen["peak"], "MB", bare["peak"])
    with scratch.clone(url, "portal_reconcile_bare") as recorded:
        done = _child(where, "apply", url=url)
        writes = _child(where, "writes", url=recorded)["seconds"]
    tell(f"{label}: apply", settling / done["seconds"], "orders/s", settling / writes)
    tell(f"{label}: workbook", done["finish"], "s")
    tell(f"{label}: apply, peak memory", done["peak"], "MB")


def _child(where: Place, *words: str, url: str) -> dict[str, Any]:
    """Run one step in a process of its own; what it tells, and its peak memory in MB."""
    env = {**where.env, "DATABASE_URL": url}
    command = [sys.executable, "-m", "benchmarks.reconcile", *words]
    done = subprocess.run(  # noqa: S603 -- our own module
        command, cwd=BASE, env=env, stdout=subprocess.PIPE, check=True, preexec_fn=leash.tie()
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def step(words: list[str]) -> int:
    """One step, in the child."""
    django.setup()
    from benchmarks import reconciling  # noqa: PLC0415 -- models, after setup

    print(json.dumps(reconciling.STEPS[words[0]](*(Path(word) for word in words[1:]))))
    return 0


if __name__ == "__main__":
    sys.exit(step(sys.argv[1:]) if sys.argv[1:] else leash.run(main))
