"""Nothing of a benchmark outlives it: no student, no server, no scratch database."""

import os
import signal
from collections.abc import Callable
from multiprocessing import parent_process

from portal.demo.supervisor import children, signals


def run(main: Callable[[], int]) -> int:
    """Return the exit status of ``main``, which a stop signal, too, lets clean up first."""
    signals.listen(os.getppid())
    try:
        return main()
    except signals.Stopped as stopped:
        return 128 + int(stopped.args[0])


def tie() -> Callable[[], None]:
    """Return a ``preexec_fn`` that lets a program go with us, kill -9 included."""
    us = os.getpid()
    return lambda: children.follow_parent(signal.SIGKILL, us)


def follow() -> None:
    """Tie a process of a pool to the benchmark: it goes with it, kill -9 included."""
    parent = parent_process()
    assert parent is not None, "only for children"
    assert parent.pid is not None, "a child has one that lives"
    children.follow_parent(signal.SIGKILL, parent.pid)
