"""One payment at a gateway: opened, handed over, and said to be paid.

The order is committed before the gateway hears of it. Handing it over again is harmless, so
"go on paying" repeats it and there is never a second order for the same attempt.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from payments import handlers, refusals, selectors, waits
from payments.gateways.base import GatewayUnavailable, PaymentRequest
from payments.gateways.registry import gateway
from payments.models import Charge, Order, OrderLine
from payments.services import locks
from payments.services.schedule import first_check
from payments.standing import LineHistory, Standing, position, was_in_time
from payments.states import ChargeState, LineState, OrderState
from portal.lib.errors import DomainError, NotYours
from portal.lib.moments import moment
from portal.lib.prepared import Prepared, Slot

Lines = Mapping[int, tuple[LineHistory, ...]]


@transaction.atomic(durable=True)
def open_order(
    *,
    payer_id: int,
    charge_ids: Collection[int],
    channel: str,
    now: datetime,
    never_paid: bool = False,
) -> Order:
    """Open an order over 1–3 of the payer's own charges, or return the identical open one.

    ``never_paid``: the payer says that he has not paid an earlier order that is still watched.
    Raises ``NotYours``, and ``DomainError`` naming course, order and time for every charge that
    cannot be paid now (``order.watched``: ask for ``never_paid``). All or nothing.
    """
    return open_within(
        payer_id=payer_id,
        charge_ids=charge_ids,
        channel=channel,
        now=now,
        never_paid=never_paid,
    )


def open_within(
    *,
    payer_id: int,
    charge_ids: Collection[int],
    channel: str,
    now: datetime,
    never_paid: bool,
    paid_at: datetime | None = None,
) -> Order:
    """``open_order`` inside the caller's transaction, which holds no lock of money yet.

    ``paid_at``: the money is there since then, which counts where payment has closed meanwhile.
    """
    wanted = _within_limits(charge_ids)
    charges = locks.charges_of_payer(wanted, payer_id)
    if len(charges) != len(wanted):
        raise NotYours("没有找到要缴费的课程。")
    lines = selectors.line_histories(wanted)
    same = _same_order(wanted, lines, channel, now)
    if same is not None:
        return same
    _refuse_unpayable(charges, lines, now, never_paid, paid_at or now)
    return _create(payer_id, list(charges.values()), channel, now)


def refuse_opening(
    *, payer_id: int, charge_ids: Collection[int], now: datetime, never_paid: bool
) -> list[Charge]:
    """The charges, when an order over them could be opened now; raises like ``open_order``.

    Promises nothing: for the page on which the payer chooses how to pay.
    """
    wanted = _within_limits(charge_ids)
    charges = {one.pk: one for one in Charge.objects.filter(pk__in=wanted, payer_id=payer_id)}
    if len(charges) != len(wanted):
        raise NotYours("没有找到要缴费的课程。")
    _refuse_unpayable(charges, selectors.line_histories(wanted), now, never_paid, now)
    return [charges[pk] for pk in wanted]


def pay_url(*, order: Order, return_url: str, notify_url: str, now: datetime) -> str:
    """The cashier's address for an open order. Call it outside any transaction.

    Raises ``DomainError``: ``order.paid``, ``order.superseded``, ``order.closed``,
    ``order.expired``, ``gateway.silent``; the order stays.
    """
    _refuse_over(order, now)
    request = _request(order, return_url, notify_url)
    try:
        url = gateway(order.channel).create(request)
    except GatewayUnavailable as error:
        raise refusals.silent(order.number, "还没有转到支付页") from error
    if url != order.pay_url:
        order.pay_url = url
        order.save(update_fields=["pay_url"])
    return url


@transaction.atomic
def claim_paid(*, payer_id: int, number: str, now: datetime) -> Order:
    """我已付款: automatic release stops until it is known, at most two days. Twice is once.

    Raises ``NotYours``; ``DomainError("order.not_held")`` when nothing is held any more.
    """
    order = _lock_own(payer_id, number)
    if order.state == OrderState.PAID or order.claimed_at is not None:
        return order
    if not OrderLine.objects.filter(order=order, state=LineState.HELD).exists():
        raise DomainError(
            "order.not_held",
            f"订单 {number} 已经释放。",
            advice="付过的钱仍会到账并自动入账；缴费页看得到。",
        )
    order.claimed_at, order.next_check_at = now, now
    order.save(update_fields=["claimed_at", "next_check_at"])
    return order


@transaction.atomic
def retract_claim(*, payer_id: int, number: str, now: datetime) -> Order:
    """我还没付: take 我已付款 back, so that the order can be released again."""
    order = _lock_own(payer_id, number)
    if order.claimed_at is not None and order.state != OrderState.PAID:
        order.claimed_at, order.next_check_at = None, now
        order.save(update_fields=["claimed_at", "next_check_at"])
    return order


def _within_limits(charge_ids: Collection[int]) -> list[int]:
    wanted = sorted(set(charge_ids))
    limit = settings.ORDER_MAX_COURSES
    if not wanted:
        raise DomainError("order.empty", "还没有选课程。", advice="至少选 1 门再缴费。")
    if len(wanted) > limit:
        raise DomainError(
            "order.too_many",
            f"一笔订单最多 {limit} 门，选了 {len(wanted)} 门。",
            advice=f"先选 {limit} 门，缴完再缴其余的。",
        )
    return wanted


def _same_order(wanted: list[int], lines: Lines, channel: str, now: datetime) -> Order | None:
    """The open order that already holds exactly these charges: a double click."""
    held = [line for line in lines[wanted[0]] if line.state is LineState.HELD]
    if not held:
        return None
    order = Order.objects.filter(
        number=held[0].order_number,
        channel=channel,
        state=OrderState.OPEN,
        superseded=False,
        expires_at__gt=now,
    ).first()
    if order is None:
        return None
    holds = OrderLine.objects.filter(order=order, state=LineState.HELD)
    held_fen = dict(holds.order_by("charge_id").values_list("charge_id", "amount_fen"))
    # It costs its whole amount, so one of whose lines some are gone is not the same.
    is_whole = list(held_fen) == wanted and sum(held_fen.values()) == order.amount_fen
    return order if is_whole else None


def _refuse_unpayable(
    charges: Mapping[int, Charge],
    lines: Lines,
    now: datetime,
    never_paid: bool,
    paid_at: datetime,
) -> None:
    windows = handlers.windows(charges.values(), now)
    for charge in charges.values():
        where = position(
            ChargeState(charge.state), lines[charge.pk], windows[charge.pk], now, waits.in_force()
        )
        if where.standing is Standing.WATCHED and never_paid:
            continue
        if where.standing is not Standing.PAYABLE and not was_in_time(where, paid_at):
            raise refusals.not_payable(charge.title, where, now)


def _create(payer_id: int, charges: list[Charge], channel: str, now: datetime) -> Order:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('payments_order', 'id'))")
        (order_id,) = cursor.fetchone()
    order = Order(
        pk=order_id,
        number=_number(order_id, now),
        payer_id=payer_id,
        channel=channel,
        amount_fen=sum(charge.amount_fen for charge in charges),
        opened_at=now,
        # The payer's last moment is the first at which a line may be released.
        expires_at=now + settings.ORDER_RELEASE_AFTER,
        next_check_at=first_check(now, waits.in_force()),
    )
    order.save(force_insert=True)
    OrderLine.objects.bulk_create(
        OrderLine(order=order, charge=charge, position=place, amount_fen=charge.amount_fen)
        for place, charge in enumerate(charges, start=1)
    )
    return order


def _number(order_id: int, now: datetime) -> str:
    """Prefix, local time to the second, and the order's own sequence number."""
    return f"{settings.ORDER_NUMBER_PREFIX}{timezone.localtime(now):%Y%m%d%H%M%S}{order_id:06d}"


