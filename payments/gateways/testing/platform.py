"""A channel's HTTP side on a thread, and the desk from which a test orders it about.

The desk has the words of ``payments.cashier.testing.process.CashierProcess``.
"""

import time
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, replace
from http.server import BaseHTTPRequestHandler
from typing import Any

import requests

from payments.gateways.testing.ledger import Ledger, No, Order, Switches
from portal.lib.testing.serving import Serving

NONSENSE = b"<html><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>"
ATTEMPTS = 4  # deliveries of a callback that is not understood, without the real pauses


@dataclass(frozen=True)
class Heard:
    """One request as it came in; header names in lower case."""

    method: str
    path: str  # with its query
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Said:
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Notice:
    """One callback."""

    body: bytes
    headers: dict[str, str]


class Platform(Serving, ABC):
    """Everything but the protocol, which a subclass speaks in ``say`` and ``notice``."""

    def __init__(self) -> None:
        super().__init__(_handler(self))
        self.ledger = Ledger()
        self.heard: list[Heard] = []
        self._switches: dict[str, dict[str, Any]] = {}

    # the protocol

    @abstractmethod
    def say(self, heard: Heard, switches: Switches) -> Said:
        """Answer a request."""

    @abstractmethod
    def notice(self, order: Order) -> Notice:
        """The callback about an order as it stands."""

    @abstractmethod
    def understood(self, answer: requests.Response) -> bool:
        """Whether the merchant's answer to a callback ends it."""

    # the desk

    def reset(self) -> None:
        """Behave again."""
        self._switches.clear()

    def switch(self, number: str = "", **switches: Any) -> None:
        """Misbehave (fields of ``Switches``), towards all or one order."""
        self._switches.setdefault(number, {}).update(switches)

    def switches(self, number: str = "") -> Switches:
        """What holds for one order."""
        own = self._switches.get(number, {})
        return replace(Switches(), **{**self._switches.get("", {}), **own})

    def visit(self, address: str) -> None:
        """The payer opens what ``create`` returned: most platforms knew the order before."""
        del address

    def pay(self, number: str, *, late: bool = False) -> dict[str, Any]:
        """The payer pays, and the callback goes out until it is understood."""
        fresh = self.ledger.get(number).state != "paid"
        order = self.ledger.pay(number, self.switches(number), late=late)
        if fresh:
            self.deliver(number)
        return asdict(order)

    def refuse(self, number: str) -> None:
        """The bank says no; no channel tells the merchant."""
        if self.ledger.get(number).state != "unpaid":
            raise No("over")

    def order(self, number: str) -> dict[str, Any]:
        """``state``, ``amount_fen``, ``trade_number``, ``callbacks``, ``refunds``."""
        order = self.ledger.orders[number]
        refunds = [asdict(each) for each in self.ledger.refunds.values() if each.number == number]
        tries = len(order.deliveries)
        callbacks = [{"attempts": tries, "understood": any(order.deliveries)}] if tries else []
        return {**asdict(order), "callbacks": callbacks, "refunds": refunds}

    def deliver(self, number: str) -> None:
        """Send the callback until it is understood, at most ``ATTEMPTS`` times."""
        order = self.ledger.orders[number]
        for _ in range(ATTEMPTS):
            notice = self.notice(order)
            answer = requests.post(
                order.notify_url, data=notice.body, headers=notice.headers, timeout=5
            )
            order.deliveries.append(self.understood(answer))
            if order.deliveries[-1]:
                return

    def answer(self, heard: Heard) -> Said | None:
        """What goes back over the line; None for nothing at all."""
        self.heard.append(heard)
        switches = self.switches()
        if switches.down == "closed":
            return None
        if switches.down == "503":
            return Said(503, {"Content-Type": "text/plain"}, b"Service Unavailable")
        if switches.down == "html":
            return Said(200, {"Content-Type": "text/html"}, NONSENSE)
        if switches.down == "json":
            return Said(200, {"Content-Type": "application/json"}, b'["nonsense"]')
        said = self.say(heard, switches)
        time.sleep(switches.slow)
        if switches.down == "truncated":
            return _cut(said)
        return said


def _cut(said: Said) -> Said:
    """Half the body; where there is none (204), half of every header."""
    if said.body:
        return replace(said, body=said.body[: len(said.body) // 2])
    headers = {name: value[: len(value) // 2] for name, value in said.headers.items()}
    return replace(said, headers=headers)


def _handler(platform: Platform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._serve()

        def do_GET(self) -> None:
            self._serve()

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = platform.answer(Heard(self.command, self.path, headers, body))
            if said is not None:
                self._send(said)

        def _send(self, said: Said) -> None:
            half = platform.switches().down == "half"
            if half and not said.body:
                self.wfile.write(b"HTTP/1.0 20")
                return
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body) + half))
            self.end_headers()
            try:
                self.wfile.write(said.body)
            except (BrokenPipeError, ConnectionResetError):  # it gave up waiting
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- its name
            """Keep the test's output quiet."""

    return Handler
