"""One number for everything that happens because of one request: page, job, call to a channel."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

HEADER = "X-Request-ID"
# What we write into logs and hand on, so nothing that could be more than a number.
USABLE = re.compile(r"[0-9A-Za-z-]{8,64}")

_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The number of the request or job this thread works on; empty outside of any."""
    return _current.get()


def usable(given: str) -> str:
    """A number somebody else gave, or a new one when it is none."""
    return given if USABLE.fullmatch(given) else secrets.token_hex(8)


@contextmanager
def working_on(number: str) -> Iterator[None]:
    """Everything said and asked in the block belongs to this number."""
    token = _current.set(number)
    try:
        yield
    finally:
        _current.reset(token)


def helping() -> dict[str, Any]:
    """What a ``ThreadPoolExecutor`` is made with, so that its threads work on our number too."""
    return {"initializer": _current.set, "initargs": (current(),)}
