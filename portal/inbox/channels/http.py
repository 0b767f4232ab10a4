"""JSON over HTTP to a message platform: one session, every answer told apart."""

from collections.abc import Mapping
from typing import Any

import requests
from django.conf import settings

from portal.inbox.channels.base import NotSent, Refused

BUSY = 429
SERVER = 500
CLIENT = 400


class Line:
    """Connections to one platform, kept; no proxy or password from the environment."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False

    def ask(
        self, method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The answer's object. Raises ``NotSent``, also when no answer came, or ``Refused``.

        The address is never part of what is raised: it may carry a token.
        """
        try:
            answer = self._session.request(
                method,
                url,
                data=body or None,
                headers={"Content-Type": "application/json", **(headers or {})},
                timeout=settings.MESSAGE_TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise NotSent(type(error).__name__) from error
        if answer.status_code >= SERVER or answer.status_code == BUSY:
            raise NotSent(f"HTTP {answer.status_code}")
        if answer.status_code >= CLIENT:
            raise Refused(f"HTTP {answer.status_code}")
        return _object(answer)

    def close(self) -> None:
        """Let the connections go."""
        self._session.close()


def _object(answer: requests.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except requests.JSONDecodeError as error:
        raise NotSent("no JSON") from error
    if not isinstance(found, dict):
        raise NotSent("no object")
    return found
