"""Ctrl-C, ``kill`` and a closed terminal all mean the same: stop what was started, then go."""

import signal
from types import FrameType

from portal.demo.supervisor import children

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked us to stop."""


def _stop(number: int, _frame: FrameType | None) -> None:
    raise Stopped(number)


def listen(parent: int) -> None:
    """Raise ``Stopped`` in the main thread on every stop signal, and when ``parent`` dies.

    The parent is make: after a kill -9 of it nobody could stop us from the terminal any more.
    """
    for number in STOPPING:
        signal.signal(number, _stop)
    children.follow_parent(signal.SIGTERM, parent)


def ignore() -> None:
    """From here on finish: stopping takes seconds at most and a second Ctrl-C must not cut it."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)
