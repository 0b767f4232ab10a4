"""A statement from its upload to its outcome: 100,000 rows, 30,000 of which settle open orders.

ROWS=10000 makes a small run of it. GROWTH=1 goes from 1,000 to 1,000,000 rows instead and tells
what a row costs at each size, which shows whether the cost is linear. Beside each figure stands
its reference of the same run: calamine or the csv module merely reading the same file, a COPY of
its rows into a table without index or rule, and the statements of the application sent bare.
Every step runs in a fresh process, whose peak memory is told together with that of the reader it
may start. Processor time is that of both and of the database's sessions: on a busy machine only it
says what something costs.
"""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import django

from benchmarks import leash, memory, scratch
from benchmarks.figures import tell
from benchmarks.servers import BASE, Place, place
from portal.demo.supervisor.instance import Instance

STUDENTS = 100
ROWS = int(os.environ.get("ROWS", "100000"))
GROWTH = os.environ.get("GROWTH") == "1"
SIZES = (1000, 10_000, 100_000, 1_000_000) if GROWTH else (ROWS,)
KINDS = ("xlsx", "csv")
# Of the way from the upload to the preview: they go on beside each other.
PARTS = {
    "read": "read and hand on",
    "match": "session that matches",
    "keep": "session that keeps",
}

Told = dict[str, Any]


def main() -> int:
    """Measure, print, audit; returns 1 when something failed or the books are off."""
    instance = Instance(BASE / "var", "reconcile")
    with scratch.fresh(os.environ["DATABASE_URL"], "portal_reconcile_college") as college:
        with place(instance, DATABASE_URL=college) as where:
            where.fill(STUDENTS)
        scratch.spread_sequences(college)
        clean = [_size(instance, college, rows) for rows in SIZES]
    return 0 if all(clean) else 1


def _size(instance: Instance, college: str, rows: int) -> bool:
    """Both kinds of file about the same orders; whether the books are in order after each."""
    with (
        scratch.clone(college, "portal_reconcile_built") as built,
        place(instance, DATABASE_URL=built) as where,
    ):
        settling = _child(where, "build", str(where.folder), str(rows), url=built)["rows"]
        clean = [_kind(where, built, kind, rows, settling) for kind in KINDS]
        return all(clean)


def _kind(where: Place, built: str, kind: str, rows: int, settling: int) -> bool:
    label = f"reconcile: {rows} rows {kind}"
    with scratch.clone(built, "portal_reconcile") as url:
        _preview(where, url, label, where.folder / f"statement.{kind}", rows)
        _apply(where, url, label, settling)
        return replace(where, env={**where.env, "DATABASE_URL": url}).audit()


def _preview(where: Place, url: str, label: str, path: Path, rows: int) -> None:
    bare = _child(where, "bare", str(path), url=url)
    seen = _child(where, "preview", str(path), url=url)
    floor = _child(where, "floor", url=url)
    for word, unit in (("seconds", ""), ("processor", ", processor")):
        told, read, kept = seen[word], bare[word], floor[word]
        tell(f"{label}: bare read{unit}", read, "s")
        tell(f"{label}: bare COPY of its rows{unit}", kept, "s")
        tell(f"{label}: upload to preview{unit}", told, "s", read)
        tell(f"{label}: upload to preview beside a bare COPY{unit}", told, "s", kept)
        tell(f"{label}: upload to preview beside both{unit}", told, "s", read + kept)
    for part, words in PARTS.items():
        tell(f"{label}: {words}, processor", seen[part], "s", bare["processor"])
    tell(f"{label}: preview of a row, processor", seen["processor"] / rows * 1e6, "µs")
    tell(f"{label}: preview, peak memory", seen["peak"], "MB")


def _apply(where: Place, url: str, label: str, settling: int) -> None:
    if GROWTH:
        done = _child(where, "apply", url=url)
        tell(
            f"{label}: application of an order, processor", done["processor"] / settling * 1e6, "µs"
        )
    else:
        with scratch.clone(url, "portal_reconcile_bare") as recorded:
            done = _child(where, "apply", url=url)
            writes = _child(where, "writes", url=recorded)["seconds"]
        tell(f"{label}: apply", settling / done["seconds"], "orders/s", settling / writes)
    tell(f"{label}: workbook", done["finish"], "s")
    tell(f"{label}: apply, peak memory", done["peak"], "MB")


def _child(where: Place, *words: str, url: str) -> Told:
    """Run one step in a process of its own; what it tells, and its peak memory in MB."""
    command = [sys.executable, "-m", "benchmarks.reconcile", *words]
    out, peak = memory.watched(command, BASE, {**where.env, "DATABASE_URL": url})
    told: Told = json.loads(out.splitlines()[-1])
    return {**told, "peak": peak}


def step(words: list[str]) -> int:
    """One step, in the child."""
    django.setup()
    from benchmarks import reconciling  # noqa: PLC0415 -- models, after setup

    print(json.dumps(reconciling.STEPS[words[0]](*(Path(word) for word in words[1:]))))
    return 0


if __name__ == "__main__":
    sys.exit(step(sys.argv[1:]) if sys.argv[1:] else leash.run(main))