def _refuse_over(order: Order, now: datetime) -> None:
    if order.state == OrderState.PAID:
        raise DomainError("order.paid", f"订单 {order.number} 已经支付。", advice="回到缴费页。")
    if order.superseded:
        raise DomainError(
            "order.superseded",
            f"订单 {order.number} 不能再付：里面有课程已经由另一笔付款缴清。",
            advice="这笔会自动取消；其余课程释放后重新缴费。",
        )
    if order.state == OrderState.CLOSED and now < order.expires_at:
        raise DomainError(
            "order.closed",
            f"订单 {order.number} 已经关闭，不能再付。",
            advice="付过的钱不会丢；回到缴费页看最新结果。",
        )
    if now >= order.expires_at:
        raise DomainError(
            "order.expired",
            f"订单 {order.number} 的支付时间到 {moment(order.expires_at, now)} 为止，已经过了。",
            advice="付过的会自动到账；没有付过的，释放后重新缴费。",
        )


def _request(order: Order, return_url: str, notify_url: str) -> PaymentRequest:
    lines = _with_payer(order_id=order.pk)
    payer = lines[0].order.payer
    titles = handlers.titles(line.charge for line in lines)
    label = handlers.handler(lines[0].charge.purpose).label
    return PaymentRequest(
        number=order.number,
        amount_fen=order.amount_fen,
        title=f"{label}缴费 {len(lines)} 门",
        items=tuple((titles[line.charge_id], line.amount_fen) for line in lines),
        payer_number=payer.username,
        payer_name=payer.name,
        opened_at=order.opened_at,
        expires_at=order.expires_at,
        return_url=return_url,
        notify_url=notify_url,
    )


@Prepared
def _with_payer() -> QuerySet[OrderLine]:
    """What the gateway is told of an order, in one statement."""
    rows = OrderLine.objects.filter(order=Slot("order_id"))
    return rows.select_related("charge", "order__payer").order_by("position")


def _lock_own(payer_id: int, number: str) -> Order:
    found = locks.orders(Q(number=number, payer_id=payer_id))
    if not found:
        raise NotYours("没有找到这笔订单。")
    return next(iter(found.values()))
