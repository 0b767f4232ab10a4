"""The collector of cycles while thousands of rows pass, which are lists without cycles.

Looking through everything that Django holds after every few thousand of them takes a third of the
time of who reads or settles them.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_SELDOM = 50_000


class _Collector:
    """Shared by the threads of a worker: the first one changes it, the last one changes it back."""

    def __init__(self) -> None:
        self.lock, self.at_work = Lock(), 0
        self.usual = gc.get_threshold()

    def begin(self) -> None:
        with self.lock:
            if not self.at_work:
                self.usual = gc.get_threshold()
                gc.set_threshold(_SELDOM, *self.usual[1:])
            self.at_work += 1

    def end(self) -> None:
        with self.lock:
            self.at_work -= 1
            if not self.at_work:
                gc.set_threshold(*self.usual)


_collector = _Collector()


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """For work on thousands of short-lived rows, none of which needs the collector."""
    _collector.begin()
    try:
        yield
    finally:
        _collector.end()
