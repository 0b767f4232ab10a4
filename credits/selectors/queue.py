"""The review queue: what waits for whom, the oldest deadline first."""

from datetime import date
from typing import TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, Model, Q, QuerySet

from credits.models import Application
from credits.services.reviewing import DECIDE, SECOND
from credits.states import ApplicationState
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.accounts.scopes import within
from portal.records.models import HOME_COLLEGE, Course, Student

M = TypeVar("M", bound=Model)
MOST = 1000  # rows anybody pages through; beyond it one searches
_PENDING = Q(state=ApplicationState.PENDING.value)
OPEN = _PENDING & Q(asked_at=None)
ASKED = _PENDING & Q(asked_at__isnull=False)
SECONDED = OPEN & Q(first_by__isnull=False)
ORDER = ("due_on", "id")


def reviewable(user: User) -> QuerySet[Application]:
    """Every submitted application of students of the user's home college, or of all."""
    rows = Application.objects.filter(deleted_at=None)
    submitted = rows.exclude(state=ApplicationState.DRAFT.value)
    return within(user, submitted, f"student__{HOME_COLLEGE}")


def waiting_for(user: User) -> Q:
    """What this account may decide now: its college's first look, or the second approval."""
    if user.role == Role.REVIEWER and user.has_perm(DECIDE):
        return OPEN & Q(first_by=None) & ~Q(student__user=user)
    if user.has_perm(SECOND):
        return SECONDED & ~Q(first_by=user) & ~Q(student__user=user)
    return Q(pk__in=())


def overdue(user: User, today: date) -> Q:
    """Past its day while it is the staff's turn; for a college, its own turn."""
    late = OPEN & Q(due_on__lt=today)
    return late & Q(first_by=None) if user.role == Role.REVIEWER else late


def about(user: User, word: str) -> Q:
    """Applications of a student or about a course: beginning of number, name, code or title."""
    if not word:
        return Q()
    own = within(user, Student.objects.all(), HOME_COLLEGE)
    students = own.filter(Q(number__startswith=word) | Q(name__startswith=word))
    courses = Course.objects.filter(Q(code=word) | Q(name__startswith=word))
    return Q(student__in=_ids(students)) | Q(target__in=_ids(courses))


def _ids(rows: QuerySet[M]) -> list[int]:
    """As many as anybody pages through."""
    return list(rows.order_by("pk").values_list("pk", flat=True)[:MOST])


def next_for(user: User, but: int) -> int | None:
    """The id of the application to look at after ``but``."""
    rows = reviewable(user).filter(waiting_for(user)).exclude(pk=but)
    return rows.order_by(*ORDER).values_list("pk", flat=True).first()


def bounded(rows: QuerySet[M]) -> int:
    """How many, counted no further than one beyond ``MOST``."""
    return rows.order_by()[: MOST + 1].count()


def bounded_column(rows: QuerySet[M]) -> Func:
    """The same as a column of another statement."""
    ids = ArraySubquery(rows.order_by().values("pk")[: MOST + 1])
    return Func(ids, function="CARDINALITY", output_field=IntegerField())
