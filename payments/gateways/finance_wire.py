"""The finance platform's protocol, shared by its two ends. No Django in here.

**Operations.** Each is a ``POST`` of a UTF-8 JSON object; the answer is JSON too, but for the
statement, which is a file.

=====================  ==========================  ============================================
path                   body                        answer
=====================  ==========================  ============================================
``/api/create``        a ``PaymentRequest``        ``{"pay_url"}``; the same number again gives
                                                   the same address, with another amount it is
                                                   refused (409 ``amount_differs``)
``/api/query``         ``{"number"}``              a ``PaymentAnswer``
``/api/close``         ``{"number"}``              a ``PaymentAnswer``: ``closed``, or ``paid``
                                                   when the money was faster. A number nobody
                                                   handed over is closed for ever
``/api/refund``        a ``RefundRequest``         a ``RefundAnswer``; the same refund number
                                                   again tells how it stands, and is refused (409
                                                   ``refund_differs``) for another amount or order
``/api/refund_query``  ``{"number",                a ``RefundAnswer``
                       "refund_number"}``
``/api/statement``     ``{"day"}``                 the day's file; 404
                                                   ``statement_not_ready`` before it exists
notify_url             a ``PaymentAnswer``         200 ``success``; anything else is retried
=====================  ==========================  ============================================

A refusal is a 4xx with ``{"code", "message"}``. Amounts are integer fen, times ISO 8601 with an
offset.

**Seal.** Every message, answers included, carries four headers: ``X-Finance-Merchant``,
``X-Finance-Timestamp`` (Unix seconds), ``X-Finance-Nonce`` (never used twice by a sender) and
``X-Finance-Signature``, the hex HMAC-SHA256 with the shared secret over ::

    scope LF merchant LF timestamp LF nonce LF body

where ``body`` is the bytes on the wire, untouched, and ``scope`` says what the bytes are for:
``REQUEST <path>``, ``ANSWER <status> <nonce of the request>`` or ``NOTIFY``. So an answer fits one
request only, and nothing signed for one purpose can be replayed for another. A timestamp more
than five minutes away is refused, and the platform refuses a nonce it has seen. A callback may
legitimately come twice: its receiver settles idempotently instead of remembering nonces.

The statement's file is described in ``finance_statement``, the two refund messages in
``finance_refund``.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from payments.gateways import facts
from payments.gateways.base import PaymentAnswer, PaymentRequest, PaymentState

MERCHANT = "X-Finance-Merchant"
TIMESTAMP = "X-Finance-Timestamp"
NONCE = "X-Finance-Nonce"
SIGNATURE = "X-Finance-Signature"
FRESH = timedelta(minutes=5)

CREATE, QUERY, CLOSE, STATEMENT = "/api/create", "/api/query", "/api/close", "/api/statement"
REFUND, REFUND_QUERY = "/api/refund", "/api/refund_query"
NOTIFY = "NOTIFY"
ACKNOWLEDGED = "success"
JSON_TYPE = "application/json; charset=utf-8"
CSV_TYPE = "text/csv; charset=utf-8"
NOT_READY = "statement_not_ready"

T = TypeVar("T")


class WireError(Exception):
    """A message that may not be believed; ``code`` says why.

    ``merchant``, ``stale``, ``signature`` (who sent it) or ``malformed`` (what it says).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Credentials:
    """What the two ends agreed on when the college signed its contract."""

    merchant: str
    secret: str


def request_scope(path: str) -> str:
    """What the seal of a request to ``path`` is for."""
    return f"REQUEST {path}"


def answer_scope(status: int, request_nonce: str) -> str:
    """What the seal of the answer to one request is for."""
    return f"ANSWER {status} {request_nonce}"


