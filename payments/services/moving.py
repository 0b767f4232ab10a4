"""Money paid to a charge without a gateway: a surplus moved over, or cash at finance's counter.

It goes through an order of the portal's own with one line, opened and settled in one transaction.
So the rules of every payment hold for it too: one hold per charge, a receipt per paid order, an
allocation per paid line, and a later withdrawal makes it a surplus like any other.
"""

from datetime import datetime

from payments import selectors
from payments.book import Arrival, Outcome
from payments.models import Charge, GatewayMessage, Resolution, Surplus
from payments.plan import is_payable
from payments.refusals import not_payable
from payments.services import messages
from payments.services.orders import open_within
from payments.services.settle import post
from payments.standing import was_in_time
from payments.states import MessageKind, OwnChannel
from portal.lib.errors import DomainError
from portal.lib.money import yuan


def target(surplus: Surplus, charge_id: int | None, now: datetime) -> Charge:
    """The charge a surplus may move to: the same payer's, of the same amount, payable now.

    Raises ``DomainError``: ``case.no_payer``, ``case.no_target``, ``case.amount_differs``, or why
    the charge cannot be paid.
    """
    order = surplus.receipt.order
    if order is None:
        raise DomainError(
            "case.no_payer", "没有申请：不知道这笔钱是谁付的。", advice="改为原路退回或线下退回。"
        )
    charge = Charge.objects.filter(pk=charge_id or 0, payer_id=order.payer_id).first()
    if charge is None:
        raise DomainError(
            "case.no_target", "没有找到这名学生的这项费用。", advice="从列表里选一项。", status=400
        )
    refuse_amount(charge, surplus.amount_fen)
    refuse_unpayable(charge, now, paid_at=now)
    return charge


def refuse_amount(charge: Charge, amount_fen: int) -> None:
    """Money covers a charge exactly or not at all."""
    if charge.amount_fen != amount_fen:
        raise DomainError(
            "case.amount_differs",
            f"金额不同：{charge.title}应缴 {yuan(charge.amount_fen)}，这笔是 {yuan(amount_fen)}。",
            advice="只有金额相同才能记到这项费用。",
        )


def refuse_unpayable(charge: Charge, now: datetime, *, paid_at: datetime) -> None:
    """The same rule as for the payer's own orders; ``paid_at`` in time is not too late now."""
    where = selectors.positions_of([charge.pk], now)[charge.pk]
    if not is_payable(where) and not was_in_time(where.position, paid_at):
        raise not_payable(charge.title, where.position, now)


def move(row: Resolution, now: datetime) -> Outcome:
    """Pay the target of a released MOVE with its surplus, inside the caller's transaction."""
    if row.target is None:
        raise ValueError("a MOVE has a target")
    return pay_without_gateway(
        row.target,
        amount_fen=row.surplus.amount_fen,
        channel=OwnChannel.TRANSFER,
        key=row.refund_number,
        paid_at=now,
        kind=MessageKind.TRANSFER,
        words=f"{row.refund_number} {row.reason}",
        now=now,
    )


def pay_without_gateway(
    charge: Charge,
    *,
    amount_fen: int,
    channel: OwnChannel,
    key: str,
    paid_at: datetime,
    kind: MessageKind,
    words: str,
    now: datetime,
) -> Outcome:
    """Open an order of our own over ``charge`` and settle it, inside the caller's transaction.

    ``key`` is the trade number, so that doing it twice pays once. Raises why it cannot be paid.
    """
    order = open_within(
        payer_id=charge.payer_id, charge_ids=[charge.pk], channel=channel, now=now,
        never_paid=True, paid_at=paid_at,
    )  # fmt: skip
    if order.amount_fen != amount_fen:  # the price changed after the filing
        charge.amount_fen = order.amount_fen
        refuse_amount(charge, amount_fen)
    message = store(channel, kind, order.number, words, now)
    arrival = Arrival(
        channel, order.number, key, order.amount_fen, paid_at, kind, message_id=message.pk
    )
    return post([arrival], now)[0]


def store(
    channel: str, kind: MessageKind, number: str, words: str, now: datetime
) -> GatewayMessage:
    """What is on file for money no gateway told of; its filing was committed long before."""
    message = messages.compose(channel, kind, number, words, now)
    message.save(force_insert=True)
    return message
