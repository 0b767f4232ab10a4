"""One student under a plan and under the one before it: a line for each course (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.records.history import CourseHistory, StudentFacts, StudentRecord
from retake.eligibility import Applicant, MayEnroll, Reason, assess_all, cap_of
from retake.fees import is_veteran
from retake.rehearsal.plan import Plan
from retake.rehearsal.words import Fee, Place
from retake.states import EnrollmentState

Taken = Mapping[int, EnrollmentState]


@dataclass(frozen=True)
class Seat:
    """What one plan says of one course. ``fee_fen`` is what it would cost, also beyond the cap."""

    place: Place
    rule: str = ""
    code: str = ""
    fact: str = ""
    fee: Fee = Fee.CHARGED
    fee_fen: int = 0


@dataclass(frozen=True)
class Line:
    """One course of one student. ``before`` is None where nothing is compared."""

    number: str
    name: str
    college: str
    grade_year: int
    code: str
    course: str
    credit_hours: str
    offering: str
    evidence: str
    seat: Seat
    before: Seat | None

    @property
    def gained(self) -> bool:
        """In now, not in before."""
        return self._flips and self.seat.place is Place.IN

    @property
    def lost(self) -> bool:
        """Not in now, in before."""
        return self._flips and self.seat.place is not Place.IN

    @property
    def _flips(self) -> bool:
        was = self.before is not None and self.before.place is Place.IN
        return self.before is not None and was != (self.seat.place is Place.IN)


# Where the other plan does not even look: only R8 tells such plans apart.
PASSED = Seat(Place.OUT, "R8", "passed", "这门课已经及格，不在重修范围。")


def lines_of(
    record: StudentRecord, college: str, plan: Plan, before: Plan | None, taken: Taken
) -> list[Line]:
    """Every course one of the plans has something to say about, in the order of the choice page.

    ``college`` is the name of the student's own; ``taken`` the state of his enrolments of the term
    by course id. Courses fill the cap in the order of the choice page.
    """
    seats = seats_of(record, plan, taken)
    compared = seats_of(record, before, taken) if before else {}
    return [
        _line(record.facts, course, college, seats, compared if before else None)
        for course in record.courses
        if course.course_id in seats or course.course_id in compared
    ]


def seats_of(record: StudentRecord, plan: Plan, taken: Taken) -> dict[int, Seat]:
    """What one plan says, by course id."""
    facts = record.facts
    who = Applicant(facts, plan.term, plan.today, taken, closes_on=plan.closes_on)
    found = assess_all(who, record.courses, plan.rules)
    cap = cap_of(facts, plan.term, plan.rules)
    room = len(found.may) if cap.limit is None else cap.limit - who.counted
    over = f"{cap.sentence}，排在前面的课已占满。"
    seats = {one.course.course_id: _refused(one) for one in found.reasons}
    for at, one in enumerate(found.may):
        place = Place.IN if at < room else Place.OVER
        seats[one.course.course_id] = _seated(one, place, over, facts, plan)
    return seats


def _refused(one: Reason) -> Seat:
    return Seat(Place.OUT, one.rule, one.code, one.fact)


def _seated(one: MayEnroll, place: Place, over: str, facts: StudentFacts, plan: Plan) -> Seat:
    fen = plan.tariff.fee_fen(one.course)
    veteran = is_veteran(facts, plan.today)
    fee = Fee.VETERAN if veteran else Fee.CHARGED if fen else Fee.FREE
    fee_fen = 0 if veteran else fen
    if place is Place.IN:
        return Seat(place, fee=fee, fee_fen=fee_fen)
    return Seat(place, "R7", "over_cap", over, fee, fee_fen)


def _line(
    facts: StudentFacts,
    course: CourseHistory,
    college: str,
    seats: Mapping[int, Seat],
    compared: Mapping[int, Seat] | None,
) -> Line:
    key = course.course_id
    return Line(
        number=facts.number,
        name=facts.name,
        college=college,
        grade_year=facts.grade_year,
        code=course.code,
        course=course.name,
        credit_hours=f"{course.credit_hours}",
        offering=course.offering_college,
        evidence=" · ".join(f"{one.kind.label} {one.result}" for one in course.attempts),
        seat=seats.get(key, PASSED),
        before=None if compared is None else compared.get(key, PASSED),
    )