def canonical(scope: str, merchant: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """The exact bytes that are signed."""
    return f"{scope}\n{merchant}\n{timestamp}\n{nonce}\n".encode() + body


def sign(secret: str, message: bytes) -> str:
    """Hex HMAC-SHA256."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def seal(scope: str, body: bytes, *, who: Credentials, now: datetime) -> dict[str, str]:
    """The four headers for ``body``, with a nonce of their own."""
    timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(16)
    message = canonical(scope, who.merchant, timestamp, nonce, body)
    return {
        MERCHANT: who.merchant,
        TIMESTAMP: timestamp,
        NONCE: nonce,
        SIGNATURE: sign(who.secret, message),
    }


def verify(
    scope: str, body: bytes, headers: Mapping[str, str], *, who: Credentials, now: datetime
) -> str:
    """Check the seal and return its nonce; raises ``WireError`` naming what is wrong.

    Header names are matched in any case: proxies and frameworks rewrite it.
    """
    given = {name.lower(): value for name, value in headers.items()}
    merchant, timestamp, nonce, signature = (
        given.get(name.lower(), "") for name in (MERCHANT, TIMESTAMP, NONCE, SIGNATURE)
    )
    expected = sign(who.secret, canonical(scope, merchant, timestamp, nonce, body))
    # Bytes, because compare_digest refuses text outside ASCII with an exception.
    if not nonce or not hmac.compare_digest(expected.encode(), signature.encode()):
        raise WireError("signature")
    if merchant != who.merchant:
        raise WireError("merchant")
    if not _fresh(timestamp, now):
        raise WireError("stale")
    return nonce


def _fresh(timestamp: str, now: datetime) -> bool:
    seconds = int(timestamp) if timestamp.isdecimal() and len(timestamp) < 12 else 0
    return abs(now.timestamp() - seconds) <= FRESH.total_seconds()


def dump(data: Mapping[str, object]) -> bytes:
    """A JSON object as this protocol writes it."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def load(body: bytes) -> dict[str, object]:
    """The JSON object in ``body``; raises ``WireError("malformed")``."""
    try:
        data = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise WireError("malformed") from error
    if not isinstance(data, dict):
        raise WireError("malformed")
    return data


def field(data: Mapping[str, object], name: str, kind: type[T]) -> T:
    """A value of exactly that type (``true`` is no number); raises ``WireError``."""
    value = data.get(name)
    if type(value) is not kind:
        raise WireError("malformed")
    return value


def moment(text: str) -> datetime:
    """An ISO time that says its offset; raises ``WireError``."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        raise WireError("malformed") from error
    if value.tzinfo is None:
        raise WireError("malformed")
    return value


def dump_request(request: PaymentRequest) -> bytes:
    """The body of ``/api/create``."""
    return dump(
        {
            **vars(request),
            "items": [list(item) for item in request.items],
            "opened_at": request.opened_at.isoformat(),
            "expires_at": request.expires_at.isoformat(),
        }
    )


def load_request(body: bytes) -> PaymentRequest:
    """The order in a ``/api/create``; raises ``WireError``."""
    data = load(body)
    amount = field(data, "amount_fen", int)
    if amount <= 0:  # a free course never reaches a gateway
        raise WireError("malformed")
    return PaymentRequest(
        number=field(data, "number", str),
        amount_fen=amount,
        title=field(data, "title", str),
        items=tuple(_item(item) for item in field(data, "items", list)),
        payer_number=field(data, "payer_number", str),
        payer_name=field(data, "payer_name", str),
        opened_at=moment(field(data, "opened_at", str)),
        expires_at=moment(field(data, "expires_at", str)),
        return_url=field(data, "return_url", str),
        notify_url=field(data, "notify_url", str),
    )


def _item(item: object) -> tuple[str, int]:
    if not isinstance(item, list) or [type(part) for part in item] != [str, int]:
        raise WireError("malformed")
    return item[0], item[1]


def dump_answer(answer: PaymentAnswer) -> bytes:
    """The body of a query's or close's answer and of a notification."""
    data: dict[str, object] = {"number": answer.number, "state": answer.state.value}
    if answer.paid_at is not None:
        data["trade_number"] = answer.trade_number
        data["amount_fen"] = answer.amount_fen
        data["paid_at"] = answer.paid_at.isoformat()
    return dump(data)


def load_answer(body: bytes) -> PaymentAnswer:
    """The other end's word on one order; raises ``WireError``."""
    data = load(body)
    try:
        state = PaymentState(field(data, "state", str))
        return facts.payment(_answer(data, state, body.decode()))
    except ValueError as error:
        raise WireError("malformed") from error


def _answer(data: Mapping[str, object], state: PaymentState, raw: str) -> PaymentAnswer:
    number = field(data, "number", str)
    if state is not PaymentState.PAID:
        return PaymentAnswer(number, state, raw)
    trade, amount = field(data, "trade_number", str), field(data, "amount_fen", int)
    return PaymentAnswer(number, state, raw, trade, amount, moment(field(data, "paid_at", str)))


def dump_day(day: date) -> bytes:
    """The body of ``/api/statement``."""
    return dump({"day": day.isoformat()})


def load_day(body: bytes) -> date:
    """The day a statement is asked for; raises ``WireError``."""
    try:
        return date.fromisoformat(field(load(body), "day", str))
    except ValueError as error:
        raise WireError("malformed") from error
