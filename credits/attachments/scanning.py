"""ClamAV, where a college runs one: clamd's INSTREAM over TCP."""

import socket
import struct

from django.conf import settings

from credits.attachments import refusals

TIMEOUT = 10  # seconds for the whole file
_CHUNK = 64 * 1024


def scan(content: bytes) -> None:
    """Ask the scanner of ``CLAMAV_ADDRESS`` (``host:port``); without one nothing is asked.

    Raises ``attachment.virus``, and ``attachment.unscanned`` when there is no answer.
    """
    if not settings.CLAMAV_ADDRESS:
        return
    host, _, port = settings.CLAMAV_ADDRESS.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), TIMEOUT) as link:
            answer = _asked(link, content)
    except OSError as error:
        raise refusals.unscanned() from error
    if answer.endswith("FOUND"):
        raise refusals.infected(answer.removeprefix("stream: ").removesuffix(" FOUND"))
    if not answer.endswith("OK"):
        raise refusals.unscanned()


def _asked(link: socket.socket, content: bytes) -> str:
    link.sendall(b"zINSTREAM\0")
    for start in range(0, len(content), _CHUNK):
        piece = content[start : start + _CHUNK]
        link.sendall(struct.pack(">I", len(piece)) + piece)
    link.sendall(struct.pack(">I", 0))
    answer = b""
    while not answer.endswith(b"\0"):
        more = link.recv(4096)
        if not more:
            break
        answer += more
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()
