"""Classes whose students sit there and have not been told when and where.

A first meeting is enough to come, and what follows is told there: the table of the manual's part
four itself has nothing but 第一次上课时间 under 辅导时间地点.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.accounts.models import User
from retake.models import Assignment, TeachingGroup, TeachingSession
from retake.states import EnrollmentState, GroupState
from retake.teaching import access


def is_timed(group: TeachingGroup) -> bool:
    """Whether students can read when and where: a meeting that stands, a first one, or the
    college's own words. One statement at most.
    """
    return says_when(group) or group.sessions.filter(is_cancelled=False).exists()


def says_when(group: TeachingGroup) -> bool:
    """The group itself tells, whatever meetings it has."""
    return bool(group.place_text or group.first_meeting)


def timed_seat() -> Exists:
    """For a query of enrolments: each sits in a class whose time or place is known."""
    seats = Assignment.objects.filter(enrollment=OuterRef("pk"), ended_at=None)
    told = ~Q(group__place_text="") | Q(group__first_meeting__isnull=False)
    return Exists(seats.filter(told | Exists(_meetings("group"))))


def untimed(staff: User) -> QuerySet[TeachingGroup]:
    """Open classes of the staff's own college in which somebody waits for time and place."""
    rows = access.groups(staff).filter(state=GroupState.ACTIVE.value)
    rows = rows.filter(place_text="", first_meeting=None)
    seats = Assignment.objects.filter(
        group=OuterRef("pk"),
        ended_at=None,
        enrollment__state=EnrollmentState.ARRANGED.value,
    )
    return rows.filter(~Exists(_meetings("pk")), Exists(seats))


def untimed_seats(staff: User) -> QuerySet[Assignment]:
    """Who waits for time and place in these classes."""
    rows = Assignment.objects.filter(group__in=untimed(staff), ended_at=None)
    return rows.filter(enrollment__state=EnrollmentState.ARRANGED.value)


def _meetings(group: str) -> QuerySet[TeachingSession]:
    return TeachingSession.objects.filter(group=OuterRef(group), is_cancelled=False)
