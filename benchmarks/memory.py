"""The peak memory of a program and of those it starts."""

import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from benchmarks import leash

SECONDS = 0.02  # between two looks


def watched(command: Sequence[str], folder: Path, env: Mapping[str, str]) -> tuple[str, float]:
    """Run a program to its end; what it printed, and MB at its largest, children included.

    Raises ``CalledProcessError`` when it fails.
    """
    with subprocess.Popen(  # noqa: S603 -- our own modules
        command,
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=leash.tie(),  # noqa: PLW1509 -- no threads here
    ) as started:
        peak, out = 0.0, None
        while out is None:
            peak = max(peak, _together(started.pid))
            with suppress(subprocess.TimeoutExpired):
                out, _ = started.communicate(timeout=SECONDS)
    if started.returncode:
        raise subprocess.CalledProcessError(started.returncode, command)
    return out, peak


def high_water(pid: int) -> int:
    """The highest resident size of a process so far, in bytes: of its program, not of its fork."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    sizes = dict(line.split(":", 1) for line in lines)
    return int(sizes["VmHWM"].split()[0]) * 1024


def _together(pid: int) -> float:
    """The high waters of a program and of its children that run now, in MB."""
    try:
        leader = psutil.Process(pid)
        words = leader.cmdline()
        # Between fork and exec a child is a copy of the leader that shares its memory.
        children = [one for one in leader.children(recursive=True) if one.cmdline() != words]
        pids = [pid, *(one.pid for one in children)]
        return sum(map(high_water, pids)) / 1024**2
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError, KeyError):
        return 0.0  # gone between two looks
