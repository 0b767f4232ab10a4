"""Surplus money as its payer reads it: why it is there, and what finance is doing with it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from payments import wording
from payments.models import Resolution, Surplus
from payments.states import ResolutionState, SurplusReason
from portal.lib.status import Status


@dataclass(frozen=True)
class Leftover:
    """One surplus; ``done_at`` is set once it has left."""

    surplus: Surplus
    reason: str
    title: str
    amount_fen: int
    status: Status
    resolution: Resolution | None

    @property
    def done_at(self) -> datetime | None:
        return self.resolution.arrived_at if self.resolution else None


def waiting() -> QuerySet[Surplus]:
    """Money that belongs nowhere yet."""
    arrived = Resolution.objects.filter(surplus=OuterRef("pk"), state=ResolutionState.ARRIVED)
    return Surplus.objects.filter(~Exists(arrived))


def with_resolutions(rows: QuerySet[Surplus]) -> QuerySet[Surplus]:
    """Each surplus with the resolution that counts, one statement more."""
    active = Resolution.objects.exclude(state=ResolutionState.CANCELLED).select_related("target")
    return rows.prefetch_related(Prefetch("resolutions", queryset=active, to_attr="active"))


def of_payer(payer_id: int, now: datetime) -> list[Leftover]:
    """What finance holds of a payer's money; two statements."""
    return _read(waiting().filter(receipt__order__payer_id=payer_id), now)


def of_order(order_id: int, now: datetime) -> list[Leftover]:
    """The same of one order, what has left included."""
    return _read(Surplus.objects.filter(receipt__order_id=order_id), now)


def read(surplus: Surplus, now: datetime) -> Leftover:
    """A surplus that was fetched ``with_resolutions`` and its charge."""
    active: list[Resolution] = vars(surplus)["active"]
    row = active[0] if active else None
    return Leftover(
        surplus=surplus,
        reason=SurplusReason(surplus.reason).label,
        title=surplus.charge.title if surplus.charge else "",
        amount_fen=surplus.amount_fen,
        status=wording.of_resolution(row, now),
        resolution=row,
    )


def _read(rows: QuerySet[Surplus], now: datetime) -> list[Leftover]:
    found = with_resolutions(rows.select_related("charge").order_by("pk"))
    return [read(surplus, now) for surplus in found]
