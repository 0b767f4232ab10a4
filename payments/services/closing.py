"""Cases without money of their own: a conflict, a refund nobody here decided, and 我已付款 that
nothing came for in two days.
"""

from datetime import datetime

from django.db import transaction

from payments import waits
from payments.models import Closure, Conflict, Order, StrayRefund
from payments.services import notices
from payments.states import OrderState
from portal.accounts.models import User
from portal.inbox import services as inbox
from portal.lib.errors import DomainError, NotYours
from portal.lib.moments import moment


@transaction.atomic
def close_conflict(*, clerk: User, conflict_id: int, note: str, now: datetime) -> Closure:
    """Finance has compared the two: ``note`` says what it found. Once; then who and when."""
    rows = Conflict.objects.select_for_update(no_key=True, of=("self",))
    conflict = rows.filter(pk=conflict_id).first()
    if conflict is None:
        raise NotYours("没有找到这条冲突。")
    _refuse_closed(Closure.objects.filter(conflict=conflict).first(), now)
    return _close(Closure(conflict=conflict), clerk, note, now)


@transaction.atomic
def close_claim(*, clerk: User, number: str, note: str, now: datetime) -> Closure:
    """Finance found no money for an order that its payer says was paid. Not before the watch ends,
    and not for money that came. The payer is told, in words of his own and not of ``note``.
    """
    rows = Order.objects.select_for_update(no_key=True, of=("self",))
    order = rows.filter(number=number, claimed_at__isnull=False).first()
    if order is None:
        raise NotYours("没有找到这笔声明已付款的订单。")
    if order.state == OrderState.PAID:
        raise DomainError("claim.arrived", f"订单 {number} 已经到账，不用核对。")
    known = order.opened_at + waits.in_force().watch
    if now < known:
        raise DomainError(
            "claim.early",
            f"订单 {number} 还在等渠道的结果，最晚 {moment(known, now)} 有结果。",
            advice="到时还没有结果，再核对。",
        )
    _refuse_closed(Closure.objects.filter(order=order).first(), now)
    found = _close(Closure(order=order), clerk, note, now)
    inbox.send([notices.claim_looked_into(order)], now)
    return found


@transaction.atomic
def close_stray(*, clerk: User, stray_id: int, note: str, now: datetime) -> StrayRefund:
    """Finance knows what a refund of the channel's own was. Once; then who and when."""
    rows = StrayRefund.objects.select_for_update(no_key=True, of=("self",))
    # No select_related: who closed it while we waited for the lock is not in a join made before.
    row = rows.filter(pk=stray_id).first()
    if row is None:
        raise NotYours("没有找到这笔渠道退款。")
    if row.closed_by is not None and row.closed_at is not None:
        raise _done(row.closed_by, row.closed_at, now)
    row.note, row.closed_by, row.closed_at = _words(note), clerk, now
    row.save(update_fields=["note", "closed_by", "closed_at"])
    return row


def _refuse_closed(row: Closure | None, now: datetime) -> None:
    if row is not None:
        raise _done(row.closed_by, row.closed_at, now)


def _done(clerk: User, at: datetime, now: datetime) -> DomainError:
    return DomainError("closure.done", f"{clerk.name}已在 {moment(at, now)} 核对过。")


def _close(row: Closure, clerk: User, note: str, now: datetime) -> Closure:
    row.note, row.closed_by, row.closed_at = _words(note), clerk, now
    row.save(force_insert=True)
    return row


def _words(note: str) -> str:
    words = " ".join(note.split())[:200]
    if not words:
        raise DomainError(
            "closure.empty", "没有填核对结果。", advice="写明查了什么、结果如何。", status=400
        )
    return words
