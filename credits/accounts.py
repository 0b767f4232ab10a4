"""What became of a student's credits, kind by kind: earned, held, used up, available. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from credits.ground import ground_of
from credits.kinds import SourceKind
from credits.rules.facts import ZERO
from credits.situation import Situation
from credits.states import ApplicationState


@dataclass(frozen=True)
class Account:
    """One kind of credit; ``held`` waits for a review, ``consumed`` has passed a course."""

    kind: SourceKind
    earned: Decimal
    held: Decimal
    consumed: Decimal

    @property
    def available(self) -> Decimal:
        return self.earned - self.held - self.consumed


def accounts(known: Situation) -> tuple[Account, ...]:
    """Every kind the student has earned credits of, in the order of the kinds."""
    sources = {one.key: one for one in ground_of(known).sources}
    approved = {one.reference for one in known.earlier if one.state is ApplicationState.APPROVED}
    moved: dict[tuple[SourceKind, bool], Decimal] = {}
    for claim in known.claims:
        if claim.key in sources:
            place = sources[claim.key].kind, claim.reference in approved
            moved[place] = moved.get(place, ZERO) + claim.credit_hours
    return tuple(
        Account(
            kind,
            earned=sum((one.credit_hours for one in sources.values() if one.kind is kind), ZERO),
            held=moved.get((kind, False), ZERO),
            consumed=moved.get((kind, True), ZERO),
        )
        for kind in SourceKind
        if any(one.kind is kind for one in sources.values())
    )
