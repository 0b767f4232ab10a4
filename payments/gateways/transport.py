"""HTTP to a channel: one session, one limit for the whole call, one kind of failure."""

import time
from collections.abc import Mapping

import requests

from payments.gateways.base import GatewayUnavailable
from payments.gateways.deadline import within


class Patience:
    """The seconds one answer may take in all, spent over several calls."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

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
        """The whole answer, whatever its status; raises ``GatewayUnavailable``."""
        limit = patience.left()
        try:
            return within(
                limit,
                lambda: self._session.request(
                    method, url, data=data, headers=headers, timeout=limit, allow_redirects=False
                ),
            )
        except (requests.RequestException, TimeoutError) as error:
            raise GatewayUnavailable(f"{method}: {type(error).__name__}") from error
