"""A gateway's callback: stored, then believed or refused."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings

from payments.gateways.base import (
    Notification,
    NotificationRefused,
    PaymentAnswer,
    PaymentState,
    RefundAnswer,
)
from payments.gateways.registry import gateway
from payments.services import messages, refunds
from payments.services.check import arrival
from payments.services.settle import settle
from payments.states import MessageKind
from portal.lib.rate import count

logger = logging.getLogger("money")
MAX_BODY = 65_536  # bytes; a notification has a few hundred
REFUSED_A_MINUTE = 60  # stored, of a channel: anybody may write to this address
PLAIN = "text/plain; charset=utf-8"


def receive(
    channel: str, body: bytes, headers: Mapping[str, str], now: datetime
) -> tuple[int, str, str]:
    """Status, body and content type of the answer to a callback.

    What proves its origin is stored and settled before it is acknowledged, so a crash makes the
    channel tell it again. What does not is stored with the reason (a flood of it only logged) and
    answered 400; 404 for a channel that does not exist here, 413 for a body that is too long.
    """
    if channel not in settings.GATEWAYS:
        return 404, "unknown channel", PLAIN
    if len(body) > MAX_BODY:
        return 413, "too long", PLAIN
    try:
        answer = gateway(channel).parse_notification(body, headers, now)
    except NotificationRefused as error:
        _refuse(channel, body, str(error), now)
        return 400, str(error), PLAIN
    _believe(channel, answer, now)
    return 200, *gateway(channel).acknowledgement()


def _refuse(channel: str, body: bytes, why: str, now: datetime) -> None:
    if count("callback", channel, now) > REFUSED_A_MINUTE:
        logger.warning("callback of %s refused and not stored: %s", channel, why)
        return
    text = body.decode(errors="replace")
    messages.record(channel, MessageKind.CALLBACK, "", text, now, refusal=why)


def _believe(channel: str, answer: Notification, now: datetime) -> None:
    kind = MessageKind.CALLBACK
    message = messages.record(channel, kind, answer.number, answer.raw, now)
    if isinstance(answer, PaymentAnswer) and answer.state is PaymentState.PAID:
        settle([arrival(channel, kind, answer, message, now)], now)
    elif isinstance(answer, RefundAnswer):
        refunds.ask_soon(answer.refund_number, now)
