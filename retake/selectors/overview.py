"""What the home page shows of the retake process."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from portal.lib.errors import DomainError
from retake.selectors.choice import choice
from retake.selectors.mine import Card, awaited_on, my_enrollments
from retake.selectors.opened import Opened, Phase, opened_for
from retake.states import COUNTED


@dataclass(frozen=True)
class Dashboard:
    """The round a student sees (None: no round at all) and his enrolments of its term.

    ``may_enroll``: enrolment is open, he has not enrolled in anything yet, and there is a course
    he may choose. Without a round the enrolments are those of the newest term. ``expected_on`` is
    the day from which time and place of what has none yet can be looked up (预计 X 起可查).
    """

    opened: Opened | None
    cards: tuple[Card, ...]
    may_enroll: bool
    today: date

    @property
    def claimed_at(self) -> datetime | None:
        """Since when a claim to be a 退役 student waits: said wherever money is asked."""
        return self.opened.claimed_at if self.opened else None

    @property
    def active(self) -> tuple[Card, ...]:
        """Cards that still count: not withdrawn, lapsed or cancelled."""
        return tuple(card for card in self.cards if card.row.state in COUNTED)

    @property
    def expected_on(self) -> date | None:
        return awaited_on(self.cards)

    @property
    def is_late(self) -> bool:
        """That day has passed: the page of times and places says who has it."""
        return self.expected_on is not None and self.expected_on < self.today


def dashboard(user_id: int, now: datetime) -> Dashboard:
    """Five statements whatever the number of enrolments.

    Of somebody without any, one, and those of the record while enrolment is open: whoever has
    nothing to choose is not invited.
    """
    opened = opened_for(user_id, now)
    mine = my_enrollments(user_id, now)
    term_id = opened.round.term_id if opened else (mine[0].row.term_id if mine else None)
    cards = tuple(card for card in mine if card.row.term_id == term_id)
    idle = not any(card.row.state in COUNTED for card in cards)
    may = idle and _has_choice(user_id, opened, now)
    return Dashboard(opened, cards, may_enroll=may, today=timezone.localdate(now))


def _has_choice(user_id: int, opened: Opened | None, now: datetime) -> bool:
    if opened is None or opened.phase is not Phase.OPEN:
        return False
    try:
        return bool(choice(user_id, opened, now).picks)
    except DomainError as error:
        if error.code != "student.none":
            raise
        return False
