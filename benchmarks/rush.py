"""The opening minute: everybody signs in, chooses, opens an order, pays and comes back.

STUDENTS (2000), AT_ONCE (32 concurrent), MARCHERS (400, for the rate of single requests) and
RECORDED (100, for statements a page and the bare replay) come from the environment.
"""

import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks import leash, scratch
from benchmarks.books import Books
from benchmarks.browser import Visit
from benchmarks.drivers import Outing, Span, Trip, drive, parade, rate
from benchmarks.figures import share, tell
from benchmarks.marchers import STAGES, TIMED, Marching
from benchmarks.people import PASSWORD, Queue
from benchmarks.recording import flows
from benchmarks.replay import replay
from benchmarks.servers import BASE, Place, peak_memory, place, running
from benchmarks.student import Student
from portal.demo.supervisor.instance import Instance

COURSES = 3
STATEMENTS_AIM = 12
WARM_UP = 32
INSTANCE = Instance(BASE / "var", "rush")


@dataclass(frozen=True)
class Sizes:
    """How many students do what."""

    students: int
    at_once: int
    marchers: int
    recorded: int

    @classmethod
    def from_environment(cls) -> "Sizes":
        """Read the four numbers, each with its default."""
        names = {"STUDENTS": 2000, "AT_ONCE": 32, "MARCHERS": 400, "RECORDED": 100}
        return cls(*(int(os.environ.get(name) or default) for name, default in names.items()))

    @property
    def total(self) -> int:
        return WARM_UP + self.marchers + self.students + self.recorded


@dataclass(frozen=True)
class Measured:
    """Everything one run found."""

    rushed: list[Trip]
    marched: dict[str, list[Span]]
    memory: dict[str, int]
    recorded: list[Trip]
    bare: float  # flows a second


@dataclass(frozen=True)
class WholeWay:
    """A student's whole way; travels to the driver's processes."""

    portal: str

    def __call__(self, username: str) -> Outing:
        """Go it and hand back the order's number and the visits."""
        student = Student(self.portal, username, PASSWORD)
        with student.browser:
            return Outing(student.whole_way(COURSES), tuple(student.browser.visits))


def main() -> int:
    """Measure, print, check. Returns 1 when anything was lost, doubled or refused."""
    sizes = Sizes.from_environment()
    with (
        scratch.fresh(os.environ["DATABASE_URL"], "portal_rush") as url,
        place(INSTANCE, DATABASE_URL=url) as where,
    ):
        where.fill(sizes.total)
        scratch.spread_sequences(url)
        with scratch.clone(url, "portal_rush_replay") as untouched:
            measured = measure(where, sizes, untouched)
        tell_all(measured)
        problems = list(check(where, url, measured))
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def measure(where: Place, sizes: Sizes, untouched: str) -> Measured:
    """Run the phases one after the other; ``untouched`` is the database as it was before."""
    queue, work = Queue(sizes.total), WholeWay(where.stage.address)
    with running(INSTANCE, where.programs("cashier", "web")) as crew:
        drive(work, queue.take(WARM_UP), sizes.at_once)
        marchers = queue.take(sizes.marchers)
        marched = parade(Marching(work.portal), STAGES, marchers, sizes.at_once)
        rushed = drive(work, queue.take(sizes.students), sizes.at_once)
        memory = peak_memory(crew)
    folder = where.folder / "statements"
    folder.mkdir()
    with running(INSTANCE, [*where.programs("cashier"), where.counting_web(folder)]):
        recorded = drive(work, queue.take(sizes.recorded), sizes.at_once)
    bare = replay(untouched, flows(folder), sizes.at_once)
    return Measured(rushed, marched, memory, recorded, bare)


def tell_all(measured: Measured) -> None:
    """Print the figures."""
    tell("rush: flows", rate(measured.rushed), "flows/s", measured.bare)
    empty = rate(measured.marched["empty page"])
    for stage in TIMED:
        tell(f"rush: {stage}", rate(measured.marched[stage]), "requests/s", empty)
    for name, visits in _by_name(measured.rushed).items():
        seconds = [visit.seconds for visit in visits]
        p50, p95 = share(seconds, 0.5), share(seconds, 0.95)
        tell(f"rush: {name} p95 to p50", p95 * 1000, "ms", p50 * 1000)
    for name, visits in _by_name(measured.recorded).items():
        counts = [visit.statements for visit in visits if visit.statements is not None]
        if counts:
            tell(f"rush: {name} statements, most", max(counts), "statements", STATEMENTS_AIM)
    for name, size in measured.memory.items():
        tell(f"rush: {name} peak memory", size / 2**20, "MiB")


def check(where: Place, url: str, measured: Measured) -> Iterator[str]:
    """What went wrong, a line each."""
    trips = [*measured.rushed, *measured.recorded]
    spans: list[Span] = [*trips, *(span for part in measured.marched.values() for span in part)]
    yield from (span.trouble for span in spans if span.trouble)
    for trip in trips:
        bad = [f"{visit.name} {visit.status}" for visit in trip.visits if visit.status >= 400]
        if bad:
            yield f"{trip.username} was refused: {bad}"
    yield from Books.read(where.store, url).problems([trip.number for trip in trips if trip.number])
    if not where.audit():
        yield "audit_money found something"


def _by_name(trips: Sequence[Trip]) -> dict[str, list[Visit]]:
    found: dict[str, list[Visit]] = defaultdict(list)
    for trip in trips:
        for visit in trip.visits:
            found[visit.name].append(visit)
    return found


if __name__ == "__main__":
    sys.exit(leash.run(main))
