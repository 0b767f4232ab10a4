"""Who may decide now, and on which version of the application."""

from credits.models import Application, ApplicationEvent
from credits.services import locks
from credits.states import ApplicationState
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.lib.errors import DomainError
from portal.lib.moments import moment
from portal.records.models import Student

DECIDE = "credits.decide_application"
SECOND = "credits.second_application"
REVOKE = "credits.revoke_application"


def may_decide(row: Application, staff: User) -> bool:
    """The student's own college first; where two have to agree, then the teaching office."""
    if staff.pk in (row.student.user_id, row.first_by_id):
        return False
    if row.first_by_id is not None:
        return staff.has_perm(SECOND)
    return _is_his_college(row.student, staff) and staff.has_perm(DECIDE)


def pending(*, application_id: int, staff: User, seen: int) -> Application:
    """Lock an application that waits for a decision of ``staff``.

    ``seen`` is the version on the reviewer's page. Refused: ``review.forbidden`` (another
    college's, his own, or he agreed already), ``review.changed`` when somebody was faster.
    """
    row = locks.application(application_id)
    refuse_stale(row, seen)
    if row.state != ApplicationState.PENDING:
        label = ApplicationState(row.state).label
        raise DomainError("review.over", f"这份申请已经不在审核中（{label}）。")
    if not may_decide(row, staff):
        raise DomainError("review.forbidden", why_not(row, staff), status=403)
    return row


def refuse_stale(row: Application, seen: int) -> None:
    """``review.changed`` with who did what when, unless the page showed the newest version."""
    if row.version == seen:
        return
    last = ApplicationEvent.objects.filter(application=row).select_related("actor").first()
    said = "这份申请刚刚变了" if last is None else _said(last)
    raise DomainError("review.changed", f"{said}。", advice="看过最新的内容再决定。")


def _said(event: ApplicationEvent) -> str:
    who = event.actor.name if event.actor else "系统"
    return f"{who} {moment(event.happened_at, event.happened_at)} 已经{event.get_kind_display()}"


def _is_his_college(student: Student, staff: User) -> bool:
    return staff.role == Role.REVIEWER and staff.college_id == student.college.pk


def why_not(row: Application, staff: User) -> str:
    """The sentence for who may not decide."""
    if staff.pk == row.student.user_id:
        return "不能审核自己的申请。"
    if staff.pk == row.first_by_id:
        return "你已经同意过，要另一个人再审。"
    if row.first_by_id is not None:
        return "学院已经同意，现在由教学部再审。"
    return f"这份申请由{row.student.college.name}审核。"
