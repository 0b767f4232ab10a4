"""A receiver of callbacks that writes down what came."""

import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from payments.gateways.base import PaymentAnswer
from payments.gateways.finance_wire import ACKNOWLEDGED, load_answer
from portal.lib.testing.serving import Serving


@dataclass(frozen=True)
class Received:
    """One callback as it arrived."""

    body: bytes
    headers: dict[str, str]

    @property
    def answer(self) -> PaymentAnswer:
        """What it says."""
        return load_answer(self.body)


class Merchant(Serving):
    """Answers 200 with ``says``, after as many 500 as ``failures`` says."""

    def __init__(self) -> None:
        super().__init__(self._handler())
        self.url += "/notify"
        self.received: list[Received] = []
        self.failures = 0
        self.says = ACKNOWLEDGED

    def wait_for(self, count: int, within: float = 60) -> list[Received]:
        """The first ``count`` callbacks; raises ``TimeoutError`` when fewer come."""
        deadline = time.monotonic() + within
        while len(self.received) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(self.received)} of {count} callbacks")
            time.sleep(0.02)
        return self.received[:count]

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        """Write a callback down and return the status it is answered with."""
        self.received.append(Received(body, headers))
        if self.failures > 0:
            self.failures -= 1
            return 500
        return 200

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        merchant = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if len(body) < length:  # its sender was killed before he had said it
                    return
                status = merchant.take(body, dict(self.headers.items()))
                text = (merchant.says if status == 200 else "failed").encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- its name
                """Keep the test's output quiet."""

        return Handler
