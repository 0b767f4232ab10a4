"""An SMTP server on a thread (aiosmtpd) that keeps what it is sent and misbehaves when told to."""

# ruff: noqa: ARG002, N802 -- names and signatures of aiosmtpd's hooks

from asyncio import Transport
from collections import deque
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from portal.lib import ports


class MailServer:
    """``moods`` are used up, one a letter: ``busy`` (4xx), ``full`` (5xx), ``silent`` (takes it,
    then hangs up without an answer).
    """

    def __init__(self) -> None:
        self.letters: list[tuple[str, EmailMessage]] = []
        self.connections = 0
        self.moods: deque[str] = deque()
        self.port = ports.choose()  # the controller takes no 0
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_EHLO(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Count who comes."""
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        """Nobody at ``nowhere``."""
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the letter."""
        mood = self.moods.popleft() if self.moods else ""
        if mood == "busy":
            return "451 try again later"
        if mood == "full":
            return "552 mailbox full"
        content = cast("bytes", envelope.content)
        letter = message_from_bytes(content, policy=policy.default)
        self.letters.append((envelope.rcpt_tos[0], letter))
        if mood == "silent":
            cast("Transport", server.transport).close()
        return "250 OK"
