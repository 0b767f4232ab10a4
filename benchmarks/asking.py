"""One request over and over on connections that stay open: next to no work for who asks."""

import selectors
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from benchmarks.browser import TIMEOUT, Unexpected

CHUNK = 1 << 18
LENGTH = b"\r\nContent-Length: "


@dataclass(frozen=True)
class Asked:
    """``worked`` are the processor seconds the asking itself took."""

    answers: int
    seconds: float
    worked: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


@dataclass
class _Answer:
    """What has arrived of one answer."""

    read: bytearray = field(default_factory=bytearray)
    size: int = 0  # of head and body, once the head is there

    def take(self, piece: bytes) -> bool:
        """Add a piece; tells whether the answer is whole. Raises ``Unexpected``."""
        self.read += piece
        if not self.size and (end := self.read.find(b"\r\n\r\n")) >= 0:
            self.size = end + 4 + self._length(end)
        if not piece or (self.size and not self.read.startswith(b"HTTP/1.1 200 ")):
            raise Unexpected(self.read[:80].decode(errors="replace") or "hung up")
        return len(self.read) == self.size

    def _length(self, end: int) -> int:
        begins = self.read.find(LENGTH, 0, end)
        if begins < 0:
            raise Unexpected(f"an answer of no length: {self.read[:end].decode(errors='replace')}")
        return int(self.read[begins + len(LENGTH) : self.read.index(b"\r\n", begins + 2)])


def ask(portal: str, path: str, cookies: Mapping[str, str], at_once: int, seconds: float) -> Asked:
    """Ask for a page on so many connections, each as soon as it has its answer, for so long.

    Raises ``Unexpected`` when an answer is not 200, or has no length of its own.
    """
    parts = urlsplit(portal)
    sent = _request(parts.netloc, path, cookies)
    links = [
        socket.create_connection((parts.hostname or "", parts.port or 80), TIMEOUT)
        for _ in range(at_once)
    ]
    try:
        return _in_turn(links, sent, seconds)
    finally:
        for link in links:
            link.close()


def _in_turn(links: list[socket.socket], sent: bytes, seconds: float) -> Asked:
    began, worked, answers = time.perf_counter(), time.process_time(), 0
    with selectors.DefaultSelector() as ready:
        for link in links:
            ready.register(link, selectors.EVENT_READ, (link, _Answer()))
            link.sendall(sent)
        while time.perf_counter() - began < seconds:
            for key, _ in ready.select(TIMEOUT):
                link, answer = key.data
                if answer.take(link.recv(CHUNK)):
                    answers += 1
                    ready.modify(link, selectors.EVENT_READ, (link, _Answer()))
                    link.sendall(sent)
    return Asked(answers, time.perf_counter() - began, time.process_time() - worked)


def _request(host: str, path: str, cookies: Mapping[str, str]) -> bytes:
    jar = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {jar}\r\n\r\n".encode()
