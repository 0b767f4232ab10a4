"""A student's own rows: this term first, earlier ones kept, three texts for three states."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from payments.standing import Standing
from portal.lib.prepared import Prepared, Slot
from portal.lib.status import Status, Tone
from portal.records.grading import Outcome, Result, outcome, policy_on, printed
from portal.records.histories import policy_of
from portal.records.kinds import AttemptKind, ResultFlag, term_name
from portal.records.models import GradeAttempt, GradePolicy
from portal.records.rows import POLICY
from retake.guidance.waiting import Waiting, desk, late_words, offices_of, sentence
from retake.models import (
    Assignment,
    CalendarFeed,
    Enrollment,
    Offer,
    TeachingSession,
)
from retake.selectors.mine import Card, awaited_on, cards, own_rows
from retake.states import COUNTED, EnrollmentState, OfferState
from retake.teaching.results import after_result
from retake.teaching.unopened import alternatives
from retake.teaching.words import lines_of

SHOWN = (*COUNTED, EnrollmentState.LAPSED, EnrollmentState.CANCELLED)
RESULT = ("score", "text", "flag")
UNPAID = Status(Tone.TODO, "wallet", "未缴费")
PAID = (Standing.PAID, Standing.WAIVED)
MAY_PAY = (Standing.PAYABLE, Standing.WATCHED, Standing.HELD)


@dataclass(frozen=True)
class Alternative:
    """Another group a student may take instead of one that does not open."""

    group_id: int
    label: str


@dataclass(frozen=True)
class Row:
    """One course: arranged (``seat`` is set) or the sentence why it is not."""

    card: Card
    status: Status
    sentence: str
    seat: Assignment | None
    times: tuple[str, ...]
    offer: Offer | None
    alternatives: tuple[Alternative, ...]
    outcome: Outcome | None

    @property
    def is_arranged(self) -> bool:
        """Time and place are what matters now; afterwards it is the result."""
        return self.seat is not None and self.card.row.state == EnrollmentState.ARRANGED

    @property
    def waits(self) -> bool:
        """The college has it; a message says when it is done."""
        return self.card.row.state == EnrollmentState.CONFIRMED and self.offer is None

    @property
    def has_failed(self) -> bool:
        """The result is in and the course is not passed."""
        return self.outcome is Outcome.FAILED

    @property
    def may_pay(self) -> bool:
        """The payment page has something to do about it."""
        position = self.card.position
        waits = self.card.row.state == EnrollmentState.ENROLLED
        return waits and position is not None and position.standing in MAY_PAY


@dataclass(frozen=True)
class Mine:
    """The page of one term; ``terms`` are those the student has rows in, newest first."""

    term: str
    term_name: str
    terms: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    feed: str  # the token of the calendar address, empty without one
    # The latest day from which what is missing can be looked up; None once it has passed.
    expected_on: date | None

    @property
    def counted(self) -> int:
        """Courses that still stand."""
        return sum(row.card.row.state in COUNTED for row in self.rows)

    @property
    def arranged(self) -> int:
        return sum(row.is_arranged and not row.card.is_unplaced for row in self.rows)

    @property
    def completed(self) -> int:
        return sum(row.card.row.state == EnrollmentState.COMPLETED for row in self.rows)

    @property
    def waiting(self) -> int:
        """Time and place are still to come."""
        return sum(row.card.is_unplaced for row in self.rows)


def my_guidance(user_id: int, term: str, now: datetime) -> Mine:
    """Seven statements at most, whatever the number of courses; two more with an open offer."""
    everything = cards(_shown(user_id=user_id, today=timezone.localdate(now)), now)
    codes = tuple(dict.fromkeys(card.row.term.code for card in everything))
    here = term if term in codes else (codes[0] if codes else "")
    own = [card for card in everything if card.row.term.code == here]
    return Mine(
        term=here,
        term_name=term_name(here) if here else "",
        terms=tuple((code, _term_label(code, everything)) for code in codes),
        rows=tuple(_rows(own, now)),
        feed=(vars(everything[0].row)["feed"] or "") if everything else "",
        expected_on=_expected_on(own, timezone.localdate(now)),
    )


def _expected_on(own: list[Card], today: date) -> date | None:
    latest = awaited_on(own)
    return latest if latest is not None and latest >= today else None


def _term_label(code: str, everything: list[Card]) -> str:
    is_running = any(card.row.term.is_current for card in everything if card.row.term.code == code)
    return f"{term_name(code)}{'（本学期）' if is_running else ''}"


@Prepared
def _shown() -> QuerySet[Enrollment]:
    """The rows the page shows: calendar address, result, an open offer, all in one statement."""
    result = GradeAttempt.objects.filter(
        student=OuterRef("student"),
        course=OuterRef("course"),
        term=OuterRef("term"),
        kind=AttemptKind.RETAKE.value,
    ).order_by("-pk")
    offer = Offer.objects.filter(enrollment=OuterRef("pk"), state=OfferState.WAITING.value)
    feed = CalendarFeed.objects.filter(student__user=Slot("user_id"), revoked_at=None)
    return (
        own_rows()
        .filter(state__in=[state.value for state in SHOWN])
        .annotate(
            feed=Subquery(feed.values("token")[:1]),
            offered=Exists(offer),
            result=Subquery(result.values(row=JSONObject(**{one: one for one in RESULT}))[:1]),
            policies=ArraySubquery(GradePolicy.objects.values(row=POLICY)),
        )
    )


def _rows(own: list[Card], now: datetime) -> list[Row]:
    seats = _seats([card.row.pk for card in own])
    offices = offices_of(own)
    late = late_words(own, offices, timezone.localdate(now))
    offers = _offers([card.row.pk for card in own if vars(card.row)["offered"]])
    return [
        _row(
            card,
            seats.get(card.row.pk),
            offers.get(card.row.pk),
            Waiting(offices.get(card.row.course.offering_college.name, ""), late.get(desk(card))),
            now,
        )
        for card in own
    ]


def _offers(enrollment_ids: list[int]) -> dict[int, Offer]:
    """Open offers by enrolment; without any nothing is asked."""
    if not enrollment_ids:
        return {}
    rows = Offer.objects.filter(enrollment__in=enrollment_ids, state=OfferState.WAITING.value)
    return {row.enrollment_id: row for row in rows.select_related("closed_group__course")}


def _seats(enrollment_ids: list[int]) -> dict[int, Assignment]:
    """Where the enrolments sit, with sessions, in one statement."""
    names = ("held_on", "first_period", "last_period", "room", "note")
    sessions = TeachingSession.objects.filter(group=OuterRef("group"), is_cancelled=False).order_by(
        "held_on", "first_period"
    )
    rows = Assignment.objects.filter(enrollment__in=enrollment_ids, ended_at=None)
    found = rows.select_related("group__teacher", "group__tutor", "group__course").annotate(
        meetings=ArraySubquery(sessions.values(row=JSONObject(**{name: name for name in names})))
    )
    return {row.enrollment_id: row for row in found}


def _row(
    card: Card,
    seat: Assignment | None,
    offer: Offer | None,
    waiting: Waiting,
    now: datetime,
) -> Row:
    today = timezone.localdate(now)
    meetings = _meetings(seat) if seat else []
    found = _result(card, today)
    return Row(
        card=card,
        status=_status(card),
        sentence=found[1] if found else sentence(card, offer, waiting, today),
        seat=seat,
        times=tuple(lines_of(seat.group, meetings, today)) if seat else (),
        offer=offer,
        alternatives=_alternatives(offer) if offer else (),
        outcome=found[0] if found else None,
    )


def _result(card: Card, today: date) -> tuple[Outcome, str] | None:
    """What the result in force came to, and the next step; None before there is one."""
    row = vars(card.row)
    if card.row.state != EnrollmentState.COMPLETED or row["result"] is None:
        return None
    given = row["result"]
    score = None if given["score"] is None else Decimal(str(given["score"]))
    result = Result(score, given["text"], ResultFlag(given["flag"]))
    policy = policy_on([policy_of(one) for one in row["policies"]], today)
    came_to = outcome(result, policy)
    return came_to, f"重修成绩 {printed(result)}。{after_result(came_to)}"


def _meetings(seat: Assignment) -> list[TeachingSession]:
    return [
        TeachingSession(**(one | {"held_on": date.fromisoformat(one["held_on"])}))
        for one in _dicts(vars(seat)["meetings"])
    ]


def _dicts(value: Any) -> list[dict[str, Any]]:
    return list(value)


def _alternatives(offer: Offer) -> tuple[Alternative, ...]:
    return tuple(
        Alternative(group.pk, f"{group.serial}班 {group.place_text}".strip())
        for group in alternatives(offer.closed_group)
    )


def _status(card: Card) -> Status:
    unpaid = card.row.state == EnrollmentState.ENROLLED and not card.row.exempt
    if unpaid and (card.position is None or card.position.standing not in PAID):
        return UNPAID
    return card.status
