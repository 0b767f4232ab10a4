"""企业微信 application messages: ``/cgi-bin/gettoken`` and ``/cgi-bin/message/send``.

Whoever has no account there (``invaliduser``) is refused. The platform drops a repeated message
by itself for four hours (``enable_duplicate_check``), longer than we go on trying.
"""

import json
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from portal.inbox.channels.base import NotSent, Person, Post, Refused
from portal.inbox.channels.http import Line
from portal.inbox.channels.wording import short

TOKEN_OVER = (40001, 40014, 41001, 42001)  # missing, wrong or expired: ask for a new one
LATER = (-1, 45009, 45033)  # busy, or asked too often
SAME_FOR = 14_400  # seconds, the longest the platform offers


class WecomChannel:
    """The account in 企业微信 is the student or staff number."""

    name = "wecom"
    label = "企业微信"
    repeatable = True
    at_night = False

    def __init__(self) -> None:
        self._line = Line()
        self._token = ""

    def address(self, person: Person) -> str:
        """The student or staff number."""
        return person.username

    def wants(self, key: str) -> bool:  # noqa: ARG002 -- the Protocol's signature
        """Every message."""
        return True

    def send(self, post: Post) -> None:
        """Raises ``NotSent`` or ``Refused``. An expired token is renewed once."""
        answer = self._post(post)
        if answer.get("errcode") in TOKEN_OVER:
            self._token = ""
            answer = self._post(post)
        code = answer.get("errcode")
        if code != 0:
            raise _failure(code)
        if answer.get("invaliduser"):
            raise Refused("invaliduser")

    def close(self) -> None:
        """Let connections go; the token stays good."""
        self._line.close()

    def _post(self, post: Post) -> dict[str, Any]:
        message = {
            "touser": post.address,
            "msgtype": "text",
            "agentid": settings.WECOM["AGENT"],
            "text": {"content": short(post, settings.PRODUCT_NAME)},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": SAME_FOR,
        }
        body = json.dumps(message, ensure_ascii=False).encode()
        return self._line.ask("POST", _at("message/send", access_token=self._access()), body=body)

    def _access(self) -> str:
        if not self._token:
            secret = {"corpid": settings.WECOM["CORP"], "corpsecret": settings.WECOM["SECRET"]}
            answer = self._line.ask("GET", _at("gettoken", **secret))
            if answer.get("errcode") != 0:
                # Our own settings are wrong, not this reader's address: nothing is given up.
                raise NotSent(f"gettoken {answer.get('errcode')}")
            self._token = str(answer["access_token"])
        return self._token


def _at(path: str, **query: str) -> str:
    return f"{settings.WECOM_URL}/cgi-bin/{path}?{urlencode(query)}"


def _failure(code: object) -> NotSent | Refused:
    return (NotSent if code in (*LATER, *TOKEN_OVER) else Refused)(f"errcode {code}")
