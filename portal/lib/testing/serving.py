"""An HTTP server on a thread, for somebody else's side of a conversation."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self

from portal.lib import ports

LOOK_EVERY = 0.02  # seconds between two looks whether it shall end


class Serving:
    """``url`` is its address, without a slash at the end; it answers within the block."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self._server = ThreadingHTTPServer((ports.HOST, 0), handler)
        self._thread = Thread(target=self._server.serve_forever, args=[LOOK_EVERY], daemon=True)
        self.url = f"http://{ports.HOST}:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
