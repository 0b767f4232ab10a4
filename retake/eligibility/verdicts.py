"""What the rules are asked about, and what they answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from portal.records.history import CourseHistory, StudentFacts
from retake.eligibility.parameters import Rules
from retake.states import COUNTED, EnrollmentState


class Topic(StrEnum):
    """Whom a reason sends the student to: topics of ``portal.accounts.Contact``."""

    NONE = ""
    PE = "pe"
    ENGLISH = "english"
    SUPPLEMENTARY = "supplementary"
    MAKEUP = "makeup"
    TEACHING = "teaching"
    FINANCE = "finance"


@dataclass(frozen=True)
class Applicant:
    """A student in one term: ``taken`` holds the state of every enrolment row of that term by
    course id, ``clashes`` the hours that collide by course id (``周三 3–4 节``), ``closes_on`` the
    last day of 报名.
    """

    facts: StudentFacts
    term: str
    today: date
    taken: Mapping[int, EnrollmentState] = field(default_factory=dict)
    clashes: Mapping[int, str] = field(default_factory=dict)
    closes_on: date | None = None

    @property
    def counted(self) -> int:
        """How many courses of the term count against the cap."""
        return sum(state in COUNTED for state in self.taken.values())


@dataclass(frozen=True)
class MayEnroll:
    """The student may enrol; ``evidence`` are his results, warnings do not keep him from it."""

    course: CourseHistory
    evidence: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reason:
    """Why not. ``rule`` is the row of the rule table (R1–R14), ``code`` a word for programs.

    ``fact`` carries the student's own figures. ``step`` is what to do next; where ``on`` is set
    the page prints that date before it, and the contact of ``topic`` after it.
    """

    course: CourseHistory
    rule: str
    code: str
    fact: str
    step: str
    topic: Topic = Topic.NONE
    on: date | None = None


Verdict = MayEnroll | Reason


@dataclass(frozen=True)
class Case:
    """One question to the rules: this student, this course, these rules."""

    who: Applicant
    course: CourseHistory
    rules: Rules

    def reason(
        self,
        rule: str,
        code: str,
        fact: str,
        step: str,
        topic: Topic = Topic.NONE,
        on: date | None = None,
    ) -> Reason:
        """The answer "no" to this question."""
        return Reason(self.course, rule, code, fact, step, topic, on)


@dataclass(frozen=True)
class Assessment:
    """Every failed or missing course of a student, sorted into two piles."""

    may: tuple[MayEnroll, ...]
    reasons: tuple[Reason, ...]
