"""Whose courses somebody on the staff may arrange: those his college offers."""

from django.db.models import QuerySet

from portal.accounts.models import User
from portal.accounts.scopes import within
from portal.lib.errors import DomainError, NotYours
from portal.records.models import Course
from retake.models import Enrollment, TeachingGroup

PERMISSION = "retake.change_teachinggroup"
OFFERING = "course__offering_college"


def require(staff: User) -> None:
    """Refuse in words without the permission to arrange."""
    if not staff.has_perm(PERMISSION):
        raise DomainError("arrange.forbidden", "你没有落实重修教学的权限。", status=403)


def groups(staff: User) -> QuerySet[TeachingGroup]:
    """The teaching groups somebody may see."""
    return within(staff, TeachingGroup.objects.all(), OFFERING)


def enrollments(staff: User) -> QuerySet[Enrollment]:
    """The enrolments in courses somebody may arrange."""
    return within(staff, Enrollment.objects.all(), OFFERING)


def courses(staff: User) -> QuerySet[Course]:
    """The courses somebody may arrange."""
    return within(staff, Course.objects.all(), "offering_college")


def group(staff: User, group_id: int) -> TeachingGroup:
    """One of them; another college's is not there (``NotYours``)."""
    require(staff)
    found = groups(staff).select_related("term", "course", "teacher").filter(pk=group_id).first()
    if found is None:
        raise NotYours("没有找到这个教学班。")
    return found
