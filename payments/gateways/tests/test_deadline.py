"""A limit on a whole call, however the other side spends it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
import requests

from payments.gateways.base import GatewayUnavailable
from payments.gateways.finance import FinanceGateway
from payments.gateways.finance_wire import Credentials
from payments.gateways.transport import Patience, Transport, together
from portal.lib import ports
from portal.lib.deadline import within

WHO = Credentials("ZZJF", "secret")


@pytest.fixture
def trickle() -> Iterator[str]:
    """The address of a server that sends one byte of its headers every 0.1 seconds."""
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            for byte in b"HTTP/1.1 200 OK\r\nX-Padding: " + b"x" * 1000:
                if over.wait(0.1):
                    return
                connection.sendall(bytes([byte]))

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}"
    over.set()
    thread.join()
    server.close()


def test_an_answer_that_trickles_in_is_cut_off(trickle: str) -> None:
    gateway = FinanceGateway(trickle, WHO, timeout=0.5)
    start = time.monotonic()
    with pytest.raises(GatewayUnavailable, match="TimeoutError"):
        gateway.query("ZZJF1")
    assert time.monotonic() - start < 10  # of the hundred seconds the answer takes


def test_nobody_listening_is_told_at_once() -> None:
    nobody = f"http://{ports.HOST}:{ports.choose()}"
    start = time.monotonic()
    with pytest.raises(GatewayUnavailable, match="ConnectionError"):
        FinanceGateway(nobody, WHO, timeout=100).query("ZZJF1")
    assert time.monotonic() - start < 10


def test_a_result_comes_through() -> None:
    assert within(1, lambda: 7) == 7


@pytest.mark.parametrize("error", [requests.ConnectionError("gone"), UnicodeError("gone")])
def test_whatever_fails_comes_through_at_once(error: Exception) -> None:
    def fail() -> int:
        raise error

    start = time.monotonic()
    with pytest.raises(type(error), match="gone"):
        within(100, fail)
    assert time.monotonic() - start < 10


@pytest.fixture
def hasty() -> Iterator[str]:
    """A server that hangs up on the second question of a connection it had kept open."""
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            connection, _ = server.accept()
            connection.settimeout(1)  # whoever keeps his end open is not waited for
            with connection, suppress(TimeoutError):
                if connection.recv(65536):
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                    connection.recv(65536)

    thread = threading.Thread(target=serve)
    thread.start()
    address = server.getsockname()
    yield f"http://127.0.0.1:{address[1]}"
    over.set()
    socket.create_connection(address).close()
    thread.join()
    server.close()


def test_a_kept_connection_that_was_closed_is_opened_again(hasty: str) -> None:
    transport = Transport()
    asked = [transport.send("POST", hasty, Patience(2.5), data=b"?").text for _ in range(3)]
    assert asked == ["ok", "ok", "ok"]


def test_calls_made_together_share_one_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    with together(0.5):
        assert Patience(10).left() == 0.5
        monkeypatch.setattr(time, "monotonic", lambda: 100.25)
        assert Patience(10).left() == 0.25
        assert Patience(0.125).left() == 0.125
    assert Patience(10).left() == 10
