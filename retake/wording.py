"""What every state of a retake looks like to the student: chip and sentence, here and nowhere else.

Unpaid courses look as ``payments`` says; its words are not repeated.
"""

from datetime import datetime

from django.utils import timezone

from payments import wording as money
from payments.standing import Position, Standing
from portal.lib.moments import day, moment
from portal.lib.money import yuan
from portal.lib.status import Status, Tone
from retake.eligibility import Reason
from retake.schedule import Schedule
from retake.states import EnrollmentState

FREE = Status(Tone.DONE, "check", "报名成功 · 免费")
LATE = Status(Tone.BUSY, "school", "失效后到账")
GIVEN_BACK = Status(Tone.IDLE, "back", "已失效，费用退回")
UNTIMED = Status(Tone.BUSY, "school", "已编班，时间待定")
AWAITED = Status(Tone.WAIT, "clock", "已截止，核实前到账仍有效")
UNTIMED_WORDS = "已编班，时间待定。学院填好时间地点会发站内消息。"
STATUSES = {
    EnrollmentState.ENROLLED: Status(Tone.TODO, "wallet", "已报名"),
    EnrollmentState.WITHDRAWN: Status(Tone.IDLE, "idle", "已退报名"),
    EnrollmentState.CONFIRMED: Status(Tone.BUSY, "school", "待学院安排"),
    EnrollmentState.LAPSED: Status(Tone.STOP, "stop", "未缴费，已失效"),
    EnrollmentState.ARRANGED: Status(Tone.DONE, "check", "已安排"),
    EnrollmentState.COMPLETED: Status(Tone.DONE, "check", "已完成"),
    EnrollmentState.CANCELLED: Status(Tone.STOP, "stop", "已取消"),
}
# What became of money that came after 核实.
LAPSED = {Standing.PAID: LATE, Standing.VOID: GIVEN_BACK}
LATE_WORDS = {
    Standing.PAID: "失效以后款到账了，教学部决定恢复报名还是退费，结果发站内消息。",
    Standing.VOID: "核实后到账的费用由财务处退回，进度写在缴费页。",
}
# Reasons that end by themselves when a date comes or a result is in.
WAITING = ("makeup_pending", "deferred", "in_progress", "no_result")


def status_of(
    state: EnrollmentState, position: Position | None, *, exempt: bool, timed: bool, now: datetime
) -> Status:
    """The chip of one enrolment; ``timed``: it sits in a class whose time or place is known."""
    if state is EnrollmentState.LAPSED and position is not None:
        return LAPSED.get(position.standing, STATUSES[state])
    if state is not EnrollmentState.ENROLLED:
        is_untimed = state is EnrollmentState.ARRANGED and not timed
        return UNTIMED if is_untimed else STATUSES[state]
    if exempt:
        return FREE
    if position is None:
        return STATUSES[state]
    if position.standing is Standing.OVER:
        return AWAITED
    return money.of_charge(position, now)


def sentence_of(
    state: EnrollmentState,
    position: Position | None,
    schedule: Schedule | None,
    *,
    exempt: bool,
    timed: bool,
    now: datetime,
) -> str:
    """What the state means for the student, and what comes next."""
    expected = _expected(schedule, now)
    if state is EnrollmentState.ENROLLED and exempt:
        return f"报名成功，不用缴费。{expected}。"
    if state is EnrollmentState.LAPSED and position and position.standing in LATE_WORDS:
        return LATE_WORDS[position.standing]
    if state is EnrollmentState.ENROLLED and position is not None:
        return _of_money(position, schedule, expected, now)
    return {
        EnrollmentState.ENROLLED: "已报名，等费用生成。",
        EnrollmentState.WITHDRAWN: "这门课已退报名。",
        EnrollmentState.CONFIRMED: f"教学部已核实，等开课学院安排。{expected}。",
        EnrollmentState.LAPSED: "核实时没有查到缴费。已经付过款的，联系教学部恢复。",
        EnrollmentState.ARRANGED: "时间地点已安排。" if timed else UNTIMED_WORDS,
        EnrollmentState.COMPLETED: "重修已完成，成绩在成绩单里。",
        EnrollmentState.CANCELLED: "这门课的报名已取消，原因写在它的办理记录里。",
    }[state]


