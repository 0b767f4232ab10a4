"""What is made while the last of it is used: a generator one step ahead of who takes from it."""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any, TypeVar

from django.db import connection

T = TypeVar("T")
_END: Any = object()


@contextmanager
def ahead(items: Generator[T, None, None]) -> Iterator[Iterator[T]]:
    """The items, the next one being made while the last is used.

    They are made in a thread of its own, with its own session of the database; what is raised
    there is raised here. At the end of the block generator and session are closed.
    """
    context = copy_context()
    with ThreadPoolExecutor(1) as thread:
        try:
            yield _taken(lambda: thread.submit(context.run, _next, items))
        finally:
            thread.submit(context.run, _close, items).result()


def _taken(begin: Callable[[], "Future[T]"]) -> Iterator[T]:
    waiting = begin()
    while (item := waiting.result()) is not _END:
        waiting = begin()
        yield item


def _next(items: Generator[T, None, None]) -> T:
    return next(items, _END)


def _close(items: Generator[T, None, None]) -> None:
    items.close()
    connection.close()
