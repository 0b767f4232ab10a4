"""What a course costs (pure)."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from portal.records.history import CourseHistory, StudentFacts
from portal.records.kinds import AttemptKind
from retake.states import FeePolicy

HOURS_A_CREDIT = 18


@dataclass(frozen=True)
class Tariff:
    """The price list of a round, in fen. ``free_attempts`` retakes of each course cost nothing."""

    policy: FeePolicy
    unit_fen: int
    practice_fen: int
    free_attempts: int = 0

    def fee_fen(self, course: CourseHistory) -> int:
        """The fee of ``course`` for its student, whole fen, half a fen rounded up."""
        earlier = sum(one.kind is AttemptKind.RETAKE for one in course.attempts)
        if earlier < self.free_attempts:
            return 0
        if self.policy is FeePolicy.PER_CREDIT:
            return self._of_credits(course.credit_hours)
        if self.policy is FeePolicy.PER_HOURS:
            return self._of_credits(converted(course.course_hours))
        if self.policy is FeePolicy.FLAT_BY_MODE and course.is_practical:
            return self.practice_fen
        return self.unit_fen

    def _of_credits(self, credit_hours: Decimal) -> int:
        exact = credit_hours * self.unit_fen
        return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def converted(course_hours: int) -> Decimal:
    """Hours as credits, 18 to one, to the nearest half and never less than a half.

    As 福建船政 does (its retake notice of August 2025).
    """
    halves = (Decimal(course_hours) * 2 / HOURS_A_CREDIT).quantize(
        Decimal(1), rounding=ROUND_HALF_UP
    )
    return max(halves, Decimal(1)) / 2


def why_not_exempt(student: StudentFacts, today: date) -> str:
    """Why an approved 退役 status does not make retakes free, else empty."""
    since = student.veteran_from
    if since is None or is_veteran(student, today):
        return ""
    if since > today:
        return f"退役身份从 {_written(since)} 起有效，之前报的重修照常缴费。"
    completed = student.completed_on or since
    return (
        f"你 {_written(completed)} 结业，退役身份从 {_written(since)} 起。"
        "结业后入伍的，重修照常缴费。"
    )


def _written(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def is_veteran(student: StudentFacts, today: date) -> bool:
    """Whether the student's retakes are free: 退役 in-school students only.

    Who enlisted after 结业 is not exempt (spring 2025 notice of the college).
    """
    since = student.veteran_from
    if since is None or since > today:
        return False
    return student.completed_on is None or since <= student.completed_on
