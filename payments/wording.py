"""What every state of money looks like to the payer: tone, icon and word, here and nowhere else."""

from datetime import datetime

from payments.book import OutcomeKind
from payments.models import Order, Resolution
from payments.plan import Batch, BatchKind
from payments.standing import Position, Standing
from payments.states import (
    LineState,
    OrderState,
    OwnChannel,
    ResolutionMethod,
    ResolutionState,
)
from payments.timeline import Holder, Pace, Stop
from portal.lib.moments import moment
from portal.lib.status import Status, Tone

PAID = Status(Tone.DONE, "check", "已缴费")
OPEN = Status(Tone.WAIT, "clock", "待支付")
CONFIRMING = Status(Tone.BUSY, "refresh", "确认中")
CHECKING = Status(Tone.BUSY, "refresh", "正在向缴费平台核对")
CLOSING = Status(Tone.WAIT, "hour", "等自动释放")
GIVING_WAY = Status(Tone.BUSY, "refresh", "正在自动取消")
PAYABLE = Status(Tone.TODO, "wallet", "现在可缴")
WATCHED = Status(Tone.TODO, "info", "先核对上一笔")
RELEASED = Status(Tone.IDLE, "idle", "已释放")
CLOSED = Status(Tone.IDLE, "idle", "已关闭")
REFUNDED = Status(Tone.BUSY, "school", "已转退费")
AT_FINANCE = Status(Tone.BUSY, "school", "在财务处核对")
NOT_RECEIVED = Status(Tone.IDLE, "idle", "没有到账")
OVER = Status(Tone.IDLE, "idle", "缴费已截止")
WAIVED = Status(Tone.DONE, "check", "免费")
VOID = Status(Tone.IDLE, "idle", "已退报名")
REFUSED = Status(Tone.STOP, "stop", "现在不能缴")

CHANNELS = {"finance": "缴费平台", "wechat": "微信支付", "alipay": "支付宝"} | dict(
    OwnChannel.choices()
)

_UNDER_WAY = {
    ResolutionMethod.GATEWAY: "已申请原路退回",
    ResolutionMethod.MOVE: "正在转到另一门课",
    ResolutionMethod.MANUAL: "由财务处线下退回",
    ResolutionMethod.VOID: "财务处正在更正",
}
_LEFT = {
    ResolutionMethod.GATEWAY: "已退回",
    ResolutionMethod.MANUAL: "已线下退回",
    ResolutionMethod.VOID: "已更正，这笔钱没有到账",
}
_FIXED = {
    Standing.PAID: PAID,
    Standing.HELD: OPEN,
    Standing.CONFIRMING: CONFIRMING,
    Standing.PAYABLE: PAYABLE,
    Standing.WATCHED: WATCHED,
    Standing.OVER: OVER,
    Standing.WAIVED: WAIVED,
    Standing.VOID: VOID,
    Standing.REFUSED: REFUSED,
}
_ENTERED = {
    OutcomeKind.SETTLED: "已缴费",
    OutcomeKind.LATE: "已缴费（释放后到账）",
    OutcomeKind.SURPLUS: "有余款，待处理",
    OutcomeKind.REPEAT: "早已到账，没有重复入账",
    OutcomeKind.CONFLICT: "与已到账的金额不同，记为冲突",
}
_LINES = {
    LineState.HELD: OPEN,
    LineState.PAID: PAID,
    LineState.RELEASED: RELEASED,
    LineState.REFUNDED: REFUNDED,
}


def of_charge(position: Position, now: datetime) -> Status:
    """A charge's chip; waits carry the time at which they end."""
    if position.is_giving_way:
        return GIVING_WAY
    if position.is_checking:
        return CLOSING if position.is_closed else CHECKING
    if position.standing is Standing.COOLING:
        return _wait(position.until, now, "后可缴")
    if position.standing is Standing.NOT_OPEN:
        return Status(Tone.IDLE, "idle", f"{_at(position.until, now)} 开始缴费".strip())
    return _FIXED[position.standing]


def of_batch(batch: Batch, now: datetime) -> Status:
    """A batch's chip: what it waits for as a whole."""
    if batch.kind is not BatchKind.TODO:
        return of_charge(batch.positions[0].position, now)
    cooling = [item.position for item in batch.positions if _is_cooling(item.position)]
    if cooling and batch.payable:
        latest = max(cooling, key=lambda position: position.until or now)
        return _wait(latest.until, now, "后可整批缴")
    shown = [*cooling, *(item.position for item in (*batch.payable, *batch.positions))]
    return of_charge(shown[0], now)


def of_order(order: Order, now: datetime) -> Status:
    """An order's chip, for its own page and the list of orders."""
    if order.state == OrderState.PAID:
        return PAID
    if order.state == OrderState.CLOSED:
        return CLOSED
    if order.claimed_at is not None:
        return CONFIRMING
    if order.superseded:
        return GIVING_WAY
    return OPEN if now < order.expires_at else CHECKING


def of_line(state: LineState) -> Status:
    """One course of an order."""
    return _LINES[state]


def of_resolution(row: Resolution | None, now: datetime) -> Status:
    """Where surplus money is; ``row`` is the resolution that counts, None while nobody filed."""
    if row is None or row.state == ResolutionState.REQUESTED:
        return AT_FINANCE
    method = ResolutionMethod(row.method)
    if row.state == ResolutionState.FAILED:
        return Status(Tone.BUSY, "back", "原路没有退成，财务处换方式办理")
    if row.arrived_at is None:
        return Status(Tone.BUSY, "refresh", _UNDER_WAY[method])
    if row.target is not None:
        return Status(Tone.DONE, "check", f"已转到{row.target.title}")
    return Status(Tone.DONE, "check", f"{_LEFT[method]} {_at(row.arrived_at, now)}")


def entry_result(outcome: str) -> str:
    """What became of money entered by hand; ``outcome`` an ``OutcomeKind`` or empty."""
    return _ENTERED[OutcomeKind(outcome)] if outcome else "—"


def of_stop(stop: Stop) -> Status:
    """One hop of a payment's way."""
    if stop.pace is Pace.DONE:
        return Status(Tone.DONE, "check", stop.hop.label)
    if stop.pace is Pace.NOW:
        tone = Tone.TODO if stop.holder is Holder.PAYER else Tone.BUSY
        return Status(tone, "wallet" if tone is Tone.TODO else "refresh", stop.hop.label)
    return Status(Tone.IDLE, "idle", stop.hop.label)


def _is_cooling(position: Position) -> bool:
    return position.standing is Standing.COOLING


def _wait(until: datetime | None, now: datetime, what: str) -> Status:
    return Status(Tone.WAIT, "hour", f"{_at(until, now)} {what}".strip())


def _at(until: datetime | None, now: datetime) -> str:
    return moment(until, now) if until else ""
