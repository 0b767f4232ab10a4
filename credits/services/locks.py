"""Student, then Application: the beginning of the one order of the whole portal."""

from credits.models import Application
from portal.lib.errors import DomainError, NotYours
from portal.records.models import HOME_COLLEGE, Student


def student_of(user_id: int) -> Student:
    """Lock the student behind an account."""
    rows = Student.objects.select_for_update(no_key=True, of=("self",))
    found = rows.filter(user_id=user_id).first()
    if found is None:
        raise not_a_student()
    return found


def application(application_id: int) -> Application:
    """Lock an application's student, then itself, with course and home college at hand.

    ``NotYours`` when there is none, or it was deleted.
    """
    rows = Application.objects.filter(pk=application_id, deleted_at=None)
    student_id = rows.values_list("student_id", flat=True).first()
    if student_id is None:
        raise NotYours("没有找到这份申请。")
    Student.objects.select_for_update(no_key=True, of=("self",)).get(pk=student_id)
    locked = rows.select_for_update(no_key=True, of=("self",))
    found = locked.select_related("target", "rule_set", f"student__{HOME_COLLEGE}").first()
    if found is None:
        raise NotYours("没有找到这份申请。")
    return found


def own_application(user_id: int, application_id: int) -> Application:
    """Lock an application of the student behind an account (``NotYours`` otherwise)."""
    found = application(application_id)
    if found.student.user_id != user_id:
        raise NotYours("没有找到这份申请。")
    return found


def not_a_student() -> DomainError:
    """The refusal for accounts that are nobody's student."""
    return DomainError(
        "student.none",
        "这个账号不是学生账号，没有学分可兑换。",
        advice="用学号登录；工作人员请到管理后台。",
        status=403,
    )
