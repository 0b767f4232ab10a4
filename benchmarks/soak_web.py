"""Mixed roles for a while: does any process keep growing?

MINUTES (10) and AT_ONCE (6) come from the environment. The jobs run as often as they can, so that
each has come many times before the second fifth. Prints the memory of every process after
the first fifth and at the end, and the requests that were answered; ends with 1 when a process
grew, an answer was a refusal nobody expects, or the money is off.
"""

import itertools
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from benchmarks import leash, scratch
from benchmarks.drivers import Trip, drive
from benchmarks.figures import tell
from benchmarks.people import username
from benchmarks.roles import STAFF, Working
from benchmarks.servers import BASE, Place, place, processes, running
from portal.demo.supervisor.children import Crew
from portal.demo.supervisor.instance import Instance

INSTANCE = Instance(BASE / "var", "soak-web")
NEW, OLD = 6, 6  # students in a round
A_MINUTE = 40  # no machine of ours gets through more rounds of all roles
# At first everybody of a round comes at once: a process has its size when all its threads have
# checked a password together (19 MiB each).
WARM_UP, EVERYBODY = 6, 16
# Caches fill and heaps settle; what leaks does so with every request. One more thread of a web
# process may come to check a password as late as this.
SLACK, SLACK_MIB, PASSWORD_MIB = 1.02, 2.0, 19.0
Sizes = dict[str, list[float]]


def main() -> int:
    """Run, print, judge."""
    minutes = float(os.environ.get("MINUTES") or 10)
    at_once = int(os.environ.get("AT_ONCE") or 6)
    with (
        scratch.fresh(os.environ["DATABASE_URL"], "portal_soak_web") as url,
        place(INSTANCE, DATABASE_URL=url, JOBS_EVERY="2", BEAT_LEASE="3") as where,
    ):
        students = NEW * (WARM_UP + max(1, int(A_MINUTE * minutes)))
        where.fill(students)
        hire = [sys.executable, "-c", "from benchmarks.roles import hire; hire()"]
        subprocess.run(hire, cwd=BASE, env=where.env, check=True)  # noqa: S603 -- our own module
        sizes, trips = _soak(where, minutes, at_once, students)
        problems = [*_grown(sizes), *_refused(trips)]
        if not where.audit():
            problems.append("audit_money found something")
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


def _soak(where: Place, minutes: float, at_once: int, students: int) -> tuple[Sizes, list[Trip]]:
    """Round after round; once they are warm, every process is weighed between two."""
    sizes: Sizes = defaultdict(list)
    trips: list[Trip] = []
    work, rounds = Working(where.stage.address), iter(range(0, students, NEW))
    with running(INSTANCE, where.programs("cashier", "web", "worker", "beat")) as crew:
        for start in itertools.islice(rounds, WARM_UP):
            trips += drive(work, _everybody(start), EVERYBODY)
        until = time.monotonic() + minutes * 60
        for start in rounds:
            trips += drive(work, _everybody(start), at_once)
            for name, size in _weigh(crew).items():
                sizes[name].append(size)
            if time.monotonic() > until:
                break
    return sizes, trips


def _everybody(start: int) -> list[str]:
    """The round's people: students who have not come yet, some who have, all staff."""
    new = [f"new:{username(start + place)}" for place in range(NEW)]
    old = [username(start * 7 % max(start, 1) + place) for place in range(OLD)] if start else []
    return [*new, *old, *STAFF]


def _weigh(crew: Crew) -> Mapping[str, float]:
    """MiB each process has for itself; shared pages are nobody's leak."""
    return {
        f"{child.program.name}-{place}": process.memory_full_info().uss / 2**20
        for child in crew.children
        for place, process in enumerate(processes(child))
    }


def _grown(sizes: Sizes) -> Iterator[str]:
    for name, seen in sorted(sizes.items()):
        fifth = max(1, len(seen) // 5)
        settled = statistics.median(seen[fifth : 2 * fifth] or seen)
        last = statistics.median(seen[-fifth:])
        tell(f"soak-web: {name} at the end", last, "MiB", settled)
        if last > SLACK * settled + (PASSWORD_MIB if name.startswith("web") else SLACK_MIB):
            yield f"{name} grew from {settled:.0f} to {last:.0f} MiB"


def _refused(trips: Sequence[Trip]) -> Iterator[str]:
    visits = [visit for trip in trips for visit in trip.visits]
    tell("soak-web: requests answered", len(visits), "requests")
    yield from (f"{trip.username}: {trip.trouble}" for trip in trips if trip.trouble)
    yield from (f"{visit.name}: {visit.status}" for visit in visits if visit.status >= 500)


if __name__ == "__main__":
    sys.exit(leash.run(main))
