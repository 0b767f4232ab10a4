"""Why something about money is refused, in the payer's own course, order and time."""

from datetime import datetime

from payments.standing import (
    LineHistory,
    Position,
    Standing,
    Waits,
    claim_ends,
    is_claimed,
    release_due,
)
from payments.states import LineState
from portal.lib.errors import DomainError
from portal.lib.moments import moment


def in_payment(verb: str, held: LineHistory, now: datetime, waits: Waits) -> DomainError:
    """``verb`` (退, 免) is refused because an order holds the course."""
    if held.superseded:
        return DomainError(
            "charge.held",
            f"没有{verb}成：订单 {held.order_number} 正在自动取消。",
            advice=f"取消好会发站内消息给你，到时再{verb}。",
        )
    due = release_due(held, waits)
    if now < due and not is_claimed(held, now, waits):
        return DomainError(
            "charge.held", f"没有{verb}成：正在付款，{moment(due, now)} 后再{verb}。"
        )
    if not is_claimed(held, now, waits):
        return DomainError(
            "charge.held",
            f"没有{verb}成：订单 {held.order_number} 的付款时间已过，正在向缴费平台核对。",
            advice=f"没有收到就自动释放；不想等，在缴费页释放这笔订单，再{verb}。",
        )
    return DomainError(
        "charge.held",
        f"没有{verb}成：订单 {held.order_number} 正在确认是否到账，"
        f"最晚 {moment(claim_ends(held, waits), now)} 有结果。",
        advice=f"没有付过，先选「我还没付」，释放这笔订单，再{verb}。",
    )


def not_payable(title: str, where: Position, now: datetime) -> DomainError:
    """A course that cannot go into a new order now; ``where`` is anything but PAYABLE."""
    code, sentence, advice = _words(where)
    number = where.line.order_number if where.line else ""
    until = moment(where.until, now) if where.until else ""
    return DomainError(
        code,
        sentence.format(title=title, number=number, until=until, sentence=where.sentence),
        advice=advice.format(number=number, until=until),
    )


def not_releasable(title: str, line: LineHistory, now: datetime, waits: Waits) -> DomainError:
    """A line that ``standing.may_release`` does not let go now."""
    number = line.order_number
    if line.state in (LineState.PAID, LineState.REFUNDED):
        return paid(number)
    if line.state is LineState.RELEASED:
        again = line.payable_again_at or now
        return DomainError(
            "line.not_held",
            f"{title}已经释放。",
            advice=f"{moment(again, now)} 后可重新缴费。" if again > now else "现在可以重新缴费。",
        )
    if is_claimed(line, now, waits):
        return DomainError(
            "line.claimed",
            f"没有释放：你说过订单 {number} 已付款，"
            f"最晚 {moment(claim_ends(line, waits), now)} 有结果。",
            advice="没有付过，先选「我还没付」，再释放。",
        )
    due = moment(release_due(line, waits), now)
    return DomainError(
        "line.too_early",
        f"没有释放：订单 {number} 正在付款，{due} 后可释放。",
        advice="到时自动释放，不用再来。",
    )


def paid(number: str) -> DomainError:
    """The money was there: nothing to release, nothing to pay."""
    return DomainError(
        "order.paid", f"订单 {number} 已经到账，不用释放。", advice="回到缴费页看结果。"
    )


def not_closed(number: str) -> DomainError:
    """The gateway does not know the order yet, so somebody may still open and pay it there."""
    return DomainError(
        "order.not_closed",
        f"没有释放：订单 {number} 的付款码还没有失效，现在释放可能重复付款。",
        advice="不用再来：失效后自动释放。",
    )


def silent(number: str, what: str) -> DomainError:
    """The gateway gave no usable answer, so ``what`` did not happen."""
    return DomainError(
        "gateway.silent",
        f"缴费平台没有应答，{what}。",
        advice=f"订单 {number} 保持原样，没有扣款的不会丢，已扣款的会自动到账。过一分钟再试。",
    )


def _words(where: Position) -> tuple[str, str, str]:
    if where.is_giving_way:
        return _GIVING_WAY
    return _CHECKING if where.is_checking else _WORDS[where.standing]


_GIVING_WAY = (
    "charge.held",
    "{title}的订单 {number} 正在自动取消：里面有课程已由另一笔付款缴清。",
    "取消好会发站内消息给你，马上可以重新缴费。",
)
_CHECKING = (
    "charge.confirming",
    "{title}的订单 {number} 付款时间已过，正在向缴费平台核对。",
    "没有收到就自动释放；付过就等结果，不要重复缴费。",
)
_WORDS: dict[Standing, tuple[str, str, str]] = {
    Standing.VOID: ("charge.void", "{title}已退报名，不用缴费。", "要修这门课，先重新报名。"),
    Standing.WAIVED: ("charge.waived", "{title}免费，不用缴费。", "这门课已经报名成功。"),
    Standing.PAID: ("charge.paid", "{title}已经缴过，订单 {number}。", "去掉这门课再缴其他的。"),
    Standing.HELD: (
        "charge.held",
        "{title}已在一笔没付完的订单里：{number}，{until} 后自动释放。",
        "继续支付这一笔，或者去掉这门课。",
    ),
    Standing.CONFIRMING: (
        "charge.confirming",
        "{title}的订单 {number} 正在确认是否到账，最晚 {until} 有结果。",
        "先不要重复缴费；没有付过，选「我还没付」。",
    ),
    Standing.COOLING: (
        "charge.cooling",
        "{title}刚从订单 {number} 释放，{until} 后可重新缴费。",
        "先缴其他的课，或者等到 {until}。",
    ),
    Standing.NOT_OPEN: ("charge.not_open", "{title}还不能缴费：{until} 开始缴费。", "到时再来。"),
    Standing.REFUSED: ("charge.refused", "{title}不能缴费：{sentence}", "去掉这门课再缴其他的。"),
    Standing.OVER: ("charge.over", "{title}的缴费已在 {until} 截止。", "有疑问请联系教学部。"),
    Standing.WATCHED: (
        "order.watched",
        "{title}的上一笔订单 {number} 没有付完，两天内的付款仍会到账。",
        "付过就等到账；没有付过，选「我没有付过，重新缴费」。",
    ),
}
