"""The college's own finance platform (缴费平台) over signed HTTP.

Its protocol, as a platform has to speak it: operations, refusals and the seal are written down in
``finance_wire``, refunds and their refusals in ``finance_refund``, the daily file in
``finance_statement``. The shape of it:

- POST of JSON to ``/api/create``, ``query``, ``close``, ``refund``, ``refund_query``,
  ``statement``; one notification to us, repeated until it is answered 200 ``success``;
- fen as integers and times with an offset, but yuan and local time in the daily file;
- every message sealed with HMAC-SHA256 over purpose, merchant, time, nonce and raw body, so that
  an answer fits one request only; what is not sealed, fresh and well-formed is no answer.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Self

import requests
from django.conf import settings

from payments.gateways import finance_refund, finance_statement
from payments.gateways import finance_wire as wire
from payments.gateways.base import (
    GatewayRefused,
    GatewayUnavailable,
    NotificationRefused,
    PaymentAnswer,
    PaymentRequest,
    RefundAnswer,
    RefundRequest,
    StatementLine,
    StatementNotReady,
)
from payments.gateways.transport import Patience, Transport

# A day's file of a large college takes longer than a page may; only the nightly job waits for it.
STATEMENT_PATIENCE = 10


class FinanceGateway:
    """Speaks ``finance_wire``. Whatever is not a sealed, well-formed answer is no answer."""

    channel = "finance"
    can_query = True
    can_close = True
    can_refund = True
    pays_by_code = False

    def __init__(self, url: str, who: wire.Credentials, timeout: float) -> None:
        """``url`` is the platform's origin, ``timeout`` the seconds a whole call may take."""
        self.url = url.rstrip("/")
        self.who = who
        self.timeout = timeout
        self.transport = Transport()

    @classmethod
    def from_settings(cls) -> Self:
        """The gateway of this installation (FINANCE_URL, _MERCHANT, _SECRET, _TIMEOUT)."""
        who = wire.Credentials(settings.FINANCE_MERCHANT, settings.FINANCE_SECRET)
        return cls(settings.FINANCE_URL, who, settings.FINANCE_TIMEOUT)

    def create(self, request: PaymentRequest) -> str:
        """Hand the order over and return the page where it is paid."""
        body = self._call(wire.CREATE, wire.dump_request(request), self.timeout)
        try:
            return wire.field(wire.load(body), "pay_url", str)
        except wire.WireError as error:
            raise GatewayUnavailable("create: malformed answer") from error

    def query(self, number: str) -> PaymentAnswer:
        """Ask what became of an order."""
        return self._ask(wire.QUERY, number)

    def close(self, number: str, expires_at: datetime) -> PaymentAnswer:  # noqa: ARG002 -- the platform vouches for a number it has never seen
        """Ask that it cannot be paid any more; PAID when the money was faster."""
        return self._ask(wire.CLOSE, number)

    def refund(self, request: RefundRequest) -> RefundAnswer:
        """Ask that money goes back; the same refund number again only asks how it stands."""
        body = self._call(wire.REFUND, finance_refund.dump_request(request), self.timeout)
        return _about(request.number, request.refund_number, body)

    def query_refund(self, number: str, refund_number: str) -> RefundAnswer:
        """Ask what became of a refund."""
        question = finance_refund.dump_question(number, refund_number)
        return _about(number, refund_number, self._call(wire.REFUND_QUERY, question, self.timeout))

    def parse_notification(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> PaymentAnswer:
        """Verify a callback over its raw bytes; raises ``NotificationRefused``."""
        try:
            wire.verify(wire.NOTIFY, body, headers, who=self.who, now=now)
            return wire.load_answer(body)
        except wire.WireError as error:
            raise NotificationRefused(error.code) from error

    def acknowledgement(self) -> tuple[str, str]:
        """What the platform takes for "understood"."""
        return wire.ACKNOWLEDGED, "text/plain; charset=utf-8"

    def statement(self, day: date) -> bytes:
        """The platform's file of that (local) day; raises ``StatementNotReady``."""
        body = self._statement(day)
        _lines(body)  # asked again unless it is whole
        return body

    def statement_rows(self, day: date) -> Iterator[StatementLine]:
        """What that file says."""
        return _lines(self._statement(day))

    def _statement(self, day: date) -> bytes:
        patience = self.timeout * STATEMENT_PATIENCE
        try:
            return self._call(wire.STATEMENT, wire.dump_day(day), patience)
        except GatewayRefused as error:
            if error.code == wire.NOT_READY:
                raise StatementNotReady(day.isoformat()) from error
            raise

    def _ask(self, path: str, number: str) -> PaymentAnswer:
        body = self._call(path, wire.dump({"number": number}), self.timeout)
        try:
            answer = wire.load_answer(body)
        except wire.WireError as error:
            raise GatewayUnavailable(f"{path}: malformed answer") from error
        if answer.number != number:
            raise GatewayUnavailable(f"{path}: answer about another order")
        return answer

    def _call(self, path: str, body: bytes, limit: float) -> bytes:
        """The sealed body of a 200; raises ``GatewayRefused`` for a sealed refusal."""
        seal = wire.seal(wire.request_scope(path), body, who=self.who, now=datetime.now(UTC))
        headers = {**seal, "Content-Type": wire.JSON_TYPE}
        url = self.url + path
        answer = self.transport.send("POST", url, Patience(limit), data=body, headers=headers)
        scope = wire.answer_scope(answer.status_code, headers[wire.NONCE])
        now = datetime.now(UTC)
        try:
            wire.verify(scope, answer.content, answer.headers, who=self.who, now=now)
            if answer.status_code == requests.codes.ok:
                return answer.content
            code = wire.field(wire.load(answer.content), "code", str)
        except wire.WireError as error:
            status = f"{answer.status_code} {error.code}"
            raise GatewayUnavailable(f"{path}: no sealed answer ({status})") from error
        raise GatewayRefused(code)


def _lines(body: bytes) -> Iterator[StatementLine]:
    try:
        return finance_statement.load(body)
    except wire.WireError as error:
        raise GatewayUnavailable("statement: the file is not whole") from error


def _about(number: str, refund_number: str, body: bytes) -> RefundAnswer:
    try:
        answer = finance_refund.load_answer(body)
    except wire.WireError as error:
        raise GatewayUnavailable("refund: malformed answer") from error
    if (answer.number, answer.refund_number) != (number, refund_number):
        raise GatewayUnavailable("refund: answer about another one")
    return answer
