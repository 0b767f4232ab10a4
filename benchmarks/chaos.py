"""kill -9 of anything while students pay: nothing may be lost, doubled or stuck.

The demo's own processes and a second worker run under the demo's own supervisor with waits of
seconds. PAYMENTS (about how many, 500), SECONDS (after which nothing is killed any more, 2400),
SEED and INSTANCE (the folder in ``var``) come from the environment.
Prints what was paid and killed, then lost / doubled / stuck, which must all be 0.
"""

import math
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg2

from benchmarks import leash, scratch
from benchmarks.books import Books
from benchmarks.crowd import Crowd
from benchmarks.figures import tell
from benchmarks.servers import BASE, Place, place, processes, second_worker
from portal.demo.serve import crew_of
from portal.demo.supervisor.children import Crew
from portal.demo.supervisor.instance import Instance
from portal.demo.supervisor.stage import START_SECONDS

VICTIMS = ("web", "worker", "worker-2", "beat", "cashier", "postgres", "valkey")
PAUSE = (0.5, 3.0)  # seconds between two kills
PAYMENTS_A_STUDENT = 3
TICK = 0.1
CALM = 180.0  # seconds the students, then the jobs, have to finish once nobody kills any more
WAITS = {
    "ORDER_RELEASE_AFTER": "8",
    "ORDER_REPAY_AFTER": "3",
    "ORDER_WATCH": "600",
    "ORDER_CHECK_BACKOFF": "1,1,2,2,3",
    "JOBS_EVERY": "1",
    "BEAT_LEASE": "3",
    "CASHIER_RETRY_SCALE": "0.02",
}
OPEN = """
SELECT (SELECT count(*) FROM payments_order WHERE state = 'open')
     + (SELECT count(*) FROM payments_orderline WHERE state = 'held')
"""


def main() -> int:
    """Run, print, and return 1 when money was lost, doubled or stuck."""
    payments = int(os.environ.get("PAYMENTS") or 500)
    seconds = float(os.environ.get("SECONDS") or 2400)
    seed = int(os.environ.get("SEED") or random.randrange(10**6))  # noqa: S311 -- no secret
    print(f"SEED={seed}", file=sys.stderr)
    students = math.ceil(payments / PAYMENTS_A_STUDENT)
    begun = time.monotonic()
    with open_house(students) as house:
        _say(begun, "everything runs, the students start")
        crowd = Crowd.start(house.portal, house.cashier, students, seed, seconds + CALM)
        house.kill_until(crowd, random.Random(seed), seconds)  # noqa: S311 -- no secret
        _say(begun, "the students are done, the jobs finish")
        troubles = crowd.troubles()
        print("\n".join(troubles), file=sys.stderr)
        return report(house, len(troubles) + house.calm_down())


def _say(begun: float, what: str) -> None:
    print(f"{time.monotonic() - begun:.0f} s: {what}", file=sys.stderr)


@dataclass
class House:
    """Everything that runs, and whom we have killed so far."""

    crew: Crew
    where: Place
    url: str
    killed: Counter[str] = field(default_factory=Counter)

    @property
    def portal(self) -> str:
        return self.where.stage.address

    @property
    def cashier(self) -> str:
        return self.where.env["CASHIER_URL"]

    def kill_until(self, crowd: Crowd, dice: random.Random, seconds: float) -> None:
        """Kill one after the other, and let the supervisor start it again, while students pay.

        On a machine that starts slower than we kill nothing would ever run: after ``seconds``
        the students finish in peace.
        """
        next_kill = time.monotonic() + dice.uniform(*PAUSE)
        peace = time.monotonic() + seconds
        while not crowd.finished():
            self.crew.tend(time.monotonic())
            if next_kill < time.monotonic() < peace:
                self._kill(dice)
                next_kill = time.monotonic() + dice.uniform(*PAUSE)
            time.sleep(TICK)

    def calm_down(self) -> int:
        """Kill nobody and wait until nothing is open; returns what still is at the end."""
        deadline = time.monotonic() + CALM
        while not self._is_settled():
            if time.monotonic() > deadline:
                return scratch.one_row(self.url, OPEN)[0]
            self.crew.tend(time.monotonic())
            time.sleep(TICK)
        return 0

    def _kill(self, dice: random.Random) -> None:
        name = dice.choice(VICTIMS)
        child = next(child for child in self.crew.children if child.program.name == name)
        if child.died():
            return
        # The leader or one of its workers: gunicorn's death and its worker's are two cases.
        victim = dice.choice(processes(child))
        if name == "postgres":
            victim = processes(child)[0]
        os.kill(victim.pid, signal.SIGKILL)
        self.killed[name] += 1

    def _is_settled(self) -> bool:
        try:
            left = scratch.one_row(self.url, OPEN)[0]
            return left == 0 and not Books.read(self.where.store, self.url).lost
        except psycopg2.OperationalError:  # our last victim is not up again
            return False


@contextmanager
def open_house(students: int) -> Iterator[House]:
    """Start services of our own, whatever the environment names, and the four processes."""
    instance = Instance(BASE / "var", os.environ.get("INSTANCE") or "chaos")
    with crew_of(instance) as crew:
        urls = instance.start_services(crew, {}, {})
        with (
            scratch.fresh(urls["DATABASE_URL"], "portal_chaos") as url,
            place(instance, **{**urls, "DATABASE_URL": url}, **WAITS) as where,
        ):
            where.fill(students)
            programs = where.stage.programs()
            crew.start(*programs, second_worker(programs, instance), seconds=START_SECONDS)
            yield House(crew, where, url)


def report(house: House, stuck: int, bench: str = "chaos") -> int:
    """Print the figures and return the exit status."""
    books = Books.read(house.where.store, house.url)
    tell(f"{bench}: payments", len(books.paid), "payments")
    for name, times in sorted(house.killed.items()):
        tell(f"{bench}: kill -9 of {name}", times, "times")
    problems = {"lost": len(books.lost), "doubled": len(books.doubled), "stuck": stuck}
    for name, number in problems.items():
        tell(f"{bench}: {name}", number, "payments")
    print("\n".join(books.problems(())), file=sys.stderr)
    clean = house.where.audit()
    return 0 if clean and not any(problems.values()) else 1


if __name__ == "__main__":
    sys.exit(leash.run(main))
