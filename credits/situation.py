"""Everything a student's applications are judged by.

Pure. ``claims`` are the credits applications hold or have used, by their reference. Courses go by
the codes in force, whatever they were called when somebody applied.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from credits.rules import Rules
from credits.states import ApplicationState
from portal.records.history import CourseHistory, StudentFacts
from portal.records.kinds import CourseCategory, OtherCreditKind


@dataclass(frozen=True)
class Other:
    """Credit earned outside courses."""

    other_id: int
    kind: OtherCreditKind
    title: str
    credit_hours: Decimal
    earned_on: str


@dataclass(frozen=True)
class Claim:
    """Credits of one source that one application holds or has used."""

    reference: str
    key: str  # of the source
    credit_hours: Decimal


@dataclass(frozen=True)
class Earlier:
    """An application of the student; ``target_id`` is that of the course in force."""

    pk: int
    number: str
    target_id: int
    title: str
    credit_hours: Decimal
    term: str
    state: ApplicationState

    @property
    def reference(self) -> str:
        return f"credits:{self.pk}"


@dataclass(frozen=True)
class Situation:
    """One student: his record, his other credits, his plan, his ledger and his applications."""

    facts: StudentFacts
    courses: tuple[CourseHistory, ...]
    others: tuple[Other, ...]
    needed: dict[CourseCategory, Decimal]
    claims: tuple[Claim, ...]
    earlier: tuple[Earlier, ...]
    rules: Rules
    rule_set_id: int | None
    term_id: int | None
    term: str  # the current one, 2024-2025-2
    newest_attempt: int
    today: date

    def course(self, course_id: int) -> CourseHistory | None:
        """One course of the student."""
        return next((one for one in self.courses if one.course_id == course_id), None)

    def course_of(self, application_id: int) -> CourseHistory | None:
        """What one of his applications is about; its code may have been replaced since."""
        about = next((one for one in self.earlier if one.pk == application_id), None)
        return None if about is None else self.course(about.target_id)

    def application_about(self, course_id: int) -> Earlier | None:
        """The newest application about a course that is not over."""
        return next((one for one in self.earlier if one.target_id == course_id), None)
