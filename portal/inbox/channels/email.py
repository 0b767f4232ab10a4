"""E-mail by Django's backend: SMTP by ``EMAIL_URL``, the console in the demo."""

import smtplib
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from portal.inbox.channels.base import NotSent, Person, Post, Refused, Unsure
from portal.inbox.channels.wording import letter, subject

PERMANENT = 500  # SMTP answers from here on are final


class EmailChannel:
    """One connection for a batch. A repeated letter cannot be recognised by a mail server."""

    name = "email"
    label = "邮件"
    repeatable = False
    at_night = True

    def __init__(self) -> None:
        self._connection: Any = None

    def address(self, person: Person) -> str:
        """The e-mail address of the record."""
        return person.email

    def wants(self, key: str) -> bool:  # noqa: ARG002 -- the Protocol's signature
        """Every message."""
        return True

    def send(self, post: Post) -> None:
        """Raises ``NotSent``, ``Refused``, or ``Unsure`` when the line breaks meanwhile."""
        message = self._message(post)
        connection = self._open()
        try:
            connection.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise _refusal(code, words) from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise Unsure(type(error).__name__) from error

    def close(self) -> None:
        """Say goodbye to the server; one that has gone already is no matter."""
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._connection.close()
            self._connection = None

    def _open(self) -> Any:
        if self._connection is None:
            connection = get_connection(timeout=settings.MESSAGE_TIMEOUT)
            try:
                connection.open()
            except (smtplib.SMTPException, OSError) as error:
                raise NotSent(type(error).__name__) from error
            self._connection = connection
        return self._connection

    def _message(self, post: Post) -> EmailMessage:
        where = f"{settings.PORTAL_URL}/messages/"
        text = letter(post, settings.COLLEGE_NAME, settings.PRODUCT_NAME, where)
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
        return EmailMessage(
            # A header is one line: a title with a line break would be refused as an injection.
            " ".join(subject(post, settings.PRODUCT_NAME).split()),
            text,
            to=[post.address],
            headers={
                "Message-ID": f"<{post.key}@{domain}>",
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
            },
            connection=self._connection,
        )


def _refusal(code: int, words: bytes | str) -> NotSent | Refused:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    kind = Refused if code >= PERMANENT else NotSent
    return kind(f"{code} {text}"[:200])
