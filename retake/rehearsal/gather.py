"""Reads what a rehearsal needs, many students at a time; writes nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from django.db.models import Exists, OuterRef, QuerySet

from portal.accounts.models import College
from portal.records.history import StudentRecord
from portal.records.kinds import Standing
from portal.records.models import GradeAttempt, Student
from portal.records.selectors import records_of, records_on
from retake.models import Enrollment
from retake.rehearsal.lines import Line, lines_of
from retake.rehearsal.plan import Plan
from retake.states import EnrollmentState

TOGETHER = 200  # students read at once
GONE = (Standing.GRADUATED.value, Standing.WITHDRAWN.value)


def candidates(plan: Plan) -> QuerySet[Student]:
    """Students with grades; who has left only counts in an earlier term. In the order of ids."""
    graded = Exists(GradeAttempt.objects.filter(student=OuterRef("pk")))
    found = Student.objects.filter(graded).order_by("pk")
    return found if plan.as_of else found.exclude(standing__in=GONE)


def gather(student_ids: Sequence[int], plan: Plan, before: Plan | None) -> list[Line]:
    """The lines of these students by number. Six statements for each ``TOGETHER`` of them."""
    colleges = dict(College.objects.values_list("pk", "name"))
    found: list[Line] = []
    for some in _parts(student_ids):
        taken = {} if plan.as_of else _taken(some, plan.term)
        for pk, record in sorted(_records(some, plan).items(), key=_number):
            college = colleges[record.facts.college_id]
            found += lines_of(record, college, plan, before, taken.get(pk, {}))
    return found


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[at : at + TOGETHER] for at in range(0, len(ids), TOGETHER))


def _number(one: tuple[int, StudentRecord]) -> str:
    return one[1].facts.number


def _records(ids: Collection[int], plan: Plan) -> dict[int, StudentRecord]:
    if plan.as_of:
        return records_on(ids, term=plan.as_of, day=plan.today)
    return records_of(ids, today=plan.today)


def _taken(ids: Collection[int], term: str) -> dict[int, dict[int, EnrollmentState]]:
    """States of the term's enrolments by student and course, withdrawn ones left out."""
    found: dict[int, dict[int, EnrollmentState]] = defaultdict(dict)
    rows = Enrollment.objects.filter(term__code=term, student__in=ids).exclude(
        state=EnrollmentState.WITHDRAWN.value
    )
    for student_id, course_id, state in rows.values_list("student_id", "course_id", "state"):
        found[student_id][course_id] = EnrollmentState(state)
    return found
