"""教学部核实: as often as needed, and what becomes of money that comes after it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from payments import waits
from payments.models import Charge
from payments.services import locks as money_locks
from payments.services.charges import void_charge
from portal.accounts.models import User
from portal.inbox.services import Note, send
from portal.lib.errors import DomainError, NotYours
from portal.lib.moments import day, moment
from portal.lib.money import yuan
from portal.lib.sentences import ended
from retake.billing import PURPOSE, returned_fen
from retake.models import Enrollment, Round, VerificationRun
from retake.selectors.mine import schedules
from retake.selectors.money import Money, with_money
from retake.selectors.verifying import Obstacles, board, judged, obstacles
from retake.services import dates, locks, trace
from retake.services.sweep import sweep
from retake.states import EnrollmentState, EventKind, RoundState
from retake.verification import Verdict

PERMISSION = "retake.verify_round"
MINE = "/retake/enrollments/"


@dataclass(frozen=True)
class Sorted:
    """The enrolments of a run by what becomes of them."""

    confirmed: list[Enrollment]
    lapsed: list[Enrollment]
    waiting: list[Enrollment]


def verify(
    *, staff: User, round_id: int, override_reason: str = "", now: datetime
) -> VerificationRun:
    """Confirm what is paid or exempt, let lapse what can no longer be paid, leave the rest.

    Refused: without the permission; before payment closes (``verify.early``); while 对账 is not
    done, unless ``override_reason`` says why it need not be (``verify.open``). One transaction:
    students, enrolments and charges are locked in the portal's order and judged as locked.
    """
    _require_permission(staff)
    row = _verifiable(round_id, now)
    reason = override_reason.strip()
    blocking = _refuse_open(row, reason, now)
    sweep(now)  # passed or exempt meanwhile is decided first
    dates.tell_moved_dates(now)  # and nobody keeps a day others are told differently
    with transaction.atomic():
        found = _judged_locked(row, now)
        _write(found.confirmed, EnrollmentState.CONFIRMED, EventKind.CONFIRMED, staff, now)
        _write(found.lapsed, EnrollmentState.LAPSED, EventKind.LAPSED, staff, now)
        _tell(row, found, now)
        return VerificationRun.objects.create(
            round=row,
            run_at=now,
            run_by=staff,
            override_reason=reason,
            confirmed=len(found.confirmed),
            lapsed=len(found.lapsed),
            waiting=len(found.waiting),
            snapshot=_snapshot(row, blocking),
        )


def may_lapse(row: Round, now: datetime) -> bool:
    """Payment has been closed for as long as late money is looked for (two days)."""
    return row.pay_closes_at is not None and now >= row.pay_closes_at + waits.in_force().watch


def reinstate(*, staff: User, enrollment_id: int, now: datetime) -> Enrollment:
    """恢复: the money of a lapsed enrolment came after all (LAPSED → CONFIRMED).

    Refused (``reinstate.unpaid``) while its charge is not paid. Confirmed already: unchanged.
    """
    _require_permission(staff)
    with transaction.atomic():
        row = _locked(enrollment_id)
        if row.state == EnrollmentState.CONFIRMED:
            return row
        _require_lapsed(row)
        _require_paid(row)
        row.state = EnrollmentState.CONFIRMED.value
        row.save(update_fields=["state"])
        trace.record([row], EventKind.REINSTATED, actor_id=staff.pk, now=now)
        _note(row, "reinstated", "的重修报名已恢复", _after_reinstating(row, now), now)
    return row


def _after_reinstating(row: Enrollment, now: datetime) -> str:
    schedule, today = schedules({row.round_id}).get(row.round_id), timezone.localdate(now)
    ahead = schedule is not None and schedule.expected_on >= today
    when = f"预计 {day(schedule.expected_on, today)}起可查时间地点，" if schedule and ahead else ""
    return f"核实后到账的缴费已认定，等开课学院安排，{when}安排好会发消息。"


def return_late_money(*, staff: User, enrollment_id: int, reason: str, now: datetime) -> Enrollment:
    """转退费: the enrolment stays lapsed, its late money becomes a refund case of finance."""
    _require_permission(staff)
    said = ended(reason)
    if not said:
        raise DomainError("return.reason", "转退费要写明原因，学生会看到。", status=400)
    with transaction.atomic():
        row = _locked(enrollment_id)
        _require_lapsed(row)
        _require_paid(row)
        void_charge(purpose=PURPOSE, reference=row.reference, now=now)
        kind = EventKind.RETURNED
        trace.record([row], kind, actor_id=staff.pk, now=now, reason=said)
        body = f"{said}已缴 {yuan(returned_fen(row.reference, now))} 由财务处退回。"
        _note(row, "returned", "的重修费退回", body, now)
    return row


def _require_permission(staff: User) -> None:
    if not staff.has_perm(PERMISSION):
        raise DomainError("verify.forbidden", "你没有核实缴费的权限。", status=403)


def _verifiable(round_id: int, now: datetime) -> Round:
    row = Round.objects.filter(pk=round_id).exclude(state=RoundState.DRAFT.value).first()
    if row is None or row.pay_closes_at is None:
        raise NotYours("没有找到这一轮。")
    if now <= row.pay_closes_at:
        raise DomainError(
            "verify.early",
            f"缴费 {moment(row.pay_closes_at, now)} 截止，之前不能核实。",
            advice="截止以后再核实；两天后没有缴费的才失效。",
        )
    return row


def _refuse_open(row: Round, reason: str, now: datetime) -> Obstacles:
    found = obstacles(row, now)
    if not found or reason:
        return found
    words = []
    if found.days:
        first = day(found.days[0], timezone.localdate(now))
        words.append(f"缴费期里有 {len(found.days)} 天没有日结（{first}起）")
    if found.differences:
        words.append(f"本轮费用还有 {len(found.differences)} 笔对账差异")
    raise DomainError(
        "verify.open",
        f"没有核实：{'，'.join(words)}。",
        advice="请财务处对清，或写明理由后核实。",
    )


def _snapshot(row: Round, blocking: Obstacles) -> list[dict[str, Any]]:
    """The board as it stands after this run, in the run's own transaction."""
    rows = Enrollment.objects.filter(round=row)
    return [one.as_json() for one in board(rows, blocking.references)]


