"""HTTP to a channel: one session, one limit for the whole call, one kind of failure."""

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import requests

from payments.gateways.base import GatewayUnavailable
from portal.lib import trace
from portal.lib.deadline import within

_shared_end: ContextVar[float] = ContextVar("shared_end", default=math.inf)


@contextmanager
def together(seconds: float) -> Iterator[None]:
    """Everything asked within, however many answers, takes no longer: a page waits for all."""
    token = _shared_end.set(min(_shared_end.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _shared_end.reset(token)


class Patience:
    """The seconds one answer may take in all, spent over several calls."""

    def __init__(self, seconds: float) -> None:
        self._end = min(time.monotonic() + seconds, _shared_end.get())

    def left(self) -> float:
        """What is left, never nothing: the call then fails by itself."""
        return max(self._end - time.monotonic(), 0.001)


class Transport:
    """Connections to one channel, kept. ``proxy`` is an address for both schemes, or empty."""

    def __init__(self, proxy: str = "") -> None:
        self._session = requests.Session()
        # Only what the settings say: no proxy from the environment, no .netrc.
        self._session.trust_env = False
        if proxy:
            self._session.proxies = {"http": proxy, "https": proxy}

    def send(
        self,
        method: str,
        url: str,
        patience: Patience,
        *,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """The whole answer, whatever its status; raises ``GatewayUnavailable``.

        A kept connection that the channel closed as we spoke is opened again, once: everything
        asked of a channel may be repeated.
        """
        # Their log and ours can be laid side by side.
        number = {trace.HEADER: trace.current()} if trace.current() else {}
        request = requests.Request(method, url, {**(headers or {}), **number}, data=data)
        try:
            try:
                return self._send(request, patience.left())
            except requests.Timeout:  # also of connecting, which is a ConnectionError
                raise
            except requests.ConnectionError:
                return self._send(request, patience.left())
        except (requests.RequestException, TimeoutError) as error:
            raise GatewayUnavailable(f"{method}: {type(error).__name__}") from error

    def _send(self, request: requests.Request, limit: float) -> requests.Response:
        return within(
            limit,
            lambda: self._session.request(
                request.method,
                request.url,
                data=request.data,
                headers=request.headers,
                timeout=limit,
                allow_redirects=False,
            ),
        )
