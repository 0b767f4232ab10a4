"""Questions to gateways, outside any transaction; nothing is written here."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings

from payments.gateways.base import GatewayUnavailable, PaymentAnswer, PaymentState
from payments.gateways.registry import gateway
from payments.models import Order
from payments.states import MessageKind
from portal.lib import trace


@dataclass(frozen=True)
class Inquiry:
    """What a gateway said of an order, in order; empty when it said nothing."""

    order: Order
    heard: tuple[tuple[MessageKind, PaymentAnswer], ...]

    @property
    def answer(self) -> PaymentState | None:
        """The last word, None for silence."""
        return self.heard[-1][1].state if self.heard else None


Ask = Callable[[Order], Inquiry]
Begin = Callable[[Sequence[Order]], Iterator[Inquiry]]


def query(order: Order) -> Inquiry:
    """Ask what became of it."""
    channel = gateway(order.channel)
    if not channel.can_query:
        return Inquiry(order, ())
    try:
        return Inquiry(order, ((MessageKind.QUERY, channel.query(order.number)),))
    except GatewayUnavailable:
        return Inquiry(order, ())


def query_and_close(order: Order) -> Inquiry:
    """Ask, and close it at the gateway if nothing was paid. PAID when the money was faster."""
    first = query(order)
    channel = gateway(order.channel)
    if first.answer not in (PaymentState.UNPAID, PaymentState.UNKNOWN) or not channel.can_close:
        return first
    try:
        answer = channel.close(order.number, order.expires_at)
        return Inquiry(order, (*first.heard, (MessageKind.CLOSE, answer)))
    except GatewayUnavailable:
        return first


def usual(order: Order) -> Inquiry:
    """What the portal wants to know: an order that gave way to an older payment is closed."""
    return query_and_close(order) if order.superseded else query(order)


@contextmanager
def asking(ask: Ask) -> Iterator[Begin]:
    """Ask about many, a few at a time; the threads touch no database.

    What is yielded begins with some orders and gives their answers in order, as they are fetched.
    """
    with ThreadPoolExecutor(settings.GATEWAY_CONCURRENCY, **trace.helping()) as pool:
        yield lambda orders: pool.map(ask, orders)


def channels(*, can_close: bool = False) -> list[str]:
    """The channels that can be asked, or asked and closed."""
    known = ((name, gateway(name)) for name in settings.GATEWAYS)
    return [name for name, own in known if own.can_query and (own.can_close or not can_close)]
