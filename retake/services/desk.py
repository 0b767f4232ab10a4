"""One student at the desk of one round: everything a decision about enrolling needs, locked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from payments.services.charges import Due, raise_charges
from portal.records.history import CourseHistory, StudentFacts
from portal.records.models import Student
from portal.records.selectors import records_of
from retake.billing import PURPOSE
from retake.eligibility import Applicant
from retake.fees import is_veteran
from retake.models import Enrollment, Round, RuleSet
from retake.services import locks, trace
from retake.states import EnrollmentState, EventKind


@dataclass(frozen=True)
class Desk:
    """Built inside the transaction that holds the student's lock."""

    student: Student
    facts: StudentFacts
    round: Round
    rule_set: RuleSet
    courses: dict[int, CourseHistory]
    rows: dict[int, Enrollment]  # of the round's term, by course
    now: datetime

    @property
    def applicant(self) -> Applicant:
        """The student as the rules see him. Clashes only warn, so they are not asked for here."""
        return Applicant(
            facts=self.facts,
            term=self.round.term.code,
            today=timezone.localdate(self.now),
            taken={
                course_id: EnrollmentState(row.state)
                for course_id, row in self.rows.items()
                if row.state != EnrollmentState.WITHDRAWN
            },
        )

    def names(self, course_ids: Iterable[int]) -> str:
        """``高等数学、大学英语``."""
        return "、".join(self.courses[course_id].name for course_id in course_ids)

    def write(
        self, course_ids: Iterable[int], kind: EventKind, actor_id: int, reason: str = ""
    ) -> list[Enrollment]:
        """Enrol in these courses: rows, trace and charges, in the order given."""
        drafts = [self._draft(course_id, reason) for course_id in course_ids]
        Enrollment.objects.bulk_update([row for row in drafts if row.pk is not None], REVIVED)
        Enrollment.objects.bulk_create([row for row in drafts if row.pk is None])
        trace.record(drafts, kind, actor_id=actor_id, now=self.now, reason=reason)
        self._charge(drafts)
        return drafts

    def _draft(self, course_id: int, reason: str) -> Enrollment:
        """A new row, or the withdrawn one with everything of this round."""
        course = self.courses[course_id]
        fee = self.round.tariff().fee_fen(course)
        row = self.rows.get(course_id) or Enrollment(
            student=self.student, course_id=course_id, term=self.round.term
        )
        row.round, row.rule_set = self.round, self.rule_set
        row.state = EnrollmentState.ENROLLED.value
        row.credit_hours, row.fee_fen = course.credit_hours, fee
        row.exempt = fee == 0 or is_veteran(self.facts, timezone.localdate(self.now))
        row.improves = course.passed
        row.override_reason, row.enrolled_at = reason, self.now
        return row

    def _charge(self, rows: list[Enrollment]) -> None:
        dues = [
            Due(
                row.reference,
                self.courses[row.course_id].name,
                row.fee_fen,
                waived=row.exempt,
                is_new=row.course_id not in self.rows,
            )
            for row in rows
        ]
        raise_charges(
            payer_id=self.facts.user_id,
            purpose=PURPOSE,
            group=self.round.charge_group,
            dues=dues,
            now=self.now,
        )


REVIVED = (
    "round",
    "rule_set",
    "state",
    "credit_hours",
    "fee_fen",
    "exempt",
    "improves",
    "override_reason",
    "enrolled_at",
)


def sit_down(student: Student, opened: Round, rule_set: RuleSet, now: datetime) -> Desk:
    """Read what the record says and lock the student's rows of the term.

    ``student`` is locked already. Four statements whatever the number of courses.
    """
    record = records_of([student.pk], today=timezone.localdate(now))[student.pk]
    return Desk(
        student=student,
        facts=record.facts,
        round=opened,
        rule_set=rule_set,
        courses={course.course_id: course for course in record.courses},
        rows=locks.rows_of_term(student.pk, opened.term_id),
        now=now,
    )
