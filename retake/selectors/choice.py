"""The course choice page: what may be enrolled in, and why the rest may not."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from portal.accounts.models import Contact
from portal.lib.status import Tone
from portal.records.history import CourseHistory, StudentFacts
from portal.records.matters import open_matters
from portal.records.selectors import own_record, timetable_clashes
from retake.eligibility import (
    Applicant,
    Assessment,
    Cap,
    MayEnroll,
    Reason,
    Rules,
    assess_all,
    cap_of,
)
from retake.fees import is_veteran, why_not_exempt
from retake.selectors.opened import Opened
from retake.services.locks import not_a_student
from retake.states import COUNTED
from retake.wording import paid_again, reason_tone


@dataclass(frozen=True)
class Pick:
    """A course that may be chosen; ``fee_fen`` is what it would cost this student."""

    course_id: int
    name: str
    credit_hours: Decimal
    evidence: str
    warnings: tuple[str, ...]
    fee_fen: int


@dataclass(frozen=True)
class Refusal:
    """Courses that may not be chosen for one reason, ready to print; mostly there is one.

    ``credit_hours`` is their sum, ``count`` how many they are.
    """

    name: str
    count: int
    credit_hours: Decimal
    fact: str
    step: str
    on: date | None
    contact: Contact | None
    tone: Tone
    icon: str


@dataclass(frozen=True)
class Choice:
    """Everything the page shows; ``room`` None is no limit."""

    opened: Opened
    cap: Cap
    counted: int
    picks: tuple[Pick, ...]
    refusals: tuple[Refusal, ...]
    is_veteran: bool
    not_exempt: str  # why an approved 退役 status does not cover this student, else empty

    @property
    def refused(self) -> int:
        """How many courses may not be chosen."""
        return sum(refusal.count for refusal in self.refusals)

    @property
    def room(self) -> int | None:
        return None if self.cap.limit is None else max(0, self.cap.limit - self.counted)


def choice(user_id: int, opened: Opened, now: datetime) -> Choice:
    """Work out the page for a round that is open. Five statements for any number of courses."""
    today = timezone.localdate(now)
    record = own_record(user_id, today=today)
    if record is None:
        raise not_a_student()
    facts, courses = record.facts, record.courses
    rules = opened.round.rule_set.rules() if opened.round.rule_set else Rules()
    term = opened.round.term.code
    closes_on = timezone.localdate(opened.schedule.enrol_closes_at)
    who = Applicant(
        facts, term, today, opened.taken, _clashes(facts, courses, term, rules), closes_on
    )
    found = assess_all(who, courses, rules)
    veteran = is_veteran(facts, today)
    matters = open_matters([facts.student_id], now, but="retake")
    elsewhere = {one.course_id: one.sentence for one in matters}
    return Choice(
        opened=opened,
        cap=cap_of(facts, term, rules),
        counted=sum(state in COUNTED for state in opened.taken.values()),
        picks=_picks(found, opened, veteran, elsewhere),
        refusals=_refusals(found, opened),
        is_veteran=veteran,
        not_exempt=why_not_exempt(facts, today),
    )


def _clashes(
    facts: StudentFacts, courses: tuple[CourseHistory, ...], term: str, rules: Rules
) -> dict[int, str]:
    if not rules.clash_warning:
        return {}
    failed = [course.course_id for course in courses if course.failed]
    return timetable_clashes(facts.student_id, failed, term)


def _picks(
    found: Assessment, opened: Opened, veteran: bool, elsewhere: dict[int, str]
) -> tuple[Pick, ...]:
    """``elsewhere``: what another workflow has under way, by course id."""
    tariff = opened.round.tariff()
    return tuple(
        _pick(one, 0 if veteran else tariff.fee_fen(one.course), opened, elsewhere)
        for one in found.may
    )


def _pick(one: MayEnroll, fee_fen: int, opened: Opened, elsewhere: dict[int, str]) -> Pick:
    course = one.course
    paid = opened.returned.get(course.course_id)
    again = (paid_again(paid, fee_fen),) if paid and fee_fen else ()
    under_way = elsewhere.get(course.course_id)
    return Pick(
        course_id=course.course_id,
        name=course.name,
        credit_hours=course.credit_hours,
        evidence=one.evidence,
        warnings=(*one.warnings, *again, *filter(None, (under_way,))),
        fee_fen=fee_fen,
    )


def _refusals(found: Assessment, opened: Opened) -> tuple[Refusal, ...]:
    """One for each course; those the cap alone keeps out share one sentence at the end."""
    shown = [reason for reason in found.reasons if reason.code != "enrolled"]
    capped = [reason for reason in shown if reason.code == "cap_reached"]
    groups = [[reason] for reason in shown if reason.code != "cap_reached"]
    return tuple(_refusal(group, opened) for group in [*groups, capped] if group)


def _refusal(reasons: list[Reason], opened: Opened) -> Refusal:
    reason = reasons[0]
    tone, icon = reason_tone(reason)
    return Refusal(
        name="、".join(one.course.name for one in reasons),
        count=len(reasons),
        credit_hours=sum((one.course.credit_hours for one in reasons), Decimal(0)),
        fact=reason.fact,
        step=reason.step,
        on=reason.on,
        contact=opened.contacts.get(reason.topic),
        tone=tone,
        icon=icon,
    )
