"""Child processes that neither outlive their supervisor nor stay dead while it lives."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from portal.demo.supervisor import identity
from portal.demo.supervisor.home import Account
from portal.demo.supervisor.identity import Identity
from portal.demo.supervisor.refusal import Refusal

LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1
TAIL_LINES = 15
STOP_SECONDS = 10.0
BACK_OFF = (0.5, 1.0, 2.0, 5.0)  # seconds before the 1st, 2nd, … restart in a row
STEADY = 30.0  # seconds after which a process counts as having stayed up


def _nothing() -> None:
    """Most programs leave nothing behind that a restart would stumble over."""


@dataclass(frozen=True)
class Program:
    """How one process is run. ``passing`` are log phrases of a failure that goes away."""

    name: str
    argv: tuple[str, ...]
    log: Path
    ready: Callable[[], bool]
    env: Mapping[str, str]
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    prepare: Callable[[], None] = _nothing  # before every start
    passing: tuple[str, ...] = ()

    def tail(self) -> str:
        """Return the last lines of the log."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.is_file() else []
        return "\n".join(lines[-TAIL_LINES:])


def follow_parent(sig: signal.Signals, parent: int) -> None:
    """Have the kernel send us the signal when the parent dies, kill -9 included."""
    LIBC.prctl(PR_SET_PDEATHSIG, sig)
    if os.getppid() != parent:  # it died before the line above
        os.kill(os.getpid(), sig)


def spawn(program: Program) -> subprocess.Popen[bytes]:
    """Start the program as leader of a session of its own, its output in its log."""
    parent, account = os.getpid(), program.account
    with program.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 -- our own programs
            program.argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd="/" if account else None,
            env=program.env,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            # After the change of user, which would clear it.
            preexec_fn=lambda: follow_parent(program.stop_signal, parent),  # noqa: PLW1509 -- no threads here
        )


@dataclass
class Child:
    """A program, its process, and when it may be started again."""

    program: Program
    process: subprocess.Popen[bytes]
    since: float
    failures: int = 0
    restart_at: float | None = None

    def died(self) -> bool:
        """Tell whether the process is gone, and take the rest of its group with it."""
        if self.process.returncode is not None:
            return True
        # Left a zombie until its group is dead, so that its number cannot name anybody else.
        waiting = os.WEXITED | os.WNOHANG | os.WNOWAIT
        if os.waitid(os.P_PID, self.process.pid, waiting) is None:
            return False
        identity.group_signal(signal.SIGKILL, self.process.pid)
        self.process.wait()
        return True


@dataclass
class Crew:
    """The running children; ``records`` is the folder where their identities are kept."""

    records: Path
    patience: float = STOP_SECONDS  # for somebody to stop by itself
    children: list[Child] = field(default_factory=list)

    def start(self, *programs: Program, seconds: float) -> None:
        """Start programs side by side and wait until all are ready.

        Raises ``Refusal`` with the end of the log when one dies or is not ready in time.
        """
        new = [self._start(program) for program in programs]
        deadline = time.monotonic() + seconds
        for child in new:
            while not self._is_ready(child):
                if time.monotonic() > deadline:
                    raise Refusal(_failure(child.program, f"did not answer in {seconds:.0f} s"))
                time.sleep(0.05)
        for child in new:
            if child.died():
                raise Refusal(_failure(child.program, "did not stay up"))

    def tend(self, now: float) -> None:
        """Start again what has died; ``now`` in seconds of the monotonic clock."""
        for child in self.children:
            if not child.died():
                continue
            if child.restart_at is None:
                child.failures = 0 if now - child.since > STEADY else child.failures
                child.restart_at = now + BACK_OFF[min(child.failures, len(BACK_OFF) - 1)]
                child.failures += 1
            if now >= child.restart_at:
                self._respawn(child)

    def stop(self) -> None:
        """Stop everything, latest first; who does not listen is killed."""
        for child in reversed(self.children):
            if not child.died():
                identity.group_signal(child.program.stop_signal, child.process.pid)
        deadline = time.monotonic() + self.patience
        for child in reversed(self.children):
            while not child.died() and time.monotonic() < deadline:
                time.sleep(0.02)
            if not child.died():
                identity.group_signal(signal.SIGKILL, child.process.pid)
                child.process.wait()
            (self.records / child.program.name).unlink(missing_ok=True)
        self.children.clear()

    def clear_leftovers(self) -> None:
        """Wait for what a killed supervisor left: the kernel told it to stop; kill the deaf."""
        records = sorted(self.records.iterdir())
        left = [found for record in records if (found := Identity.read(record)) and found.alive]
        if not identity.wait_gone(left, self.patience):
            for process in left:
                if process.alive:
                    identity.group_signal(signal.SIGKILL, process.pid)
            identity.wait_gone(left, self.patience)
        for record in records:
            record.unlink()

    def _start(self, program: Program) -> Child:
        program.prepare()
        child = Child(program, spawn(program), time.monotonic())
        self.children.append(child)
        self._record(child)
        return child

    def _respawn(self, child: Child) -> None:
        child.program.prepare()
        child.process, child.since = spawn(child.program), time.monotonic()
        child.restart_at = None
        self._record(child)

    def _record(self, child: Child) -> None:
        if process := Identity.of(child.process.pid):
            process.write(self.records / child.program.name)

    def _is_ready(self, child: Child) -> bool:
        if not child.died():
            return child.program.ready()
        tail = child.program.tail()
        if not any(phrase in tail for phrase in child.program.passing):
            raise Refusal(_failure(child.program, "stopped while starting"))
        time.sleep(1)
        self._respawn(child)
        return False


def _failure(program: Program, what: str) -> str:
    return f"{program.name} {what}. The end of {program.log}:\n{program.tail()}"
