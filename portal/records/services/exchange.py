"""Results that came by 学分兑换: written on approval, taken back on revocation."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from portal.accounts.models import User
from portal.records.kinds import AttemptKind
from portal.records.models import GradeAttempt
from portal.records.services.grades import correct_result, record_result


@dataclass(frozen=True)
class Exchanged:
    """Whose course of which term is recorded, as what (合格), and in whose name."""

    student_id: int
    course_id: int
    term_id: int
    written: str
    source: str


def record_exchange(made: Exchanged, *, recorded_on: date, entered_by: User) -> GradeAttempt:
    """The attempt 兑换. One that was taken back in the same term is corrected once more."""
    latest = _attempts(made.student_id, made.course_id, made.term_id).first()
    if latest is not None and latest.corrects_id is not None:
        return correct_result(
            attempt_id=latest.pk,
            written=made.written,
            recorded_on=recorded_on,
            source=made.source,
            entered_by=entered_by,
        )
    return record_result(
        student_id=made.student_id,
        course_id=made.course_id,
        term_id=made.term_id,
        kind=AttemptKind.EXCHANGE,
        written=made.written,
        recorded_on=recorded_on,
        source=made.source,
        entered_by=entered_by,
    )


def take_back_exchange(
    attempt_id: int, *, source: str, recorded_on: date, entered_by: User
) -> GradeAttempt:
    """A correction that says: no result. The attempt itself stays, and what corrected it since."""
    made = GradeAttempt.objects.get(pk=attempt_id)
    latest = _attempts(made.student_id, made.course_id, made.term_id)[0]
    return correct_result(
        attempt_id=latest.pk,
        written="-",
        recorded_on=recorded_on,
        source=source,
        entered_by=entered_by,
    )


def _attempts(student_id: int, course_id: int, term_id: int) -> QuerySet[GradeAttempt]:
    """The results by exchange of a course in a term, the newest first: each corrects the next."""
    rows = GradeAttempt.objects.filter(student=student_id, course=course_id, term=term_id)
    return rows.filter(kind=AttemptKind.EXCHANGE.value).order_by("-pk")
