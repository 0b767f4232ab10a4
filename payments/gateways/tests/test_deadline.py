"""A limit on a whole call, however the other side spends it."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import requests

from payments.gateways.base import GatewayUnavailable
from payments.gateways.deadline import within
from payments.gateways.finance import FinanceGateway
from payments.gateways.finance_wire import Credentials

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
    assert time.monotonic() - start < 0.9


def test_nobody_listening_is_told_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    start = time.monotonic()
    with pytest.raises(GatewayUnavailable, match="ConnectionError"):
        FinanceGateway(f"http://127.0.0.1:{port}", WHO, timeout=2.5).query("ZZJF1")
    assert time.monotonic() - start < 1


def test_a_result_comes_through() -> None:
    assert within(1, lambda: 7) == 7


def test_a_failed_request_comes_through() -> None:
    def fail() -> int:
        raise requests.ConnectionError("gone")

    with pytest.raises(requests.ConnectionError, match="gone"):
        within(1, fail)
