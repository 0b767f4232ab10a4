"""Who asks lightly still notices every answer, whole or not."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from benchmarks.asking import ask
from benchmarks.browser import Unexpected
from portal.lib.testing.serving import Serving

BODY = b"a page\r\n\r\n" * 40_000  # in pieces, and with what looks like the end of a head


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    heads: list[str]

    def do_GET(self) -> None:
        self.heads.append(f"{self.path} {self.headers['Cookie']}")
        status, length = {"/lost": (404, len(BODY)), "/cut": (200, len(BODY) + 1)}.get(
            self.path, (200, len(BODY))
        )
        self.send_response(status)
        if self.path != "/endless":
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(BODY)
        self.close_connection = self.path == "/cut"

    def log_message(self, *_args: object) -> None:
        """The test says what it needs to say."""


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """An address and the heads of what was asked for there."""
    heads: list[str] = []
    handler = type("Handler", (Answering,), {"heads": heads})
    with Serving(handler) as http:
        yield f"{http.url}/", heads


def test_every_answer_is_waited_for_and_counted(server: tuple[str, list[str]]) -> None:
    address, heads = server
    asked = ask(address, "/page", {"sessionid": "s", "csrftoken": "c"}, 3, 0.2)
    # At the end each connection may be left with a question that nobody waits for.
    assert asked.answers <= len(heads) <= asked.answers + 3
    assert asked.answers > 3
    assert set(heads) == {"/page sessionid=s; csrftoken=c"}


@pytest.mark.parametrize("path", ["/lost", "/cut", "/endless"])
def test_what_is_no_page_is_not_counted(server: tuple[str, list[str]], path: str) -> None:
    with pytest.raises(Unexpected):
        ask(server[0], path, {}, 1, 5)
