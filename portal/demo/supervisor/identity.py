"""Which process is which: a process id alone is used again, with its start time it is not."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


def started(pid: int) -> int | None:
    """Return the start time of a live process in clock ticks since boot; None without one."""
    try:
        stat = (PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The command name, in brackets, may hold spaces and brackets itself.
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in "ZX" else int(fields[18])


@dataclass(frozen=True)
class Identity:
    """A process id with the start time that makes it unique until the next boot."""

    pid: int
    ticks: int

    @classmethod
    def of(cls, pid: int) -> "Identity | None":
        """Take the identity of a live process; None when it is gone already."""
        ticks = started(pid)
        return None if ticks is None else cls(pid, ticks)

    @classmethod
    def read(cls, path: Path) -> "Identity | None":
        """Read a record; None for one that is missing or was cut short by a crash."""
        try:
            pid, ticks = path.read_text().split()
            return cls(int(pid), int(ticks))
        except (FileNotFoundError, ValueError):
            return None

    def write(self, path: Path) -> None:
        """Record the process for the start after a crash."""
        path.write_text(f"{self.pid} {self.ticks}\n")

    @property
    def alive(self) -> bool:
        """Tell whether this very process, not a successor of its number, still runs."""
        return started(self.pid) == self.ticks


def inside(folder: Path, program: Path) -> list[Identity]:
    """List the processes of one program file whose working directory is the folder."""
    found = []
    for entry in PROC.iterdir():
        if entry.name.isdigit() and _is_inside(entry, folder, program):
            identity = Identity.of(int(entry.name))
            found += [identity] if identity else []
    return found


def _is_inside(entry: Path, folder: Path, program: Path) -> bool:
    try:
        if (entry / "cwd").readlink() != folder:
            return False
        # A program file replaced by a newer one reads "… (deleted)".
        return str((entry / "exe").readlink()).removesuffix(" (deleted)") == str(program)
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False


def wait_gone(processes: list[Identity], seconds: float) -> bool:
    """Wait until none of the processes is left; False when the time ran out."""
    deadline = time.monotonic() + seconds
    while any(process.alive for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def group_signal(sig: signal.Signals, pid: int) -> None:
    """Signal the whole process group a child of ours leads; gone is as good."""
    try:
        os.killpg(pid, sig)
    except ProcessLookupError:
        return
