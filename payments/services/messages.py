"""What gateways say, stored before anything is decided."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from payments.models import GatewayMessage
from payments.states import MessageKind

REFUSED_BODY = 4096  # characters kept of what was refused: evidence, not storage for strangers


@transaction.atomic(durable=True)
def record_all(messages: Iterable[GatewayMessage]) -> list[GatewayMessage]:
    """Store and commit these in one statement."""
    return GatewayMessage.objects.bulk_create(messages)


def record(
    channel: str,
    kind: MessageKind,
    order_number: str,
    body: str,
    received_at: datetime,
    *,
    refusal: str = "",
) -> GatewayMessage:
    """Store and commit one message; of a refused one only the beginning."""
    return record_all([compose(channel, kind, order_number, body, received_at, refusal=refusal)])[0]


def compose(
    channel: str,
    kind: MessageKind,
    order_number: str,
    body: str,
    received_at: datetime,
    *,
    refusal: str = "",
) -> GatewayMessage:
    """A message ready to be stored, cut to what the columns hold."""
    text = _storable(body)
    return GatewayMessage(
        channel=channel,
        kind=kind,
        order_number=_storable(order_number)[:64],
        body=text[:REFUSED_BODY] if refusal else text,
        refusal=refusal[:200],
        received_at=received_at,
    )


def _storable(text: str) -> str:
    """PostgreSQL takes neither NUL nor half a pair of surrogates."""
    whole = text.encode(errors="replace").decode()
    return whole.replace("\x00", "\N{REPLACEMENT CHARACTER}")
