"""Channels with their other ends, and readers whom letters can reach."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from django.test import override_settings

from portal.accounts.models import User
from portal.accounts.tests.factories import user
from portal.inbox.channels.base import Channel, Person, Post
from portal.inbox.channels.email import EmailChannel
from portal.inbox.channels.sms import SmsChannel
from portal.inbox.channels.wecom import WecomChannel
from portal.inbox.testing.mail_server import MailServer
from portal.inbox.testing.platform import CORP, SECRET, SMS_KEY, Platform


@dataclass
class Line:
    """A channel, its other end, and an address it knows and one it does not."""

    channel: Channel
    far: Any
    known: str
    unknown: str

    def arrived(self) -> list[str]:
        """Addresses something came to, in order."""
        if isinstance(self.far, MailServer):
            return [address for address, _ in self.far.letters]
        return [address for address, _ in self.far.delivered]


def _settings(name: str, port: int) -> dict[str, Any]:
    url = f"http://127.0.0.1:{port}"
    by_name: dict[str, dict[str, Any]] = {
        "email": {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": port,
            "DEFAULT_FROM_EMAIL": "portal@college.example",
        },
        "sms": {"SMS_URL": f"{url}/sms", "SMS_SECRET": SMS_KEY},
        "wecom": {
            "WECOM_URL": url,
            "WECOM": {"CORP": CORP, "SECRET": SECRET, "AGENT": "1"},
        },
    }
    return by_name[name]


MADE: dict[str, Callable[[], Channel]] = {
    "email": EmailChannel,
    "sms": SmsChannel,
    "wecom": WecomChannel,
}
KNOWN = {"email": "w@students.example", "sms": "13800001111", "wecom": "20220101"}
UNKNOWN = {"email": "nobody@students.example", "sms": "10000000000", "wecom": "9"}


@contextmanager
def connected(name: str) -> Iterator[Line]:
    """A line to a stand-in that answers."""
    with ExitStack() as stack:
        far: MailServer | Platform = MailServer() if name == "email" else Platform()
        stack.enter_context(far)
        port = far.port if isinstance(far, MailServer) else int(far.url.rpartition(":")[2])
        stack.enter_context(override_settings(MESSAGE_TIMEOUT=2, **_settings(name, port)))
        channel: Channel = MADE[name]()
        stack.callback(channel.close)
        yield Line(channel, far, KNOWN[name], UNKNOWN[name])


@contextmanager
def nobody_there(name: str) -> Iterator[Channel]:
    """A line to a port nobody listens on."""
    with override_settings(MESSAGE_TIMEOUT=2, **_settings(name, 9)):
        yield MADE[name]()


def post(address: str, *items: Any, key: str = "letter-1") -> Post:
    """A post to W."""
    return Post(key, address, "W", items)


_known: dict[int, Person] = {}


def reader(email: str = "w@students.example", phone: str = "") -> User:
    """A student the address book of these tests knows."""
    made = user()
    _known[made.pk] = Person(made.pk, made.username, made.name, email, phone)
    return made


def book(user_ids: Collection[int]) -> Mapping[int, Person]:
    """An address book, as ``settings.ADDRESS_BOOK`` names one."""
    return {key: _known[key] for key in user_ids if key in _known}
