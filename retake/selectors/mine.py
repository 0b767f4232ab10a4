"""A student's own enrolments as cards: status, sentence, step tracker."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet, Subquery
from django.utils import timezone

from payments.selectors import ChargePosition, positions_by_reference
from payments.standing import Position, Standing
from portal.lib.errors import NotYours
from portal.lib.prepared import Prepared, Slot, among
from portal.lib.status import Status
from portal.records.models import VeteranStatus
from portal.records.states import VeteranState
from retake.billing import PURPOSE
from retake.models import Enrollment, Round
from retake.schedule import CALENDAR, Schedule, schedule_of
from retake.selectors.coming import Coming, ahead, coming
from retake.selectors.reached import dates_of, reached
from retake.states import UNPLACED, EnrollmentState
from retake.steps import Step, steps
from retake.teaching.untimed import timed_seat
from retake.wording import sentence_of, status_of

# Withdrawing would be refused: an order holds the course.
IN_PAYMENT = (Standing.HELD, Standing.CONFIRMING)


@dataclass(frozen=True)
class Card:
    """One enrolment ready to show. ``order_number`` is the last order it was in, or empty."""

    row: Enrollment
    status: Status
    sentence: str
    steps: tuple[Step, ...]
    schedule: Schedule | None
    position: Position | None
    order_number: str
    can_withdraw: bool
    claimed_at: datetime | None  # a claim to be a 退役 student waits since then
    coming: tuple[Coming, ...] = ()  # the next lesson, the exam

    @property
    def is_unplaced(self) -> bool:
        """Time and place are still to come: without a class, or in one that has none yet."""
        state = EnrollmentState(self.row.state)
        untimed = state is EnrollmentState.ARRANGED and not vars(self.row)["timed"]
        return state in UNPLACED or untimed

    @property
    def is_veteran_free(self) -> bool:
        """Free because of the student, not because the course costs nothing."""
        return self.row.exempt and self.row.fee_fen > 0


def awaited_on(cards: Iterable[Card]) -> date | None:
    """The last day from which time and place of what has none yet can be looked up."""
    days = [card.schedule.expected_on for card in cards if card.schedule and card.is_unplaced]
    return max(days, default=None)


def my_enrollments(user_id: int, now: datetime) -> list[Card]:
    """Every enrolment of the student, newest term first. Four statements for any number."""
    return cards(_mine(user_id=user_id, today=timezone.localdate(now)), now)


def my_enrollment(user_id: int, enrollment_id: int, now: datetime) -> Card:
    """One of the student's own; anybody else's is ``NotYours``."""
    asked = {"user_id": user_id, "enrollment_id": enrollment_id}
    found = cards(_one(**asked, today=timezone.localdate(now)), now)
    if not found:
        raise NotYours("没有找到这条报名。")
    return found[0]


def cards(rows: Iterable[Enrollment], now: datetime) -> list[Card]:
    """Put rows (course and term at hand) together with their rounds and their money."""
    found = list(rows)
    known = schedules({row.round_id for row in found})
    charges = positions_by_reference(PURPOSE, [row.reference for row in found], now)
    return [_card(row, known.get(row.round_id), charges.get(row.reference), now) for row in found]


@Prepared
def _mine() -> QuerySet[Enrollment]:
    return own_rows()


@Prepared
def _one() -> QuerySet[Enrollment]:
    return own_rows().filter(pk=Slot("enrollment_id"))


def own_rows() -> QuerySet[Enrollment]:
    """To be prepared with slots ``user_id`` and ``today``; with the time of a waiting 退役 claim,
    whether the class each sits in has a time or place, when it reached its stations, and what
    comes next."""
    claims = VeteranStatus.objects.filter(
        student__user=Slot("user_id"), state=VeteranState.PENDING.value
    ).values("claimed_at")
    return (
        Enrollment.objects.filter(student__user=Slot("user_id"))
        .annotate(claimed_at=Subquery(claims[:1]), timed=timed_seat(), **reached(), **ahead())
        .select_related("course__offering_college", "term", "round")
        .order_by("-term__code", "pk")
    )


@Prepared
def _rounds() -> QuerySet[Round]:
    return Round.objects.filter(among("id", "round_ids")).annotate(calendar=CALENDAR).order_by()


def schedules(round_ids: set[int]) -> dict[int, Schedule | None]:
    """The schedule of each round by its id, worked out now. One statement."""
    rows = _rounds(round_ids=list(round_ids)) if round_ids else []
    return {row.pk: schedule_of(row, vars(row)["calendar"]) for row in rows}


def _card(
    row: Enrollment,
    schedule: Schedule | None,
    charge: ChargePosition | None,
    now: datetime,
) -> Card:
    state = EnrollmentState(row.state)
    position = charge.position if charge else None
    timed = bool(vars(row)["timed"])
    return Card(
        row=row,
        status=status_of(state, position, exempt=row.exempt, timed=timed, now=now),
        sentence=sentence_of(state, position, schedule, exempt=row.exempt, timed=timed, now=now),
        steps=steps(
            state,
            position.standing if position else None,
            exempt=row.exempt,
            reconciled=charge is not None and charge.reconciled_at is not None,
            timed=timed,
            dates=dates_of(row, schedule, charge),
        ),
        schedule=schedule,
        position=position,
        order_number=charge.order_number if charge else "",
        can_withdraw=_can_withdraw(state, position, schedule, now),
        claimed_at=vars(row).get("claimed_at"),
        coming=coming(row, now),
    )


def _can_withdraw(
    state: EnrollmentState, position: Position | None, schedule: Schedule | None, now: datetime
) -> bool:
    if state is not EnrollmentState.ENROLLED or schedule is None:
        return False
    held = position is not None and position.standing in IN_PAYMENT
    return not held and now <= schedule.pay_closes_at
