"""Does any student page cost more in a larger college?

SIZES (2000,20000), LOOKS (5 rounds over the pages), STUDENTS (4 who look in each round) and
SIGN_INS (20) come from the environment; SIZES=2000,20000,200000 takes some four minutes and 8 GB
while it runs. All colleges are looked at in turn, so that the machine is equally busy for each.
Prints the undisturbed page (a fifth is faster) of each size against the smallest, waited for and
worked for; sign-ins by password and by the campus portal; and what a second web process adds.
"""

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from benchmarks import leash, scratch, second
from benchmarks.figures import share, tell
from benchmarks.looking import EMPTY_PAGE
from benchmarks.people import username
from benchmarks.servers import BASE, Place, place
from portal.accounts.testing import campus_server
from portal.accounts.testing.campus_server import CampusServer
from portal.demo.supervisor.instance import Instance

INSTANCE = Instance(BASE / "var", "growth")
RATIO_AIM = 1.3
CALM = 0.2  # a fifth is faster: what the machine did meanwhile is in the slower ones


class Look(NamedTuple):
    """One look of a student at a page: seconds until it was there, and of processor."""

    waited: float
    worked: float
    statements: int
    status: int


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
        campus_server.running() as campus,
        place(INSTANCE, DATABASE_URL=url, CAS_SERVER_URL=campus.url) as where,
        ExitStack() as stack,
    ):
        begun = time.monotonic()
        for command in ("migrate", "collectstatic"):
            where.stage.manage(command, "--no-input", "--verbosity=0")
        colleges = [stack.enter_context(_college(where, url, size)) for size in sizes]
        _say(begun, "all colleges stand")
        problems = list(_pages(colleges, looks, students))
        _say(begun, "every page was looked at")
        _sign_ins(colleges[0], sign_ins, campus)
        problems += second.measure(INSTANCE, where, colleges[0].url)
        _say(begun, "done")
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


def _say(begun: float, what: str) -> None:
    print(f"{time.monotonic() - begun:.0f} s: {what}", file=sys.stderr)


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
        if any(look.statements for look in found[0]):  # the others know no college
            yield from _compare(path, colleges, found)


def _looks(colleges: Sequence[College], path: str, turns: int, students: int) -> list[list[Look]]:
    """The looks at each college; they take turns student by student."""
    found: list[list[Look]] = [[] for _ in colleges]
    for turn, number in itertools.product(range(turns), range(students)):
        for looks, college in zip(found, colleges, strict=True):
            looks.append(Look(*college.ask(college.some(students, turn)[number], path)))
    return found


def _compare(
    path: str, colleges: Sequence[College], found: Sequence[Sequence[Look]]
) -> Iterator[str]:
    if {look.status for looks in found for look in looks} != {200}:
        yield f"{path}: not every student was served"
    counts = [sorted({look.statements for look in looks}) for looks in found]
    waits, works = (
        [share([look[kind] for look in looks], CALM) for looks in found] for kind in (0, 1)
    )
    for college, wait, work, count in zip(colleges, waits, works, counts, strict=True):
        label = f"growth: {path} at {college.students}, {count[-1]} statements"
        tell(label, wait * 1000, "ms", waits[0] * 1000)
        tell(f"{label}, processor", work * 1000, "ms", works[0] * 1000)
        ratios = (wait / waits[0], work / works[0])
        if max(ratios) > RATIO_AIM or count[-1] > counts[0][-1]:
            yield f"{path} grows: {ratios} at {college.students}, {counts}"


def _sign_ins(college: College, number: int, campus: CampusServer) -> None:
    """With the hasher of the settings and by tickets, for one core; beside an empty page."""
    somebody = college.some(number, 1)
    page = share([Look(*college.ask(one, EMPTY_PAGE)).worked for one in somebody], CALM)
    for kind in ("sign in", "sign in by campus"):
        seconds = []
        for campus.signed_in in somebody:
            seconds.append(college.ask(kind, campus.signed_in))
        each = share(seconds, CALM)
        tell(f"growth: {kind}, against empty pages", 1 / each, "a second and core", 1 / page)


if __name__ == "__main__":
    sys.exit(leash.run(main))
