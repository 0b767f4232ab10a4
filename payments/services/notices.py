"""What the payer is told about his money. Every note has a key, so it is sent once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from payments import waits
from payments.book import Outcome
from payments.decide import Verdict
from payments.models import Order, OrderLine, Receipt
from payments.phantoms import taken_back
from payments.states import ReceiptKind
from portal.inbox.services import Note
from portal.lib.moments import moment
from portal.lib.money import yuan

PLAN = "/payments/"


def arrived(outcomes: Iterable[Outcome], titles: Mapping[int, str]) -> Iterator[Note]:
    """Notes about new money: what it paid, and what waits for finance."""
    for outcome in outcomes:
        yield from _paid(outcome, titles)
        yield from _kept(outcome)


def released(lines: Sequence[OrderLine], now: datetime) -> Iterator[Note]:
    """One note per order: these courses were released together; when they can be paid again, and
    what became of 我已付款. A line is released once, so the first one's number is the note's.
    """
    for group in _by_order(lines):
        first, again = group[0], group[0].payable_again_at
        when = f"{moment(again, now)} 后可重新缴费" if again and again > now else "现在可以重新缴费"
        order, is_claimed = first.order, first.order.claimed_at is not None
        alone = len(group) == 1
        yield Note(
            user_id=order.payer_id,
            key=f"released:{first.pk}",
            title=f"{first.charge.title if alone else f'{len(group)} 门课'}已释放，{when}",
            body=("" if alone else f"{_titles(group)}。")
            + (_claim_ended(order, now) if is_claimed else _unclaimed(order)),
            link=f"{PLAN}orders/{order.number}/" if is_claimed else PLAN,
        )


def claim_looked_into(order: Order) -> Note:
    """Finance has looked for the money of 我已付款 and found none."""
    return Note(
        user_id=order.payer_id,
        key=f"claim-closed:{order.pk}",
        title="财务处查过了：没有收到你说的付款",
        body=f"订单 {order.number}。还要修的课，重新缴费；账户确实扣了款，带扣款凭证找财务处。",
        link=PLAN,
    )


def _unclaimed(order: Order) -> str:
    if _is_disputed(order):
        why = "收到的金额与订单不符，没有记到课程。钱没有丢，由财务处核对后退费。"
    else:
        why = "没有付款，没有扣款。"
    return f"订单 {order.number} {why}这笔订单不要再付。"


def _claim_ended(order: Order, now: datetime) -> str:
    """Who decided against 我已付款: another amount, another order, two days, or the platform."""
    said, known = f"你说过订单 {order.number} 已付款，", order.opened_at + waits.in_force().watch
    if _is_disputed(order):
        return f"{said}收到的金额与订单不符，没有记到课程。钱没有丢，由财务处核对后退费。"
    if order.superseded:
        return f"{said}里面有课程已由另一笔付款缴清，这笔自动取消。万一也扣了款，由财务处退费。"
    if (order.closed_at or now) >= known:
        return (
            f"{said}到 {moment(known, now)} 没有到账，已转财务处核对，结果发消息给你。"
            "没有付过，重新缴费；扣了款，先不要再缴，带扣款凭证找财务处。"
        )
    return (
        f"{said}缴费平台确认没有收到。没有扣款，到时重新缴费；"
        f"扣了款，先不要再缴：{moment(known, now)} 前到账会自动记上，到时没有就转财务处核对。"
    )


def _is_disputed(order: Order) -> bool:
    return Receipt.objects.filter(~taken_back(), order=order, kind=ReceiptKind.PAYMENT).exists()


def payable_again(lines: Sequence[OrderLine]) -> Iterator[Note]:
    """One note per order: these courses can be paid again."""
    for group in _by_order(lines):
        yield Note(
            user_id=group[0].charge.payer_id,
            key=f"payable:{group[0].pk}",
            title=f"现在可以重新缴费：{len(group)} 门",
            body=_titles(group),
            link=PLAN,
        )


def _by_order(lines: Sequence[OrderLine]) -> Iterable[list[OrderLine]]:
    by_order: dict[int, list[OrderLine]] = defaultdict(list)
    for line in lines:
        by_order[line.order_id].append(line)
    return by_order.values()


def _titles(lines: Sequence[OrderLine]) -> str:
    return "、".join(line.charge.title for line in lines)


def _paid(outcome: Outcome, titles: Mapping[int, str]) -> Iterator[Note]:
    paid = [item for item in outcome.decision.lines if item.verdict is not Verdict.SURPLUS]
    if not paid or outcome.order is None or outcome.receipt is None:
        return
    late = any(item.verdict is not Verdict.PAY for item in paid)
    body = "、".join(titles[item.line.charge_id] for item in paid)
    if late:
        body += "。释放后才到账，已照常缴费。"
    if outcome.superseded:
        body += f"后来的订单 {'、'.join(outcome.superseded)} 会自动取消，不要再付。"
    yield Note(
        user_id=outcome.order.payer_id,
        key=f"paid:{outcome.receipt.receipt_id}",
        title=f"已缴费 {yuan(sum(item.line.amount_fen for item in paid))}，{len(paid)} 门",
        body=body,
        link=PLAN,
    )


def _kept(outcome: Outcome) -> Iterator[Note]:
    kept = [item for item in outcome.decision.lines if item.reason is not None]
    whole = outcome.decision.whole_surplus
    if outcome.order is None or outcome.receipt is None or not (kept or whole):
        return
    fen = outcome.receipt.amount_fen if whole else sum(item.line.amount_fen for item in kept)
    reasons = [whole] if whole else [item.reason for item in kept if item.reason is not None]
    words = "、".join(dict.fromkeys(reason.label for reason in reasons))
    yield Note(
        user_id=outcome.order.payer_id,
        key=f"surplus:{outcome.receipt.receipt_id}",
        title=f"{yuan(fen)} 在财务处等待处理",
        body=f"订单 {outcome.order.number}：{words}。钱没有丢，由财务处核对后退费。",
        link=PLAN,
    )
