"""The students of the chaos run, in a process of their own.

The process that supervises stays without threads: it starts children all the time.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Self

from benchmarks import leash
from benchmarks.people import Queue
from benchmarks.stubborn import Stubborn

AT_ONCE = 8
COURSES = 6


@dataclass
class Crowd:
    """A running crowd; it ends by itself."""

    process: BaseProcess
    answers: Connection

    @classmethod
    def start(cls, portal: str, cashier: str, students: int, seed: int, seconds: float) -> Self:
        """Send the students; after ``seconds`` the rest give up."""
        context = get_context("spawn")
        answers, end = context.Pipe(duplex=False)
        arguments = (end, portal, cashier, students, seed, seconds)
        process = context.Process(target=_send, args=arguments, daemon=True)
        process.start()
        end.close()
        return cls(process, answers)

    def finished(self) -> bool:
        """Tell whether everybody is done."""
        return not self.process.is_alive()

    def troubles(self) -> list[str]:
        """The last trouble of every student who gave up; all of them must be done."""
        troubles: list[str] = self.answers.recv()
        return troubles


def _send(
    end: Connection, portal: str, cashier: str, students: int, seed: int, seconds: float
) -> None:
    leash.follow()
    until = time.monotonic() + seconds
    crowd = [
        Stubborn(portal, cashier, username, seed) for username in Queue(students).take(students)
    ]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in pool.map(lambda one: one.persist(COURSES, until), crowd):
            continue
    end.send([one.trouble for one in crowd if not one.finished])
