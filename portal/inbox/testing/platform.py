"""A 短信平台 and 企业微信 on a thread: they deliver each key once, and misbehave when told to."""

import hashlib
import hmac
import json
from collections import deque
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from portal.lib.testing.serving import Serving

SMS_KEY, CORP, SECRET = "sms-key", "ww1", "wecom-secret"
KNOWN = ("13800001111", "20220101")


class Platform(Serving):
    """``delivered`` are pairs of address and text. ``moods`` are used up, one each request:
    ``busy``, ``down``, ``silent`` (acts, but its answer is lost), ``nonsense``, ``forget`` (the
    token is no longer good).
    """

    def __init__(self) -> None:
        super().__init__(_handler(self))
        self.delivered: list[tuple[str, str]] = []
        self.moods: deque[str] = deque()
        self.tokens = 0
        self._seen: set[str] = set()

    def sms(self, headers: dict[str, str], body: bytes, mood: str) -> dict[str, Any]:
        """The 短信平台's answer."""
        text = headers["x-timestamp"].encode() + b"\n" + body
        sign = hmac.new(SMS_KEY.encode(), text, hashlib.sha256).hexdigest()
        if sign != headers["x-sign"]:
            return {"code": "bad_sign"}
        if mood == "busy":
            return {"code": "busy"}
        asked = json.loads(body)
        if asked["phone"] not in KNOWN:
            return {"code": "bad_phone"}
        return {"code": self._deliver(asked["id"], asked["phone"], asked["text"])}

    def token(self, query: dict[str, list[str]]) -> dict[str, Any]:
        """``gettoken``."""
        if (query["corpid"], query["corpsecret"]) != ([CORP], [SECRET]):
            return {"errcode": 40013}
        self.tokens += 1
        return {"errcode": 0, "access_token": f"t{self.tokens}", "expires_in": 7200}

    def wecom(self, query: dict[str, list[str]], body: bytes, mood: str) -> dict[str, Any]:
        """``message/send``."""
        if mood == "forget" or query["access_token"] != [f"t{self.tokens}"]:
            return {"errcode": 42001}
        if mood == "busy":
            return {"errcode": -1}
        asked = json.loads(body)
        if asked["touser"] not in KNOWN:
            return {"errcode": 0, "invaliduser": asked["touser"]}
        text = asked["text"]["content"]
        self._deliver(f"{asked['touser']}{text}", asked["touser"], text)
        return {"errcode": 0, "errmsg": "ok"}

    def _deliver(self, key: str, address: str, text: str) -> str:
        if key in self._seen:
            return "duplicate"
        self._seen.add(key)
        self.delivered.append((address, text))
        return "ok"


def _handler(platform: Platform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(platform.token(self._query()))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            mood = platform.moods.popleft() if platform.moods else ""
            if mood == "down":
                self.send_error(502)
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            is_sms = self.path.startswith("/sms")
            said = (
                platform.sms(headers, body, mood)
                if is_sms
                else platform.wecom(self._query(), body, mood)
            )
            if mood == "silent":
                self.close_connection = True
                return
            self._answer(said, nonsense=mood == "nonsense")

        def _query(self) -> dict[str, list[str]]:
            return parse_qs(urlsplit(self.path).query)

        def _answer(self, said: dict[str, Any], *, nonsense: bool = False) -> None:
            data = b"<html>" if nonsense else json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
            """Say nothing."""

    return Handler
