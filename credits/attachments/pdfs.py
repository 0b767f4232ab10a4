"""PDF: cleaned and drawn in a process of its own, which may die of it."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from struct import unpack
from tempfile import TemporaryFile
from threading import BoundedSemaphore, Lock
from typing import IO

from credits.attachments import refusals
from portal.lib.errors import DomainError

MAX_PAGES = 10
PROCESSOR = 6  # seconds of one; ten scanned pages take one or two
PATIENCE = 15  # seconds by the clock
ALONE = Lock()  # of a web worker's threads one at a time: a child may take all it is allowed
# Drawing or waiting for it; a worker's other threads go on serving everybody else's pages.
ROOM = BoundedSemaphore(3)
_CHILD = Path(__file__).with_name("pdf_child.py")


@dataclass(frozen=True)
class Document:
    """A PDF without scripts, attachments, links and metadata, and its pages as JPEG."""

    content: bytes
    pages: tuple[bytes, ...]


def clean(sent: bytes) -> Document:
    """Raises the refusals ``attachment.locked``, ``.pages``, ``.broken``, ``.undrawable`` and,
    while others' take their time, ``.busy``.
    """
    if not ROOM.acquire(blocking=False):
        raise refusals.busy()
    try:
        found, *pieces = _in_turn(sent)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise refusals.undrawable() from error
    finally:
        ROOM.release()
    if found != b"ok":
        raise _refusal(found.decode())
    content, *pages = pieces
    return Document(content, tuple(pages))


def _in_turn(sent: bytes) -> list[bytes]:
    if not ALONE.acquire(timeout=PATIENCE):
        raise refusals.busy()
    try:
        return _worked_on(sent)
    finally:
        ALONE.release()


def _worked_on(sent: bytes) -> list[bytes]:
    """What the child wrote; it knows neither our settings nor our environment."""
    with TemporaryFile() as given, TemporaryFile() as made:
        given.write(sent)
        given.seek(0)
        subprocess.run(  # noqa: S603 -- our own script
            [sys.executable, "-I", str(_CHILD), str(MAX_PAGES), str(PROCESSOR)],
            stdin=given,
            stdout=made,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=True,
            env={},
        )
        made.seek(0)
        return list(_parted(made))


def _parted(made: IO[bytes]) -> Iterator[bytes]:
    while head := made.read(4):
        yield made.read(unpack(">I", head)[0])


def _refusal(found: str) -> DomainError:
    word, _, number = found.partition(" ")
    if word == "pages" and number != "0":
        return refusals.too_many_pages(int(number), MAX_PAGES)
    return refusals.locked() if word == "locked" else refusals.unreadable()
