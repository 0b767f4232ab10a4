"""Can this machine serve? Everything is asked at once and answered within 3 seconds."""

import time
from collections.abc import Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass
from threading import Lock

from portal.lib.deadline import begin
from portal.ops.checks import Answer, Check, State

PATIENCE = 2.2  # seconds for everything
PAUSE = 30.0  # seconds an answer of a payment channel is believed: probes come every few seconds
SILENT: Answer = (State.DOWN, "没有在时限内回答。")
NEEDED = ("database", "broker")


@dataclass(frozen=True)
class Finding:
    """One line of the answer. The sentence names no address and no secret."""

    name: str
    state: State
    sentence: str


class Watch:
    """One process's view. What hangs is asked once and waited for, not asked again and again."""

    def __init__(self, patience: float = PATIENCE, pause: float = PAUSE) -> None:
        self._patience, self._pause = patience, pause
        self._asked: dict[str, tuple[float, Future[Answer]]] = {}
        self._lock = Lock()

    def look(self, checks: Mapping[str, Check]) -> tuple[Finding, ...]:
        """A finding for each, in their order."""
        with self._lock:
            answers = {name: self._ask(name, check) for name, check in checks.items()}
        wait(answers.values(), self._patience)
        return tuple(_finding(name, answer) for name, answer in answers.items())

    def _ask(self, name: str, check: Check) -> Future[Answer]:
        now = time.monotonic()
        before = self._asked.get(name)
        if before and (not before[1].done() or now - before[0] < self._pause_of(name)):
            return before[1]
        future = begin(check)
        self._asked[name] = now, future
        return future

    def _pause_of(self, name: str) -> float:
        return self._pause if name.startswith("gateway:") else 0.0


def _finding(name: str, answer: Future[Answer]) -> Finding:
    state, sentence = answer.result() if answer.done() else SILENT
    if state is State.DOWN and name not in NEEDED:
        state = State.WARN
    return Finding(name, state, sentence)
