"""How the campus portal is asked about a ticket."""

from typing import Any

import requests
from django.conf import settings

from portal.lib.deadline import within


class Connection(requests.Session):
    """One question, ended after ``CAS_TIMEOUT`` seconds however slowly the answer trickles in.

    Proxies and passwords come from nowhere but the settings, and a redirect is no answer.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False

    def get(self, url: str | bytes, **options: Any) -> requests.Response:
        """The whole answer; raises ``requests.RequestException`` or ``TimeoutError``."""
        limit = settings.CAS_TIMEOUT
        options |= {"timeout": limit, "allow_redirects": False}
        return within(limit, lambda: self.request("GET", url, **options))
