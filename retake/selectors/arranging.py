"""学院落实 of a term: which courses wait, which are done, and who is late."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from portal.accounts.models import User
from portal.records.models import AcademicTerm
from retake.models import CollegePromise, Round
from retake.schedule import CALENDAR, Schedule, schedule_of
from retake.states import EnrollmentState, GroupState, RoundState
from retake.teaching import access


@dataclass(frozen=True)
class CourseLine:
    """One course: enrolments that wait for a group, sit in one, have a result; its groups."""

    course_id: int
    code: str
    name: str
    college_id: int
    college: str
    waiting: int
    arranged: int
    completed: int
    groups: int


@dataclass(frozen=True)
class CollegeLine:
    """One college: courses and enrolments that wait, and the new date it gave."""

    college_id: int
    college: str
    courses: int
    waiting: int
    promise: CollegePromise | None
    is_overdue: bool


@dataclass(frozen=True)
class Overview:
    """A term as its offering colleges see it; ``deadline`` is the latest of its rounds."""

    term: AcademicTerm
    round: Round | None
    schedule: Schedule | None
    courses: tuple[CourseLine, ...]
    colleges: tuple[CollegeLine, ...]

    @property
    def waiting(self) -> int:
        return sum(one.waiting for one in self.courses)


def overview(staff: User, term: AcademicTerm, today: date) -> Overview:
    """Four statements for any number of courses."""
    opened, schedule = _latest_round(term)
    lines = _courses(staff, term)
    promises = _promises(opened)
    deadline = schedule.college_deadline if schedule else None
    return Overview(term, opened, schedule, lines, _colleges(lines, promises, deadline, today))


def _latest_round(term: AcademicTerm) -> tuple[Round | None, Schedule | None]:
    rows = Round.objects.filter(term=term).exclude(state=RoundState.DRAFT.value)
    row = rows.annotate(calendar=CALENDAR).order_by("-pay_closes_at").first()
    return row, schedule_of(row, vars(row)["calendar"]) if row else None


COUNTED_AS = {
    name: Count("pk", filter=Q(state=state.value))
    for name, state in (
        ("waiting", EnrollmentState.CONFIRMED),
        ("arranged", EnrollmentState.ARRANGED),
        ("completed", EnrollmentState.COMPLETED),
    )
}
COURSE = (
    "course_id",
    "course__code",
    "course__name",
    "course__offering_college_id",
    "course__offering_college__name",
)


def _courses(staff: User, term: AcademicTerm) -> tuple[CourseLine, ...]:
    """Every course with somebody verified, those with the most waiting first."""
    rows = access.enrollments(staff).filter(term=term).order_by()
    found: Iterable[tuple[Any, ...]] = (
        rows.values_list(*COURSE).annotate(**COUNTED_AS).order_by("-waiting", "course__code")
    )
    groups = _groups(staff, term)
    return tuple(
        CourseLine(
            course, code, name, college, college_name, wait, seated, done, groups.get(course, 0)
        )
        for course, code, name, college, college_name, wait, seated, done in found
        if wait or seated or done
    )


def _groups(staff: User, term: AcademicTerm) -> dict[int, int]:
    """How many groups each course has."""
    rows = access.groups(staff).filter(term=term, state=GroupState.ACTIVE.value).order_by()
    return dict(rows.values_list("course_id").annotate(number=Count("pk")))


def _promises(opened: Round | None) -> dict[int, CollegePromise]:
    rows = CollegePromise.objects.filter(round=opened).order_by("pk")
    return {row.college_id: row for row in rows}


def _colleges(
    lines: Iterable[CourseLine],
    promises: dict[int, CollegePromise],
    deadline: date | None,
    today: date,
) -> tuple[CollegeLine, ...]:
    """Those with somebody waiting, the most first."""
    waiting = [line for line in lines if line.waiting]
    found = [
        CollegeLine(
            college_id=college_id,
            college=name,
            courses=sum(line.college_id == college_id for line in waiting),
            waiting=sum(line.waiting for line in waiting if line.college_id == college_id),
            promise=promises.get(college_id),
            is_overdue=deadline is not None and today > deadline,
        )
        for college_id, name in {line.college_id: line.college for line in waiting}.items()
    ]
    return tuple(sorted(found, key=lambda one: -one.waiting))
