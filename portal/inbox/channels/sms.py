"""Text messages by the college's own platform (短信平台).

``POST SMS_URL`` with ``{"id", "phone", "text"}``; ``X-Timestamp`` in seconds and ``X-Sign``, the
HMAC-SHA256 (hex) of timestamp, line feed and body under ``SMS_SECRET``. The answer's ``code``:
``ok``, ``duplicate`` (this id was sent before), ``busy``, or anything else for a refusal.
Only topics of ``SMS_TOPICS`` go this way: each message costs money.
"""

import hashlib
import hmac
import json
import time

from django.conf import settings

from portal.inbox.channels.base import NotSent, Person, Post, Refused
from portal.inbox.channels.http import Line
from portal.inbox.channels.wording import short


class SmsChannel:
    """The platform recognises a repeated id."""

    name = "sms"
    label = "短信"
    repeatable = True
    at_night = False

    def __init__(self) -> None:
        self._line = Line()

    def address(self, person: Person) -> str:
        """The phone number of the record."""
        return person.phone

    def wants(self, key: str) -> bool:
        """Tell whether the key begins with one of ``SMS_TOPICS``."""
        return key.startswith(tuple(settings.SMS_TOPICS))

    def send(self, post: Post) -> None:
        """Raises ``NotSent`` or ``Refused``."""
        text = short(post, settings.PRODUCT_NAME)
        asked = {"id": post.key, "phone": post.address, "text": text}
        body = json.dumps(asked, ensure_ascii=False).encode()
        code = self._line.ask("POST", settings.SMS_URL, body=body, headers=_seal(body)).get("code")
        if code in ("ok", "duplicate"):
            return
        raise (NotSent if code == "busy" else Refused)(str(code)[:100])

    def close(self) -> None:
        """Let connections go."""
        self._line.close()


def _seal(body: bytes) -> dict[str, str]:
    stamp = str(int(time.time()))
    text = stamp.encode() + b"\n" + body
    sign = hmac.new(settings.SMS_SECRET.encode(), text, hashlib.sha256).hexdigest()
    return {"X-Timestamp": stamp, "X-Sign": sign}