def _judged_locked(row: Round, now: datetime) -> Sorted:
    """Lock everything that stands at 已报名, then judge: what is read no longer moves."""
    open_rows = Enrollment.objects.filter(round=row, state=EnrollmentState.ENROLLED.value)
    rows = locks.enrollments_of_many(open_rows)
    references = [one.reference for one in rows]
    money_locks.charges(Charge.objects.filter(purpose=PURPOSE, reference__in=references))
    verdicts = judged(rows, may_lapse=may_lapse(row, now), now=now)
    by_verdict = {
        verdict: [one for one in rows if verdicts[one.pk][0] is verdict] for verdict in Verdict
    }
    return Sorted(by_verdict[Verdict.CONFIRM], by_verdict[Verdict.LAPSE], by_verdict[Verdict.WAIT])


def _write(
    rows: list[Enrollment], state: EnrollmentState, kind: EventKind, staff: User, now: datetime
) -> None:
    Enrollment.objects.filter(pk__in=[row.pk for row in rows]).update(state=state.value)
    trace.record(rows, kind, actor_id=staff.pk, now=now)


def _tell(row: Round, found: Sorted, now: datetime) -> None:
    """One message a student and verdict, all in one statement."""
    schedule = schedules({row.pk})[row.pk]
    expected = day(schedule.expected_on, timezone.localdate(now)) if schedule else ""
    if schedule and found.confirmed:
        dates.remember(row, schedule.expected_on)
    good = f"等开课学院安排，预计 {expected}起可查时间地点，安排好会发消息。"
    bad = (
        "核实时没有查到缴费，报名已失效。已经付过款的，到账后由教学部恢复或财务处退回，结果发消息。"
    )
    send(
        [
            *_notes(found.confirmed, "confirmed", "重修报名已核实", good, now),
            *_notes(found.lapsed, "lapsed", "重修报名已失效", bad, now),
        ],
        now,
    )


def _notes(
    rows: Iterable[Enrollment], key: str, title: str, body: str, now: datetime
) -> list[Note]:
    by_user: dict[int, list[Enrollment]] = {}
    for row in rows:
        if row.student.user_id is not None:
            by_user.setdefault(row.student.user_id, []).append(row)
    stamp = f"{now.timestamp():.0f}"
    return [
        Note(
            user_id,
            f"retake:{key}:{own[0].pk}:{stamp}",
            f"{len(own)} 门{title}",
            f"{'、'.join(row.course.name for row in own)}。{body}",
            MINE,
        )
        for user_id, own in by_user.items()
    ]


def _locked(enrollment_id: int) -> Enrollment:
    student_id = (
        Enrollment.objects.filter(pk=enrollment_id).values_list("student_id", flat=True).first()
    )
    if student_id is None:
        raise NotYours("没有找到这条报名。")
    locks.student(student_id)
    row = locks.enrollment(enrollment_id)
    charges = Charge.objects.filter(purpose=PURPOSE, reference=row.reference)
    money_locks.charges(charges)
    return row


def _require_lapsed(row: Enrollment) -> None:
    if row.state != EnrollmentState.LAPSED:
        label = EnrollmentState(row.state).label
        raise DomainError("reinstate.state", f"{row.course.name}{label}，没有失效，不用恢复。")


def _require_paid(row: Enrollment) -> None:
    money = with_money(Enrollment.objects.filter(pk=row.pk)).values_list("money", flat=True)[0]
    if money != Money.PAID:
        raise DomainError(
            "reinstate.unpaid",
            f"{row.course.name}的缴费没有到账。",
            advice="到账后这条报名会出现在失效后到账的名单里。",
        )


def _note(row: Enrollment, key: str, title: str, body: str, now: datetime) -> None:
    if row.student.user_id is not None:
        note = Note(
            row.student.user_id,
            f"retake:{key}:{row.pk}:{now.timestamp():.0f}",
            f"{row.course.name}{title}",
            body,
            f"{MINE}{row.pk}/",
        )
        send([note], now)
