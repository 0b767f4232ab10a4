"""Receipts that were taken back: a file or a clerk told of money that nobody had paid.

The receipt stays, a second one of kind VOID stands against it, and whoever tells of it again tells
of a conflict: a channel's word is never dropped, and never believed twice by itself.
"""

from django.db import connection
from django.db.models import Exists, OuterRef, Subquery

from payments import origins
from payments.models import Conflict, GatewayMessage, Receipt, Resolution, Surplus
from payments.states import MessageKind, ResolutionMethod, ResolutionState
from portal.lib.errors import DomainError

# Where money is told of by what people hand in, rather than by the channel itself.
_ON_PAPER = (MessageKind.STATEMENT, MessageKind.MANUAL)
_UNDONE = ResolutionState.CANCELLED
SIGNED = (MessageKind.CALLBACK, MessageKind.QUERY, MessageKind.CLOSE)


def taken_back(receipt: str = "pk") -> Exists:
    """Whether the receipt in this column was found to be nobody's money."""
    return Exists(
        Resolution.objects.filter(
            surplus__receipt=OuterRef(receipt),
            method=ResolutionMethod.VOID.value,
            state=ResolutionState.ARRIVED.value,
        )
    )


def told_again(receipt: str = "pk") -> Subquery:
    """Since when the channel itself says that the money in this column came after all, while
    nobody has looked into that; else null.
    """
    heard = Conflict.objects.filter(receipt=OuterRef(receipt), is_signed=True, closure=None)
    return Subquery(heard.order_by("pk").values("seen_at")[:1])


def is_taken_back(receipt_id: int) -> bool:
    """The same of one receipt; one statement."""
    return Receipt.objects.filter(taken_back(), pk=receipt_id).exists()


def hold_news() -> None:
    """Nothing is stored that a channel says, until this transaction has decided.

    A word that was stored before is seen by ``refuse_real``; one that comes after meets the receipt
    as taken back. Without that, a callback in between would be a repeat of money nobody counts.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE payments_gatewaymessage IN SHARE MODE")


def refuse_real(surplus: Surplus) -> None:
    """Raise unless this money was only ever told on paper, and no part of it was used.

    ``case.signed``: the channel itself said so; ``case.used``: it pays a course, or part of it left
    in another way.
    """
    receipt = surplus.receipt
    told = receipt.message
    is_told = told is None or told.kind not in _ON_PAPER or _is_confirmed(receipt)
    # Of one that is taken back in part, the rest follows: what was signed since is a conflict.
    if is_told and not is_taken_back(receipt.pk):
        raise DomainError(
            "case.signed",
            "没有申请：这笔钱是渠道自己告知的，不是对账单或人工登记里多出来的。",
            advice="按多付的钱办：原路退回、转到另一门课或线下退回。",
        )
    if _is_used(surplus):
        raise DomainError(
            "case.used",
            "没有申请：这笔收款有一部分记在课程上，或已申请用别的方式办。",
            advice="收款要整笔更正：先处理记在课程上的部分。",
        )


def refuse_taken_back(surplus: Surplus) -> None:
    """Raise ``case.taken_back`` for money whose receipt is being, or was, taken back."""
    siblings = Resolution.objects.filter(surplus__receipt=surplus.receipt_id)
    if siblings.filter(method=ResolutionMethod.VOID).exclude(state=_UNDONE).exists():
        raise DomainError(
            "case.taken_back",
            "没有办理：这笔收款的另一部分已申请更正，收款要整笔更正。",
            advice="这一部分也选更正；确实到账的，先撤销那一条更正。",
        )


def _is_confirmed(receipt: Receipt) -> bool:
    """The channel has named this trade with a seal of its own, be it for another order."""
    numbers = {receipt.trade_number, origins.trade_number(receipt)} - {""}
    if receipt.conflicts.filter(trade_number__in=numbers, message__kind__in=SIGNED).exists():
        return True
    said = GatewayMessage.objects.filter(
        channel=receipt.channel, order_number=receipt.order_number, kind__in=SIGNED, refusal=""
    )
    return any(number in body for (body,) in said.values_list("body") for number in numbers)


def _is_used(surplus: Surplus) -> bool:
    waiting = Surplus.objects.filter(receipt=surplus.receipt_id)
    fen = sum(one.amount_fen for one in waiting)
    other = Resolution.objects.filter(surplus__in=waiting).exclude(method=ResolutionMethod.VOID)
    return fen != surplus.receipt.amount_fen or other.exclude(state=_UNDONE).exists()