def _expected(schedule: Schedule | None, now: datetime) -> str:
    """From which day time and place can be looked up; a day that has passed is no promise."""
    if schedule is None:
        return ""
    today = timezone.localdate(now)
    when = day(schedule.expected_on, today)
    if schedule.expected_on < today:
        return f"原定 {when}起可查时间地点，已经过了，谁在办写在时间地点页"
    return f"预计 {when}起可查时间地点"


def _of_money(position: Position, schedule: Schedule | None, expected: str, now: datetime) -> str:
    until = moment(position.until, now) if position.until else ""
    if position.is_giving_way:
        return "订单正在自动取消，取消好马上可以重新缴费，不要再付。"
    return {
        Standing.PAID: f"已缴费，已取得重修学习资格。{_who_has_it(schedule, now)}{expected}。",
        Standing.WAIVED: f"报名成功，不用缴费。{expected}。",
        Standing.PAYABLE: f"缴费到 {until} 截止。",
        Standing.WATCHED: "上一笔订单两天内的付款仍会到账；没有付过可以重新缴费。",
        Standing.HELD: f"订单等你付款，{until} 后自动释放，不扣款。",
        Standing.COOLING: f"{until} 后可重新缴费。",
        Standing.CONFIRMING: (
            "正在向缴费平台核对，没有付款的会释放。"
            if position.is_checking
            else f"正在确认是否到账，最晚 {until} 有结果，请勿重复缴费。"
        ),
        Standing.NOT_OPEN: f"{until} 开始缴费。",
        Standing.OVER: "缴费已截止，核实前到账仍有效。"
        + (f"{day(schedule.verify_on, timezone.localdate(now))}核实。" if schedule else ""),
        Standing.REFUSED: position.sentence,
        Standing.VOID: "这门课已退报名。",
    }[position.standing]


def _who_has_it(schedule: Schedule | None, now: datetime) -> str:
    """Between 缴费截止 and 核实: whose turn it is."""
    if schedule is None or now <= schedule.pay_closes_at:
        return ""
    return "缴费已截止，财务处对账后由教学部核实。"


def money_on_withdrawal(position: Position | None, fee_fen: int) -> str:
    """What withdrawing does to the money, said before the student decides."""
    if position is None or fee_fen == 0 or position.standing is Standing.WAIVED:
        return "这门课没有收费，退报名不涉及费用。"
    if position.standing is Standing.PAID:
        return f"已缴 {yuan(fee_fen)} 由财务处退回，两人复核后原路退；之后再报要重新缴。"
    if position.standing in (Standing.HELD, Standing.CONFIRMING):
        return "这门课正在付款，付款有结果或订单释放以后才能退。"
    return "这门课还没有缴费，退报名后不用缴。"


def after_withdrawal(returned_fen: int) -> str:
    """What became of the money; ``returned_fen`` is what had been paid."""
    if not returned_fen:
        return "这门课没有收过钱，不用退费。"
    return f"已缴 {yuan(returned_fen)} 由财务处退回；之后再报要重新缴。"


def paid_again(returned_fen: int, fee_fen: int) -> str:
    """Said beside a course that was paid, withdrawn, and may be chosen again."""
    return f"退报名前缴的 {yuan(returned_fen)} 由财务处退回；再报要重新缴 {yuan(fee_fen)}。"


def reason_tone(reason: Reason) -> tuple[Tone, str]:
    """Tone and icon of a reason: does the clock run, or is it simply not open?"""
    return (Tone.WAIT, "clock") if reason.code in WAITING else (Tone.IDLE, "idle")
