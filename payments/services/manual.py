"""Money that no channel has told of, entered by hand: filed by one person, released by another.

For an order it enters like a row of a file without a trade number: the receipt that is there
already is the same money, and a real number that comes later adopts it. So money that is in is
never received twice. Without an order, an order at finance's counter is opened over the charge.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from payments.book import Arrival, Outcome, OutcomeKind, ReceiptEntry
from payments.models import Charge, ManualEntry, Order, Receipt
from payments.phantoms import taken_back
from payments.services import moving
from payments.services.settle import post
from payments.states import (
    ENTRY_MOVES,
    EntryState,
    MessageKind,
    OrderState,
    OwnChannel,
    ReceiptKind,
)
from portal.accounts.models import User
from portal.lib import workflow
from portal.lib.errors import DomainError, NotYours
from portal.lib.moments import moment
from portal.lib.money import yuan


@dataclass(frozen=True)
class Claimed:
    """What the clerk saw on paper. ``paid_at`` aware; ``evidence`` where to find that paper."""

    amount_fen: int
    paid_at: datetime
    evidence: str
    reason: str


@transaction.atomic
def file_for_order(*, clerk: User, number: str, seen: Claimed, now: datetime) -> ManualEntry:
    """Enter a payment of an order. Raises ``entry.unknown_order``, ``entry.amount_differs``,
    ``entry.arrived`` (when, under which number), ``entry.waiting`` (who filed it and when).
    """
    rows = Order.objects.select_for_update(no_key=True, of=("self",))
    order = rows.filter(number=number.strip()).first()
    if order is None:
        raise NotYours(f"没有订单 {number.strip()}。")
    _refuse_nonsense(seen, now)
    if seen.amount_fen != order.amount_fen:
        raise _amount_differs(f"订单 {order.number}", order.amount_fen, seen)
    seen = _not_before(order.opened_at, "下单时间", seen, now)
    _refuse_arrived(order, now)
    _refuse_waiting(ManualEntry.objects.filter(order=order), now)
    return _create(ManualEntry(order=order), clerk, seen, now)


@transaction.atomic
def file_for_charge(*, clerk: User, charge_id: int, seen: Claimed, now: datetime) -> ManualEntry:
    """Enter cash for a charge that has no order. Raises like ``file_for_order``, and why the
    charge could not be paid then or cannot now: what was paid before payment closed counts.
    """
    rows = Charge.objects.select_for_update(no_key=True, of=("self",))
    charge = rows.filter(pk=charge_id).first()
    if charge is None:
        raise NotYours("没有找到这项费用。")
    _refuse_nonsense(seen, now)
    if seen.amount_fen != charge.amount_fen:
        raise _amount_differs(charge.title, charge.amount_fen, seen)
    seen = _not_before(charge.created_at, "费用产生的时间", seen, now)
    moving.refuse_unpayable(charge, now, paid_at=seen.paid_at)
    _refuse_waiting(ManualEntry.objects.filter(charge=charge), now)
    return _create(ManualEntry(charge=charge), clerk, seen, now)


@transaction.atomic
def release(*, clerk: User, entry_id: int, now: datetime) -> ManualEntry:
    """The second person's word: the money is entered. What became of it is in ``outcome``.

    Raises ``entry.same_person``, ``entry.done`` (who and when), ``entry.conflict`` (money without
    a number but of another amount is there), ``entry.taken_back``, and why a charge cannot be paid.
    """
    row = _lock(entry_id, now)
    if row.filed_by_id == clerk.pk:
        raise DomainError(
            "entry.same_person", "登记人不能复核自己的登记。", advice="请财务处另一位同事复核。"
        )
    outcome = _enter_order(row, row.order, now) if row.order else _enter_charge(row, now)
    if outcome.receipt is None:
        raise ValueError("money of an order of its own channel always has a receipt")
    if outcome.kind is OutcomeKind.CONFLICT:
        raise _conflict(row, outcome.receipt)
    workflow.require(ENTRY_MOVES, row.state, EntryState.RELEASED, "这条登记已经不在这一步。")
    row.state, row.outcome = EntryState.RELEASED, outcome.kind.value
    row.receipt_id = outcome.receipt.receipt_id
    row.released_by, row.released_at = clerk, now
    row.save(update_fields=["state", "outcome", "receipt", "released_by", "released_at"])
    return row


@transaction.atomic
def cancel(*, clerk: User, entry_id: int, now: datetime) -> ManualEntry:
    """Take an entry back before anybody has released it."""
    row = _lock(entry_id, now)
    row.state, row.cancelled_by, row.cancelled_at = EntryState.CANCELLED, clerk, now
    row.save(update_fields=["state", "cancelled_by", "cancelled_at"])
    return row


def _lock(entry_id: int, now: datetime) -> ManualEntry:
    """A waiting entry; of one that is decided, says who did it and when."""
    rows = ManualEntry.objects.select_for_update(no_key=True, of=("self",))
    # Not the clerks: a join made before we waited for the lock does not know who was faster.
    found = rows.select_related("order", "charge")
    row = found.filter(pk=entry_id).first()
    if row is None:
        raise NotYours("没有找到这条登记。")
    if row.state != EntryState.REQUESTED:
        who, when = row.released_by or row.cancelled_by, row.released_at or row.cancelled_at
        name, at = who.name if who else "", moment(when, now) if when else ""
        state = EntryState(row.state).label
        raise DomainError(
            "entry.done",
            f"{name}已在 {at} 办过，现在是「{state}」。",
            advice="回到列表看最新结果。",
        )
    return row


def _enter_order(row: ManualEntry, order: Order, now: datetime) -> Outcome:
    kind = MessageKind.MANUAL
    message = moving.store(order.channel, kind, order.number, _words(row), now)
    arrival = Arrival(
        order.channel, order.number, "", row.amount_fen, row.paid_at, kind, message_id=message.pk
    )
    return post([arrival], now)[0]


def _enter_charge(row: ManualEntry, now: datetime) -> Outcome:
    if row.charge is None:
        raise ValueError("an entry is for an order or a charge")
    return moving.pay_without_gateway(
        row.charge,
        amount_fen=row.amount_fen,
        channel=OwnChannel.COUNTER,
        key=f"manual:{row.pk}",
        paid_at=row.paid_at,
        kind=MessageKind.MANUAL,
        words=_words(row),
        now=now,
    )


def _words(row: ManualEntry) -> str:
    return f"人工登记 {row.pk}；凭证：{row.evidence}；理由：{row.reason}"


def _create(row: ManualEntry, clerk: User, seen: Claimed, now: datetime) -> ManualEntry:
    row.amount_fen, row.paid_at = seen.amount_fen, seen.paid_at
    row.evidence, row.reason = seen.evidence.strip()[:200], seen.reason.strip()[:200]
    row.filed_by, row.filed_at = clerk, now
    row.save(force_insert=True)
    return row


def _refuse_nonsense(seen: Claimed, now: datetime) -> None:
    if not seen.evidence.strip() or not seen.reason.strip():
        raise DomainError("entry.empty", "凭证和理由都要填。", advice="填好再提交。", status=400)
    if seen.paid_at > now:
        raise DomainError(
            "entry.future", "付款日期还没到。", advice="核对凭证上的日期。", status=400
        )


def _not_before(begun: datetime, what: str, seen: Claimed, now: datetime) -> Claimed:
    """Paper has a date only: on the day on which it was owed, it was paid after that moment."""
    if timezone.localdate(seen.paid_at) < timezone.localdate(begun):
        raise DomainError(
            "entry.too_early",
            f"付款日期早于{what} {moment(begun, now)}。",
            advice="核对凭证上的日期。",
            status=400,
        )
    return replace(seen, paid_at=max(seen.paid_at, begun))


def _amount_differs(what: str, fen: int, seen: Claimed) -> DomainError:
    return DomainError(
        "entry.amount_differs",
        f"金额不同：{what}是 {yuan(fen)}，登记的是 {yuan(seen.amount_fen)}。",
        advice="核对凭证；金额确实不同的，等渠道对账单到了按差异处理。",
    )


def _conflict(row: ManualEntry, received: ReceiptEntry) -> DomainError:
    if received.taken_back:
        return DomainError(
            "entry.taken_back",
            f"没有入账：订单 {received.order_number} 没有交易号的这一笔已更正为没有到账。",
            advice="查实确实到账的，撤销这一条，按费用编号在窗口登记。",
        )
    return DomainError(
        "entry.conflict",
        f"没有入账：订单 {received.order_number} 已收到 {yuan(received.amount_fen)}，"
        f"登记的是 {yuan(row.amount_fen)}，渠道没有给出交易号，分不清是不是同一笔。",
        advice="等渠道对账单给出交易号，或先办理已收到的那一笔。",
    )


def _refuse_arrived(order: Order, now: datetime) -> None:
    rows = Receipt.objects.filter(~taken_back(), order=order, kind=ReceiptKind.PAYMENT)
    receipt = rows.order_by("pk").first() if order.state == OrderState.PAID else None
    if receipt is not None:
        raise DomainError(
            "entry.arrived",
            f"订单 {order.number} 已在 {moment(receipt.paid_at, now)} 到账，"
            f"交易号 {receipt.trade_number}。",
            advice="不用登记。",
        )


def _refuse_waiting(rows: QuerySet[ManualEntry], now: datetime) -> None:
    row = rows.filter(state=EntryState.REQUESTED).select_related("filed_by").first()
    if row is not None:
        raise DomainError(
            "entry.waiting",
            f"{row.filed_by.name}已在 {moment(row.filed_at, now)} 登记过，等人复核。",
            advice="复核那一条，不要再登记。",
        )
