"""Rounds of the demo college: two of the past, spring 2025 with the real dates, one open now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.calendar.services import add_working_days
from portal.records.models import AcademicTerm
from portal.records.selectors import current_term
from retake.models import Round, RuleSet
from retake.services.rounds import archive, publish
from retake.states import FeePolicy, RoundState

SHANGHAI = ZoneInfo("Asia/Shanghai")
PAST_TERM = "2024-2025-2"
RULES = "2025 年春季规则"
FEE_FEN = 10_000  # ¥100 a credit, as one college published; ours has not said

NOTICE = """\
重修面向个人课表里已修读、成绩仍不及格的课程。每门课能不能报、为什么，选课页逐门写明。
没有修读过的课程先补修。理论课补考仍不及格再重修，实践课没有补考，直接重修。
没有体育选课或 YB 选课记录的，选课页写明找谁补选。
重修费每学分 100 元。一笔最多付 3 门，超过 3 门由系统分批，一批付完接着付下一批。
退役学生不用缴费，选完课程就是报名成功。
缴费截止前可以退报名，已缴的费用由财务处退回。
付款后当场查询结果。晚上和周末银行可能晚到，最晚 2 天。
报名截止后，财务处对账，教学部核实，二级学院落实上课时间地点，至少 7 个工作日，遇节假日顺延。
安排好后发站内消息给你。
上课和考试按任课老师的安排。"""


@dataclass(frozen=True)
class PastRound:
    """The calendar of a round that is over: windows, then the days that were planned."""

    name: str
    term: str
    enrols: tuple[datetime, datetime]
    pays: tuple[datetime, datetime]
    reconcile_on: date
    verify_on: date
    college_deadline: date


def _on(year: int, month: int, day: int, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


AUTUMN = PastRound(
    name="2024 年秋季重修报名",
    term="2024-2025-1",
    enrols=(_on(2024, 9, 12), _on(2024, 9, 18)),
    pays=(_on(2024, 9, 19, 14), _on(2024, 9, 23, 17)),
    reconcile_on=date(2024, 9, 24),
    verify_on=date(2024, 9, 26),
    college_deadline=date(2024, 10, 10),
)
# The windows of the college's own notice; it named no end of payment, we set four days. Payment
# opened three days after enrolment had closed.
SPRING = PastRound(
    name="2025 年春季重修报名",
    term=PAST_TERM,
    enrols=(_on(2025, 3, 6), _on(2025, 3, 11)),
    pays=(_on(2025, 3, 14, 14), _on(2025, 3, 18, 17)),
    reconcile_on=date(2025, 3, 19),
    verify_on=date(2025, 3, 20),
    college_deadline=date(2025, 3, 28),
)
Life = Callable[[Round], None]


def nobody(_round: Round) -> None:
    """A round in which nobody enrolled: what nobody paid would not be an honest past."""


@transaction.atomic
def build_rounds(now: datetime) -> Round:
    """The past round once, and a round that is open now; returns the open one.

    Called at every start of the demo: while a round is open nothing changes, after it has closed
    a new one opens.
    """
    staff = User.objects.filter(role=Role.TEACHING).order_by("pk")[0]
    build_past(SPRING)
    standing = Round.objects.filter(
        state=RoundState.PUBLISHED.value, enrol_closes_at__gte=now, pay_closes_at__gte=now
    ).first()
    return standing or _open(_rules(now), staff, now)


def build_past(past: PastRound, live: Life = nobody) -> None:
    """A round that is over, once; ``live`` is what happened between its opening and its end.

    In transactions of its own steps: paying commits before it asks a channel.
    """
    if Round.objects.filter(name=past.name).exists():
        return
    staff = User.objects.filter(role=Role.TEACHING).order_by("pk")[0]
    opened = past.enrols[0] - timedelta(days=1)
    row = Round.objects.create(
        term=AcademicTerm.objects.get(code=past.term),
        name=past.name,
        notice=NOTICE,
        enrol_opens_at=past.enrols[0],
        enrol_closes_at=past.enrols[1],
        pay_opens_at=past.pays[0],
        pay_closes_at=past.pays[1],
        reconcile_on=past.reconcile_on,
        verify_on=past.verify_on,
        college_deadline=past.college_deadline,
        rule_set=_rules(opened),
        fee_policy=FeePolicy.PER_CREDIT.value,
        fee_unit_fen=FEE_FEN,
    )
    publish(round_id=row.pk, staff=staff, now=opened)
    live(row)
    archive(round_id=row.pk, staff=staff)


def _rules(now: datetime) -> RuleSet:
    found, _ = RuleSet.objects.get_or_create(name=RULES, defaults={"created_at": now})
    return found


def _open(rule_set: RuleSet, staff: User, now: datetime) -> Round:
    """Both windows open from this moment; older rounds whose payment is over are put away."""
    over = Round.objects.filter(state=RoundState.PUBLISHED.value, pay_closes_at__lt=now)
    for row in over:
        archive(round_id=row.pk, staff=staff)
    today = timezone.localdate(now)
    term = current_term(today) or AcademicTerm.objects.get(code=PAST_TERM)
    number = Round.objects.filter(term=term).count() + 1
    reconcile_on = add_working_days(today + timedelta(days=10), 1).date
    verify_on = add_working_days(reconcile_on, 2).date
    row = Round.objects.create(
        term=term,
        name=f"{term} 重修报名（第 {number} 轮）",
        notice=NOTICE,
        notice_version=2,
        enrol_opens_at=now,
        enrol_closes_at=_at(now, days=7, hour=12),
        pay_opens_at=now,
        pay_closes_at=_at(now, days=10, hour=17),
        reconcile_on=reconcile_on,
        verify_on=verify_on,
        college_deadline=add_working_days(verify_on, 5).date,
        rule_set=rule_set,
        fee_policy=FeePolicy.PER_CREDIT.value,
        fee_unit_fen=FEE_FEN,
    )
    return publish(round_id=row.pk, staff=staff, now=now)


def _at(now: datetime, *, days: int, hour: int) -> datetime:
    day = timezone.localdate(now) + timedelta(days=days)
    return datetime.combine(day, time(hour), tzinfo=SHANGHAI)
