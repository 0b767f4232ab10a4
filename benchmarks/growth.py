"""Does any student page cost more in a larger college?

SIZES (2000,20000), LOOKS (5 rounds over the pages), STUDENTS (4 who look in each round) and
SIGN_INS (20) come from the environment; SIZES=2000,20000,200000 takes some eight minutes and 8 GB
while it runs. All colleges are looked at in turn, so that the machine is equally busy for each.
Prints the undisturbed page (a fifth is faster) of each size against the smallest, and sign-ins
and pages a second.
"""

import itertools
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks import leash, scratch
from benchmarks.drivers import drive, rate
from benchmarks.figures import share, tell
from benchmarks.looking import Looking
from benchmarks.people import username
from benchmarks.servers import BASE, Place, place, running
from portal.demo.supervisor.instance import Instance

INSTANCE = Instance(BASE / "var", "growth")
RATIO_AIM = 1.3
VISITS, AT_ONCE = 300, 8
HEAVY = "/retake/"  # a page that costs the server much and whoever loads it little


@dataclass(frozen=True)
class College:
    """One size: its database and the process that looks at its pages."""

    students: int
    url: str
    onlooker: "subprocess.Popen[str]"

    def ask(self, *question: str) -> Any:
        """One question of ``growing.look_about`` and its answer."""
        assert self.onlooker.stdin is not None
        assert self.onlooker.stdout is not None
        self.onlooker.stdin.write(json.dumps(question) + "\n")
        self.onlooker.stdin.flush()
        return json.loads(self.onlooker.stdout.readline())

    def some(self, number: int, turn: int) -> list[str]:
        """Students from all over the college, others each turn."""
        step = self.students // number
        return [username((turn * 7 + place * step) % self.students) for place in range(number)]


def main() -> int:
    """Measure, print; returns 1 when a page grows or asks more often."""
    sizes = [int(size) for size in (os.environ.get("SIZES") or "2000,20000").split(",")]
    looks, students, sign_ins = (
        int(os.environ.get(name) or default)
        for name, default in (("LOOKS", 5), ("STUDENTS", 4), ("SIGN_INS", 20))
    )
    with (
        scratch.fresh(os.environ["DATABASE_URL"], "portal_growth") as url,
        place(INSTANCE, DATABASE_URL=url) as where,
        ExitStack() as stack,
    ):
        for command in ("migrate", "collectstatic"):
            where.stage.manage(command, "--no-input", "--verbosity=0")
        colleges = [stack.enter_context(_college(where, url, size)) for size in sizes]
        problems = list(_pages(colleges, looks, students))
        _sign_ins(colleges[0], sign_ins)
        problems += _second_process(where, colleges[0])
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


@contextmanager
def _college(where: Place, migrated: str, students: int) -> Iterator[College]:
    """Build a college of this size beside the others; it goes with the block."""
    name = f"portal_growth_{students}"
    with scratch.clone(migrated, name) as url:
        env = {**where.env, "DATABASE_URL": url, "LOG_LEVEL": "ERROR"}
        command = [sys.executable, "-m", "benchmarks.growing"]
        subprocess.run([*command, "fill", str(students)], cwd=BASE, env=env, check=True)  # noqa: S603 -- our own module
        size = scratch.one_row(url, "SELECT pg_database_size(current_database())")[0]
        tell(f"growth: database of {students} students", size / 2**20, "MiB")
        onlooker = subprocess.Popen(  # noqa: S603 -- our own module
            [*command, "look"],
            cwd=BASE,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=leash.tie(),  # noqa: PLW1509 -- no threads here
        )
        try:
            yield College(students, url, onlooker)
        finally:
            onlooker.kill()
            onlooker.communicate()


def _pages(colleges: Sequence[College], looks: int, students: int) -> Iterator[str]:
    pages, *_ = (college.ask("pages", username(0)) for college in colleges)  # which warms all
    for path in pages:
        found = _looks(colleges, path, looks, students)
        if any(statements for _, statements, _ in found[0]):  # the others know no college
            yield from _compare(path, colleges, found)


def _looks(
    colleges: Sequence[College], path: str, turns: int, students: int
) -> list[list[tuple[float, int, int]]]:
    """For each college seconds, statements and status; they take turns student by student."""
    found: list[list[tuple[float, int, int]]] = [[] for _ in colleges]
    for turn, number in itertools.product(range(turns), range(students)):
        for rows, college in zip(found, colleges, strict=True):
            seconds, statements, status = college.ask(college.some(students, turn)[number], path)
            rows.append((seconds, statements, status))
    return found


def _compare(
    path: str, colleges: Sequence[College], looks: Sequence[Sequence[tuple[float, int, int]]]
) -> Iterator[str]:
    # A fifth is faster: what the machine did meanwhile is in the slower ones.
    calm = [share([seconds for seconds, _, _ in rows], 0.2) for rows in looks]
    counts = [sorted({count for _, count, _ in rows}) for rows in looks]
    if {status for rows in looks for _, _, status in rows} != {200}:
        yield f"{path}: not every student was served"
    for college, seconds, count in zip(colleges, calm, counts, strict=True):
        label = f"growth: {path} at {college.students}, {count[-1]} statements"
        tell(label, seconds * 1000, "ms", calm[0] * 1000)
        if seconds > RATIO_AIM * calm[0] or count[-1] > counts[0][-1]:
            yield f"{path} grows: {seconds / calm[0]:.2f} at {college.students}, {counts}"


def _sign_ins(college: College, number: int) -> None:
    """With the hasher of the settings, for one core."""
    seconds = [college.ask("sign in", one) for one in college.some(number, 1)]
    tell("growth: sign-ins", 1 / statistics.median(seconds), "a second and core")


def _second_process(where: Place, college: College) -> Iterator[str]:
    """The same page from one and from two web processes, asked for by a light generator."""
    env = {**where.env, "DATABASE_URL": college.url}
    rates = []
    for workers in (1, 2):
        web = where.web_of(workers, env)
        with running(INSTANCE, [web]):
            portal = where.stage.address
            work = Looking.signed_in(portal, username(0), HEAVY)
            drive(work, [str(time) for time in range(AT_ONCE)], AT_ONCE)
            trips = drive(work, [str(time) for time in range(VISITS)], AT_ONCE)
        yield from (trip.trouble for trip in trips if trip.trouble)
        rates.append(rate(trips))
    tell(f"growth: {HEAVY} from two web processes", rates[1], "pages/s", rates[0])


if __name__ == "__main__":
    sys.exit(leash.run(main))
