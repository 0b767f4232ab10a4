"""学院落实 of a term: which courses wait, which are done, and who is late."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, Value

from portal.accounts.models import User
from portal.records.models import AcademicTerm
from retake.models import CollegePromise, Round
from retake.schedule import CALENDAR, Schedule, schedule_of
from retake.states import EnrollmentState, GroupState, RoundState
from retake.teaching import access
from retake.teaching.untimed import untimed, untimed_seats


@dataclass(frozen=True)
class CourseLine:
    """One course: enrolments that wait for a group, sit in one, have a result; its groups, and
    how many of them have students and no time.
    """

    course_id: int
    code: str
    name: str
    college_id: int
    college: str
    waiting: int
    arranged: int
    completed: int
    groups: int
    untimed: int


@dataclass(frozen=True)
class CollegeLine:
    """One college in a round: courses and enrolments that wait, groups without a time, and the
    new date it gave.
    """

    college_id: int
    college: str
    courses: int
    waiting: int
    untimed: int
    promise: CollegePromise | None
    is_overdue: bool


@dataclass(frozen=True)
class RoundLines:
    """One round of the term: its dates, and the colleges that have not arranged all of it."""

    round: Round
    schedule: Schedule | None
    colleges: tuple[CollegeLine, ...]


@dataclass(frozen=True)
class Overview:
    """A term as its offering colleges see it: rounds with something to do, else the latest."""

    term: AcademicTerm
    rounds: tuple[RoundLines, ...]
    courses: tuple[CourseLine, ...]

    @property
    def waiting(self) -> int:
        return sum(one.waiting for one in self.courses)

    @property
    def untimed(self) -> int:
        return sum(one.untimed for one in self.courses)

    @property
    def is_provisional(self) -> bool:
        return any(one.schedule and one.schedule.provisional for one in self.rounds)


def overview(staff: User, term: AcademicTerm, today: date) -> Overview:
    """Five statements for any number of rounds and courses."""
    return Overview(term, _rounds(staff, term, today), _courses(staff, term))


def _rounds(staff: User, term: AcademicTerm, today: date) -> tuple[RoundLines, ...]:
    rows = Round.objects.filter(term=term).exclude(state=RoundState.DRAFT.value)
    opened = list(rows.annotate(calendar=CALENDAR).order_by("pay_closes_at"))
    waiting, promises = _waiting(staff, term), _promises(opened)
    found = []
    for row in opened:
        schedule = schedule_of(row, vars(row)["calendar"])
        deadline = schedule.college_deadline if schedule else None
        late = deadline is not None and today > deadline
        colleges = [
            CollegeLine(college, name, *numbers, promises.get((row.pk, college)), late)
            for (college, name), numbers in waiting.get(row.pk, {}).items()
        ]
        if colleges or row is opened[-1]:
            found.append(RoundLines(row, schedule, tuple(colleges)))
    return tuple(found)


def _waiting(
    staff: User, term: AcademicTerm
) -> dict[int, dict[tuple[int, str], tuple[int, int, int]]]:
    """By round and college: courses and enrolments that wait, and groups without a time.

    The most waiting first. One statement.
    """
    college = "course__offering_college"
    rows = access.enrollments(staff).filter(term=term, state=EnrollmentState.CONFIRMED.value)
    places = (
        rows.order_by()
        .values_list("round", college, f"{college}__name")
        .annotate(courses=Count("course", distinct=True), number=Count("pk"), groups=Value(0))
    )
    seats = untimed_seats(staff).filter(term=term).order_by()
    times = seats.values_list(
        *(f"enrollment__{name}" for name in ("round", college, f"{college}__name"))
    ).annotate(courses=Value(0), number=Value(0), groups=Count("group", distinct=True))
    found: dict[int, dict[tuple[int, str], tuple[int, int, int]]] = {}
    for pk, key, name, *new in sorted(
        places.union(times, all=True), key=lambda row: (-row[4], row[1])
    ):
        own = found.setdefault(pk, {})
        courses, number, groups = own.get((key, name), (0, 0, 0))
        own[key, name] = (courses + new[0], number + new[1], groups + new[2])
    return found


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
            course,
            code,
            name,
            college,
            college_name,
            wait,
            seated,
            done,
            *groups.get(course, (0, 0)),
        )
        for course, code, name, college, college_name, wait, seated, done in found
        if wait or seated or done
    )


def _groups(staff: User, term: AcademicTerm) -> dict[int, tuple[int, int]]:
    """How many groups each course has, and how many of them have students and no time."""
    rows = access.groups(staff).filter(term=term, state=GroupState.ACTIVE.value).order_by()
    late = Count("pk", filter=Q(pk__in=untimed(staff).filter(term=term).values("pk")))
    counted = rows.values_list("course_id").annotate(number=Count("pk"), late=late)
    return {course: (number, timeless) for course, number, timeless in counted}


def _promises(opened: Iterable[Round]) -> dict[tuple[int, int], CollegePromise]:
    """The last new date of each college in each round."""
    rows = CollegePromise.objects.filter(round__in=opened).order_by("pk")
    return {(row.round_id, row.college_id): row for row in rows}
