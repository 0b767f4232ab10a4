"""What an office does with somebody else's account, and the record of it."""

from datetime import datetime

from django.db import transaction

from portal.accounts import visits
from portal.accounts.models import Intervention, InterventionKind, User, VisitEnd

LONGEST = 200  # characters of a reason


def record(
    kind: InterventionKind, actor: User, target: User, now: datetime, reason: str = ""
) -> None:
    """Within the transaction of what is recorded."""
    Intervention.objects.create(
        kind=kind, actor=actor, target=target, at=now, reason=reason[:LONGEST]
    )


@transaction.atomic
def sign_out(users: list[User], actor: User, now: datetime, reason: str = "") -> int:
    """End every visit of these accounts; how many there were."""
    ended = 0
    for user in users:
        ended += visits.end(visits.open_of(user), VisitEnd.OFFICE, now)
        record(InterventionKind.SIGN_OUT, actor, user, now, reason)
    return ended
