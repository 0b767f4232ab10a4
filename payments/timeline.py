"""钱在哪里: the way of one payment, hop by hop, and who holds it now.

Pure: the same facts give the student and the clerk the same lines. It never says that a payment
failed; that an order was not paid is said only after the gateway has closed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from payments.standing import Waits
from payments.states import OrderState
from portal.lib.labels import Labelled

# The channels' files are fetched from 10:15 to 22:15 of the next day.
FILE_BY = time(22, 15)


class Hop(Labelled):
    """Where money passes on its way."""

    ORDER = "order", "下单"
    CASHIER = "cashier", "缴费平台"
    BANK = "bank", "银行"
    PORTAL = "portal", "学校入账"
    RECONCILED = "reconciled", "对账"
    VERIFIED = "verified", "核实"


class Holder(Labelled):
    """Whose turn it is."""

    PAYER = "payer", "缴费人"
    CHANNEL = "channel", "缴费渠道"
    SCHOOL = "school", "学校系统"
    FINANCE = "finance", "财务处"
    TEACHING = "teaching", "教学部"


class Pace(Labelled):
    """How far one hop is; the payer reads the sentence, not this word."""

    DONE = "done", "已完成"
    NOW = "now", "进行中"
    NEXT = "next", "未开始"
    FREE = "free", "不经过"


@dataclass(frozen=True)
class Verification:
    """What a workflow says of the last hop of one charge; ``until`` is when it is planned,
    ``done_at`` when it was done, if that is known.
    """

    is_done: bool
    until: datetime | None = None
    done_at: datetime | None = None


@dataclass(frozen=True)
class Facts:
    """One order with everything that is known of it; times aware, in the college's zone.

    ``own_channel``: no gateway is on the way (moved money, finance's counter). ``surplus_fen`` is
    what of it waits for finance now, ``lines`` how many courses it paid.
    """

    state: OrderState
    opened_at: datetime
    expires_at: datetime
    handed_over: bool
    held: bool
    claimed_at: datetime | None = None
    closed_at: datetime | None = None
    checked_at: datetime | None = None
    paid_at: datetime | None = None
    recorded_at: datetime | None = None
    reconciled_at: datetime | None = None
    own_channel: bool = False
    lines: int = 0
    surplus_fen: int = 0
    surplus_at: datetime | None = None  # since when the oldest of it waits
    received: bool = False  # money came, though perhaps not what was asked for
    taken_back: bool = False  # a file listed money that nobody had paid
    told_again: datetime | None = None  # the channel says since then that it was paid after all
    verifications: tuple[Verification, ...] = ()


@dataclass(frozen=True)
class Stop:
    """One line of the timeline. ``until``: until when this is normal."""

    hop: Hop
    pace: Pace
    text: str
    holder: Holder | None = None
    since: datetime | None = None
    until: datetime | None = None


def timeline(facts: Facts, now: datetime, waits: Waits) -> tuple[Stop, ...]:
    """The six hops in their order; at most one of them is NOW."""
    ordered = Stop(Hop.ORDER, Pace.DONE, "订单已生成", since=facts.opened_at)
    if facts.own_channel:
        way = (
            Stop(Hop.CASHIER, Pace.FREE, "不经过缴费平台"),
            Stop(Hop.BANK, Pace.FREE, "不经过银行"),
        )
    else:
        cashier = _cashier(facts, now, waits)
        way = (cashier, _bank(facts, cashier))
    return (ordered, *way, _portal(facts, waits), *_afterwards(facts, now))


def current(stops: Sequence[Stop]) -> Stop | None:
    """The hop that holds the money, or the last one it passed; None when all is done."""
    return next((stop for stop in stops if stop.pace is Pace.NOW), None)


def _cashier(facts: Facts, now: datetime, waits: Waits) -> Stop:
    hop = Hop.CASHIER
    if facts.received:
        return Stop(hop, Pace.DONE, "平台已收款", since=facts.paid_at)
    if facts.taken_back:
        return _taken_back(facts, now, waits)
    if facts.state is OrderState.CLOSED:
        return _closed(facts, now, waits)
    known = facts.opened_at + waits.watch
    if facts.claimed_at is None and now < facts.expires_at:
        text = "等付款" if facts.handed_over else "还没有转到缴费平台"
        since = facts.opened_at
        return Stop(hop, Pace.NOW, text, Holder.PAYER, since, facts.expires_at)
    if now < known:
        since = facts.claimed_at or facts.expires_at
        return Stop(hop, Pace.NOW, "确认中，请勿重复缴费", Holder.CHANNEL, since, known)
    text = "渠道一直没有结果，财务处核对"
    return Stop(hop, Pace.NOW, text, Holder.FINANCE, known, known + waits.finance)


def _taken_back(facts: Facts, now: datetime, waits: Waits) -> Stop:
    """Two people found one payment wrong; the platform may yet tell of that one, or another."""
    hop = Hop.CASHIER
    if facts.told_again is not None:
        since, text = facts.told_again, "平台又告知收到了付款，财务处核对"
        return Stop(hop, Pace.NOW, text, Holder.FINANCE, since, since + waits.finance)
    since = facts.closed_at or facts.opened_at
    watched = since + waits.watch
    if facts.state is not OrderState.PAID and now < watched:
        text = "多记过一笔，已更正；另外付过的仍会记上"
        return Stop(hop, Pace.NOW, text, Holder.CHANNEL, since, watched)
    return Stop(hop, Pace.DONE, "多记过一笔，已更正：平台没有收到付款")


def _closed(facts: Facts, now: datetime, waits: Waits) -> Stop:
    since = facts.closed_at or facts.opened_at
    watched = since + waits.watch
    known = facts.opened_at + waits.watch
    if facts.claimed_at is not None and now >= known:
        text = "平台没有收到付款，财务处核对声明的付款"
        return Stop(Hop.CASHIER, Pace.NOW, text, Holder.FINANCE, known, known + waits.finance)
    if now < watched:
        text = "平台已关单，没有收到付款；这之前付的仍会记上"
        return Stop(Hop.CASHIER, Pace.NOW, text, Holder.CHANNEL, since, watched)
    return Stop(Hop.CASHIER, Pace.DONE, "平台已关单，没有收到付款", since=since)


def _bank(facts: Facts, cashier: Stop) -> Stop:
    if facts.received:
        return Stop(Hop.BANK, Pace.DONE, "银行已付款", since=facts.paid_at)
    if facts.taken_back and cashier.pace is Pace.DONE:
        return Stop(Hop.BANK, Pace.FREE, "没有这笔付款")
    return Stop(Hop.BANK, Pace.NEXT, "等平台的结果")


def _portal(facts: Facts, waits: Waits) -> Stop:
    hop = Hop.PORTAL
    if not facts.received:
        return Stop(hop, Pace.NEXT, "到账后自动入账")
    if facts.surplus_fen:
        text = "已入账，有余款在财务处核对"
        since = facts.surplus_at or facts.recorded_at
        until = since + waits.finance if since else None
        return Stop(hop, Pace.NOW, text, Holder.FINANCE, since, until)
    text = f"已入账，记到 {facts.lines} 门课" if facts.lines else "已入账，余款已办结"
    return Stop(hop, Pace.DONE, text, since=facts.recorded_at)


def _afterwards(facts: Facts, now: datetime) -> tuple[Stop, Stop]:
    reconciled = _reconciled(facts, now)
    if not facts.received or not facts.verifications:
        return reconciled, Stop(Hop.VERIFIED, Pace.NEXT, "对账后由教学部核实")
    if all(one.is_done for one in facts.verifications):
        times = [one.done_at for one in facts.verifications if one.done_at]
        since = max(times, default=None)
        return reconciled, Stop(Hop.VERIFIED, Pace.DONE, "教学部已核实", since=since)
    plans = [one.until for one in facts.verifications if not one.is_done and one.until]
    until = max(plans, default=None)
    waiting = reconciled.pace is Pace.NOW or facts.surplus_fen > 0
    pace, holder = (Pace.NEXT, None) if waiting else (Pace.NOW, Holder.TEACHING)
    return reconciled, Stop(Hop.VERIFIED, pace, "由教学部核实", holder, until=until)


def _reconciled(facts: Facts, now: datetime) -> Stop:
    hop = Hop.RECONCILED
    if facts.own_channel:
        return Stop(hop, Pace.FREE, "不经过渠道，不用对账")
    if not facts.received or facts.paid_at is None:
        return Stop(hop, Pace.NEXT, "到账次日与渠道对账单核对")
    if facts.reconciled_at is not None:
        return Stop(hop, Pace.DONE, "与渠道对账单一致", since=facts.reconciled_at)
    if facts.surplus_fen:
        return Stop(hop, Pace.NEXT, "与渠道对账单核对")
    if facts.verifications and all(one.is_done for one in facts.verifications):
        # Verified before the file came: nobody but finance's own day close waits for the file.
        return Stop(hop, Pace.DONE, "教学部已先核实，对账单到后财务处再核对")
    until = _file_by(facts.paid_at)
    text = "等渠道次日的对账单" if now < until else "渠道的对账单比平常晚，财务处跟进"
    return Stop(hop, Pace.NOW, text, Holder.FINANCE, facts.recorded_at, until)


def _file_by(paid_at: datetime) -> datetime:
    """When the file that lists a payment has usually been fetched."""
    return datetime.combine(paid_at.date() + timedelta(days=1), FILE_BY, paid_at.tzinfo)
