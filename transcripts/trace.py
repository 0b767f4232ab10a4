"""How every average and total came about, line by line. Pure."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from portal.records.kinds import term_name
from transcripts.document import Course, Snapshot


@dataclass(frozen=True)
class Term:
    """A term's average with the courses behind it."""

    name: str
    gpa: Decimal | None
    weighted: Decimal  # Σ credits × points
    credit_hours: Decimal  # Σ credits that count for the average
    courses: tuple[Course, ...]


def trace(snapshot: Snapshot) -> list[Term]:
    """Every term, oldest first. ``gpa`` is ``weighted / credit_hours``, two decimals."""
    by_term: dict[str, list[Course]] = defaultdict(list)
    for course in snapshot.courses:
        by_term[course.term].append(course)
    return [_term(code, by_term[code], snapshot) for code in sorted(by_term)]


def _term(code: str, courses: list[Course], snapshot: Snapshot) -> Term:
    counted = [(one.credit_hours, one.points) for one in courses if one.points is not None]
    return Term(
        name=term_name(code),
        gpa=snapshot.term_gpa[code],
        weighted=sum((hours * points for hours, points in counted), Decimal(0)),
        credit_hours=sum((hours for hours, _ in counted), Decimal(0)),
        courses=tuple(courses),
    )
