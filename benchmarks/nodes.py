"""Two machines, one of which dies: web, worker and beat of each as processes of their own.

One PostgreSQL, one broker, one balancer before the two webs. While students pay, the first
machine is killed (kill -9 of its three processes at once) and stays dead. PAYMENTS (about how
many, 60), SECONDS (after which students give up, 600) and SEED come from the environment.
Prints lost / doubled / stuck, which must all be 0, and who beat before and after.
"""

import math
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from benchmarks import balancer, leash, scratch
from benchmarks.chaos import PAYMENTS_A_STUDENT, TICK, WAITS, House, report
from benchmarks.crowd import Crowd
from benchmarks.figures import tell
from benchmarks.servers import BASE, place, processes
from portal.demo.serve import crew_of
from portal.demo.supervisor import identity
from portal.demo.supervisor.children import Child, Program
from portal.demo.supervisor.instance import Instance
from portal.demo.supervisor.stage import START_SECONDS, Stage
from portal.lib import ports

FIRST, SECOND = ("web", "worker", "beat"), ("web-2", "worker-2", "beat-2")
PAID = "SELECT count(*) FROM payments_receipt"


@dataclass
class TwoMachines(House):
    """The first can be killed; the supervisor does not bring it back."""

    def kill_the_first(self) -> None:
        """Everything of it, at once."""
        dead = [child for child in self.crew.children if child.program.name in FIRST]
        self.crew.children = [child for child in self.crew.children if child not in dead]
        for child in dead:
            self.killed[child.program.name] += 1
            _end(child)

    def paid(self) -> int:
        """Payments that have reached the portal."""
        return scratch.one_row(self.url, PAID)[0]


def main() -> int:
    """Run, print, and return 1 when money was lost, doubled or stuck."""
    payments = int(os.environ.get("PAYMENTS") or 60)
    seconds = float(os.environ.get("SECONDS") or 600)
    seed = int(os.environ.get("SEED") or random.randrange(10**6))  # noqa: S311 -- no secret
    students = math.ceil(payments / PAYMENTS_A_STUDENT)
    with open_house(students) as house:
        crowd = Crowd.start(house.portal, house.cashier, students, seed, seconds)
        before = watch(house, crowd, payments // 3)
        killed_at = time.monotonic()
        house.kill_the_first()
        watch(house, crowd, math.inf)
        tell("nodes: payments before the death", before, "payments")
        tell("nodes: seconds without the first", time.monotonic() - killed_at, "s")
        troubles = crowd.troubles()
        print("\n".join(troubles), file=sys.stderr)
        return report(house, len(troubles) + house.calm_down(), "nodes")


def watch(house: TwoMachines, crowd: Crowd, payments: float) -> int:
    """Wait for so many payments or the end of the crowd; returns how many there are."""
    while not crowd.finished() and house.paid() < payments:
        house.crew.tend(time.monotonic())
        time.sleep(TICK)
    return house.paid()


@contextmanager
def open_house(students: int) -> Iterator[TwoMachines]:
    """Start the services, the cashier, both machines and the balancer."""
    instance = Instance(BASE / "var", os.environ.get("INSTANCE") or "nodes")
    with crew_of(instance) as crew:
        urls = instance.start_services(crew, {}, {})
        with (
            scratch.fresh(urls["DATABASE_URL"], "portal_nodes") as url,
            place(instance, **{**urls, "DATABASE_URL": url}, **WAITS) as where,
        ):
            where.fill(students)
            here, there = (_machine(where.stage, number) for number in (1, 2))
            crew.start(*where.programs("cashier"), *here[1], *there[1], seconds=START_SECONDS)
            with balancer.between(where.stage.port, (here[0], there[0])):
                yield TwoMachines(crew, where, url)


def _machine(stage: Stage, number: int) -> tuple[int, list[Program]]:
    """The port of its web and its three processes; the balancer has the stage's own port."""
    port = ports.choose()
    env = {**stage.env, "METRICS_DIR": f"{stage.env['MEDIA_ROOT']}-metrics-{number}"}
    own = replace(stage, port=port, env=env)
    return port, [
        _named(program, number, stage.instance)
        for program in own.programs()
        if program.name in FIRST
    ]


def _named(program: Program, number: int, instance: Instance) -> Program:
    """The second machine's processes have names, logs and files of their own."""
    if number == 1:
        return program
    log = instance.fresh_log(f"{program.name}-{number}")
    argv = tuple(f"{word}-{number}" if "beat-schedule" in word else word for word in program.argv)
    if program.name == "worker":
        argv = (*argv, f"--hostname=node{number}@%h")
    ready = program.ready
    if program.name != "web":
        phrase = {"worker": " ready.", "beat": "beat: Starting"}[program.name]

        def ready() -> bool:
            return phrase in log.read_text(errors="replace")

    return replace(program, name=f"{program.name}-{number}", argv=argv, log=log, ready=ready)


def _end(child: Child) -> None:
    """kill -9 of the process and all below it."""
    group = processes(child)
    for process in group:
        process.kill()
    identity.group_signal(signal.SIGKILL, child.process.pid)
    child.process.wait()


if __name__ == "__main__":
    sys.exit(leash.run(main))
