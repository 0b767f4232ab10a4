"""Rounds that are over."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from retake.models import Round
from retake.selectors.mine import Card, my_enrollments
from retake.states import RoundState


@dataclass(frozen=True)
class PastRound:
    """A round whose payment has closed, and the student's own enrolments in it."""

    round: Round
    cards: tuple[Card, ...]


def past_rounds(user_id: int, now: datetime) -> list[PastRound]:
    """Newest first. Five statements for any number of rounds and enrolments."""
    over = Q(state=RoundState.ARCHIVED.value) | Q(
        state=RoundState.PUBLISHED.value, pay_closes_at__lt=now
    )
    cards = my_enrollments(user_id, now)
    return [
        PastRound(row, tuple(card for card in cards if card.row.round_id == row.pk))
        for row in Round.objects.filter(over).select_related("term").order_by("-enrol_opens_at")
    ]
