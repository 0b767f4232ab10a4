"""教学部核实 of one enrolment: a pure decision over frozen facts.

It may be repeated as often as needed: whatever is not certain yet waits for the next run.
"""

from dataclasses import dataclass

from payments.standing import Standing
from portal.lib.labels import Labelled


class Verdict(Labelled):
    """What a run does with an enrolment that stands at 已报名."""

    CONFIRM = "confirm", "确认"
    LAPSE = "lapse", "失效"
    WAIT = "wait", "等下一次"


class Ground(Labelled):
    """Why; staff read it on the board."""

    PAID = "paid", "已缴费"
    EXEMPT = "exempt", "免缴"
    CLAIM = "claim", "退役身份审核中"
    IN_PAYMENT = "in_payment", "付款中或确认中"
    WATCHED = "watched", "释放后两天内，可能晚到"
    PAYABLE = "payable", "还可以缴费"
    EARLY = "early", "缴费截止未满两天"
    UNPAID = "unpaid", "没有缴费"


@dataclass(frozen=True)
class Candidate:
    """One enrolment: is it free, does a 退役 claim wait, where its charge stands (None: no charge
    yet), and may money of a released order still arrive.
    """

    exempt: bool
    claim_waits: bool
    standing: Standing | None
    watched: bool


OF_STANDING = {
    Standing.PAID: Ground.PAID,
    Standing.WAIVED: Ground.EXEMPT,
    Standing.HELD: Ground.IN_PAYMENT,
    Standing.CONFIRMING: Ground.IN_PAYMENT,
    Standing.COOLING: Ground.WATCHED,
    Standing.WATCHED: Ground.WATCHED,
    Standing.PAYABLE: Ground.PAYABLE,
    Standing.NOT_OPEN: Ground.PAYABLE,
}
CERTAIN = (Ground.PAID, Ground.EXEMPT)


def judge(one: Candidate, *, may_lapse: bool) -> tuple[Verdict, Ground]:
    """``may_lapse``: two days have passed since payment closed."""
    ground = _ground(one, may_lapse=may_lapse)
    if ground in CERTAIN:
        return Verdict.CONFIRM, ground
    return Verdict.LAPSE if ground is Ground.UNPAID else Verdict.WAIT, ground


def _ground(one: Candidate, *, may_lapse: bool) -> Ground:
    known = OF_STANDING.get(one.standing) if one.standing else None
    if one.exempt:
        return Ground.EXEMPT
    if one.claim_waits and known not in CERTAIN:
        return Ground.CLAIM
    if known is not None:
        return known
    if one.watched:
        return Ground.WATCHED
    return Ground.UNPAID if may_lapse else Ground.EARLY
