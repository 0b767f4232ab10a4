"""特批: enrolling a student the rules refuse, with a reason that stays on the row."""

from datetime import datetime

from django.db import transaction

from portal.accounts.models import User
from portal.lib.errors import DomainError
from portal.lib.moments import moment
from retake.models import Enrollment, Round, RuleSet
from retake.services import locks, tell
from retake.services.desk import Desk, sit_down
from retake.states import EnrollmentState, EventKind, RoundState

PERMISSION = "retake.override_eligibility"


def override_enroll(
    *, staff: User, student_id: int, course_id: int, round_id: int, reason: str, now: datetime
) -> Enrollment:
    """Enrol a student past R1–R13 and the cap; R14 (once per term) always holds.

    Possible from 报名开始 to 缴费截止, because what is enrolled must still be payable.
    """
    if not staff.has_perm(PERMISSION):
        raise DomainError("override.forbidden", "你没有特批报名的权限。", status=403)
    if not reason.strip():
        raise DomainError("override.reason", "特批要写明理由。", status=400)
    opened, rule_set = _round(round_id, now)
    with transaction.atomic():
        desk = sit_down(locks.student(student_id), opened, rule_set, now)
        _require_free(desk, course_id)
        row = desk.write([course_id], EventKind.OVERRIDDEN, staff.pk, reason.strip())[0]
        if desk.facts.user_id:
            tell.overridden(desk.facts.user_id, row, desk.names([course_id]), now)
        return row


def _round(round_id: int, now: datetime) -> tuple[Round, RuleSet]:
    row = Round.objects.select_related("term", "rule_set").filter(pk=round_id).first()
    if row is None or row.rule_set is None or row.state != RoundState.PUBLISHED:
        raise DomainError("round.closed", "这一轮没有发布，不能特批。")
    if row.enrol_opens_at and now < row.enrol_opens_at:
        raise DomainError(
            "round.not_open", f"报名 {moment(row.enrol_opens_at, now)} 才开始，到时再特批。"
        )
    if row.pay_closes_at and now > row.pay_closes_at:
        raise DomainError(
            "round.closed", f"缴费已在 {moment(row.pay_closes_at, now)} 截止，特批后无法缴费。"
        )
    return row, row.rule_set


def _require_free(desk: Desk, course_id: int) -> None:
    if course_id not in desk.courses:
        raise DomainError(
            "override.unknown_course",
            "这门课不在这名学生的课程里。",
            advice="先在学籍与成绩里核对他的培养方案和课表。",
        )
    row = desk.rows.get(course_id)
    if row is not None and row.state != EnrollmentState.WITHDRAWN:
        raise DomainError(
            "override.taken",
            f"这名学生本学期已有这门课的报名（{EnrollmentState(row.state).label}）。",
        )
