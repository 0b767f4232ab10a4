"""Cases without money of their own: a conflict, a refund nobody here decided, and 我已付款 that
nothing came for in two days.
"""

from datetime import datetime

from django.db import transaction

from payments import origins, phantoms, waits
from payments.book import Arrival
from payments.models import Closure, Conflict, Finding, Order, StrayRefund
from payments.services import notices
from payments.services.settle import post
from payments.states import MessageKind, OrderState
from portal.accounts.models import User
from portal.inbox import services as inbox
from portal.lib.errors import DomainError, NotYours
from portal.lib.moments import moment


@transaction.atomic
def close_conflict(*, clerk: User, conflict_id: int, note: str, now: datetime) -> Closure:
    """Finance has compared the two: ``note`` says what it found. Once; then who and when.

    What a channel signed about money that two people took back takes two people as well: raises
    ``closure.no_finding`` before ``find``, and ``closure.same_person`` for who did that.
    """
    conflict = _open_conflict(conflict_id, now)
    if conflict.is_signed:
        _refuse_alone(conflict, clerk, now)
    return _close(Closure(conflict=conflict), clerk, note, now)


@transaction.atomic
def find(*, clerk: User, conflict_id: int, note: str, now: datetime) -> Finding:
    """The first of two people says what he found about a signed conflict; it stays open.

    Raises ``closure.found`` (who and when) for the second time, ``closure.one_person`` where
    nobody else is needed.
    """
    conflict = _open_conflict(conflict_id, now)
    if not conflict.is_signed:
        raise DomainError("closure.one_person", "这条冲突不用复核。", advice="直接登记核对结果。")
    found = Finding.objects.select_related("found_by").filter(conflict=conflict).first()
    if found is not None:
        raise DomainError(
            "closure.found",
            f"{found.found_by.name}已在 {moment(found.found_at, now)} 核对过，等另一位同事复核。",
            advice="看过核对结果再复核。",
        )
    return Finding.objects.create(
        conflict=conflict, note=_words(note), found_by=clerk, found_at=now
    )


def _refuse_alone(conflict: Conflict, clerk: User, now: datetime) -> None:
    found = Finding.objects.filter(conflict=conflict).first()
    if found is None:
        raise DomainError(
            "closure.no_finding",
            "这笔钱更正过，渠道又告知到账，要由两个人核对。",
            advice="先登记核对结果，再请另一位同事复核。",
        )
    if found.found_by_id == clerk.pk:
        raise DomainError(
            "closure.same_person",
            f"你已在 {moment(found.found_at, now)} 登记核对结果，要由另一位同事复核。",
            advice="请财务处另一位同事复核。",
        )


@transaction.atomic
def receive_other(*, clerk: User, conflict_id: int, note: str, now: datetime) -> Closure:
    """What the channel told of is not the money received before: it gets a receipt of its own.

    It pays what is still owed, becomes surplus otherwise, and the payer is told. Refused like
    ``close_conflict``, and (``conflict.same_trade``) where the channel told one number twice.
    """
    conflict = _open_conflict(conflict_id, now)
    if not may_be_other(conflict):
        raise DomainError(
            "conflict.same_trade",
            f"没有收款：{conflict.receipt} 只有一笔，渠道两次说法不同。",
            advice="登记核对结果；确有另一笔，等渠道给出它自己的交易号。",
        )
    closure = _close(
        Closure(conflict=conflict), clerk, f"另一笔钱，已另行收款。{_words(note)}", now
    )
    told = conflict.message
    kind = MessageKind(told.kind) if told else MessageKind.QUERY
    other = Arrival(
        conflict.receipt.channel, conflict.order_number, told_number(conflict),
        conflict.amount_fen, conflict.paid_at or conflict.seen_at, kind,
        message_id=conflict.message_id, is_other=True,
    )  # fmt: skip
    post([other], now)
    return closure


def may_be_other(conflict: Conflict) -> bool:
    """The first money had no number and the channel's has its own: perhaps it was paid once more.

    Of another amount than a row without a number, or adopted by money entered by hand.
    """
    receipt, number = conflict.receipt, told_number(conflict)
    if phantoms.is_taken_back(receipt.pk):
        return False  # told again: entered by hand once people know that it came after all
    if not number or not receipt.trade_number.startswith(origins.UNNAMED):
        return False
    adopted = getattr(receipt, "adopted", None)
    same = (receipt.order_number, receipt.amount_fen)
    is_same = same == (conflict.order_number, conflict.amount_fen)
    # Told twice under the number that was adopted, it is one trade told differently.
    return is_same if adopted and adopted.trade_number == number else not is_same


def told_number(conflict: Conflict) -> str:
    """The trade number of the later word; what was seen before it was noted is the adopted one."""
    adopted = getattr(conflict.receipt, "adopted", None)
    return conflict.trade_number or (adopted.trade_number if adopted else "")


def _open_conflict(conflict_id: int, now: datetime) -> Conflict:
    """Lock it; of one that is closed, says who did it and when."""
    rows = Conflict.objects.select_for_update(no_key=True, of=("self",))
    conflict = rows.select_related("receipt", "message").filter(pk=conflict_id).first()
    if conflict is None:
        raise NotYours("没有找到这条冲突。")
    _refuse_closed(Closure.objects.filter(conflict=conflict).first(), now)
    return conflict


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
