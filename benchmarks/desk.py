"""The cashier's control desk, as far as a student of the chaos run reaches over it."""

import http.client
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.browser import Unexpected

TIMEOUT = 10.0  # seconds


@dataclass(frozen=True)
class Desk:
    """Orders the cashier at ``url`` about; raises what a dead cashier makes one raise."""

    url: str

    def switch(self, number: str, switches: Mapping[str, object]) -> None:
        """Let the cashier behave in a certain way towards one order."""
        if switches:
            self._act("switch", {"number": number, "switches": dict(switches)})

    def pay(self, number: str) -> None:
        """Pay an order, closed and expired ones too."""
        self._act("pay", {"number": number, "late": True})

    def _act(self, action: str, data: Mapping[str, object]) -> None:
        parts = urlsplit(self.url)
        with closing(http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT)) as link:
            headers = {"Content-Type": "application/json"}
            link.request("POST", f"/control/api/{action}", json.dumps(data), headers)
            answer = link.getresponse()
            if answer.status != 200:
                raise Unexpected(f"{action} {data}: {answer.status} {answer.read()!r}")
