"""A limit on a whole call. The timeouts of ``requests`` count per read, so an answer that trickles
in byte by byte would hold a page for as long as it likes.
"""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, call: Callable[[], T]) -> T:
    """What ``call`` returns; raises ``TimeoutError`` after ``seconds``, or what it raised.

    The call runs in a thread of its own, which is left behind when the time is up; its own read
    timeout ends it once the other side falls silent. A daemon, so that it never delays an exit.
    """
    return begin(call).result(seconds)


def begin(call: Callable[[], T]) -> Future[T]:
    """Start ``call`` in a thread of its own; the future has what it returns or raises."""
    future: Future[T] = Future()
    Thread(target=_settle, args=(future, call), daemon=True).start()
    return future


def _settle(future: Future[T], call: Callable[[], T]) -> None:
    try:
        future.set_result(call())
    except Exception as error:  # noqa: BLE001 -- raised again in the caller
        future.set_exception(error)
