"""Transcripts: one from click to PDF, a cohort on two workers, Typst and Chromium beside them.

STUDENTS (300; FULL=1 adds 3,000) and PRINTS (20 of each in the comparison) come from the
environment. Times per page are processor time, so that a busy machine disturbs them less.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import leash, scratch
from benchmarks.figures import tell
from benchmarks.servers import BASE

WORKERS = 2
ANSWERS = 300


def main() -> int:
    """Measure and print; returns 1 when a worker failed."""
    sizes = [int(os.environ.get("STUDENTS") or 300), *([3000] if os.environ.get("FULL") else [])]
    with scratch.college("portal_transcripts") as (_, folder):
        _compare(folder)
        status = _cohorts(sizes)
        _answer()
        return status


def _compare(folder: Path) -> None:
    """The same sheet of 60 courses by three engines, each warm."""
    from benchmarks import sheets  # noqa: PLC0415 -- settings, after setup

    number = int(os.environ.get("PRINTS") or 20)
    texts = [sheets.page(at) for at in range(number)]
    ours = _times(lambda at: sheets.ours(at, signed=False), number)
    signed = _times(lambda at: sheets.ours(at, signed=True), number)
    typst = _times(sheets.Typst(folder).print, number)
    with sheets.printing_chromium() as printer:
        chromium = _times(lambda at: printer(texts[at]), number)
    cold = _times(lambda at: sheets.cold_chromium(folder)(texts[at]), min(number, 5))
    tell("transcripts.unsigned_cpu_per_page", ours.cpu, "s", typst.cpu)
    tell("transcripts.signed_cpu_per_page", signed.cpu, "s", typst.cpu)
    tell("transcripts.single_click_to_pdf", signed.wall, "s", cold.wall)
    tell("transcripts.single_against_running_chromium", signed.wall, "s", chromium.wall)
    tell("transcripts.unsigned_against_running_chromium", ours.wall, "s", chromium.wall)
    tell("transcripts.typst_wall", typst.wall, "s")


def _answer() -> None:
    """What nobody may learn from the time of an answer: whether a code could be one."""
    from benchmarks import sheets  # noqa: PLC0415 -- settings, after setup

    ask = sheets.verifier()
    unknown = _times(lambda _: ask("0" * 16), ANSWERS)
    malformed = _times(lambda _: ask("!" * 16), ANSWERS)
    tell("transcripts.malformed_code_against_unknown", malformed.cpu, "s", unknown.cpu)


class _Times:
    """Medians over some prints, the first left out."""

    def __init__(self, walls: list[float], cpus: list[float]) -> None:
        self.wall, self.cpu = median(walls), median(cpus)


def _times(action: Callable[[int], object], number: int) -> _Times:
    action(0)
    walls, cpus = [], []
    for at in range(number):
        wall, cpu = time.perf_counter(), time.process_time()
        action(at)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return _Times(walls, cpus)


def _cohorts(sizes: list[int]) -> int:
    """Each cohort of other students: nobody is printed from before."""
    from benchmarks import sheets  # noqa: PLC0415 -- settings, after setup

    numbers = sheets.fill(sum(sizes))
    ends = [sum(sizes[: at + 1]) for at in range(len(sizes))]
    return max(_cohort(numbers[end - size : end]) for size, end in zip(sizes, ends, strict=True))


def _cohort(numbers: list[str]) -> int:
    """A whole job: read, print, sign, store; two processes; then the zip and the merged file."""
    from benchmarks import sheets  # noqa: PLC0415 -- settings, after setup

    job_id = sheets.begin(numbers)
    begun = time.perf_counter()
    code = f"from benchmarks.worker import work; work({job_id})"
    workers = [
        subprocess.Popen(  # noqa: S603 -- our own module
            [sys.executable, "-c", code],
            cwd=BASE,
            stdout=subprocess.PIPE,
            preexec_fn=leash.tie(),  # noqa: PLW1509 -- no threads here
        )
        for _ in range(WORKERS)
    ]
    said = [worker.communicate()[0] for worker in workers]
    took = time.perf_counter() - begun
    if any(worker.returncode for worker in workers):
        return 1
    seen: list[dict[str, Any]] = [json.loads(one) for one in said]
    name = f"transcripts.cohort_{len(numbers)}"
    pages = sheets.pages_of(job_id)
    tell(f"{name}.pages_per_second", pages / took, "pages/s")
    tell(f"{name}.cpu_per_page", sum(one["cpu"] for one in seen) / pages, "s")
    tell(f"{name}.peak_memory", max(one["peak"] for one in seen), "MB", 400)
    return 0


if __name__ == "__main__":
    sys.exit(leash.run(main))
