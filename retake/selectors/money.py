"""Where the money of many enrolments stands, for staff lists and counts."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Count, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Cast

from payments.models import Charge, OrderLine
from payments.states import HOLDING, ChargeState, LineState
from portal.lib.labels import Labelled
from retake.billing import PURPOSE
from retake.models import Enrollment
from retake.states import COUNTED, EnrollmentState


class Money(Labelled):
    """What staff tell apart; students see the finer words of ``payments``."""

    OWED = "owed", "未缴"
    HELD = "held", "付款中"
    PAID = "paid", "已缴"
    WAIVED = "waived", "免缴"
    VOID = "void", "不收"


@dataclass(frozen=True)
class Tally:
    """How many enrolments, and their fees in fen."""

    key: str
    label: str
    count: int
    fee_fen: int


def with_money(rows: QuerySet[Enrollment]) -> QuerySet[Any]:
    """Annotate ``money`` (a ``Money`` value), read from charge and lines in the same statement."""
    reference = Cast(OuterRef("pk"), CharField())
    charge = Charge.objects.filter(purpose=PURPOSE, reference=reference)
    line = OrderLine.objects.filter(
        charge__purpose=PURPOSE, charge__reference=reference, state__in=HOLDING
    )
    return rows.annotate(
        charge_state=Subquery(charge.values("state")[:1]),
        line_state=Subquery(line.values("state")[:1]),
    ).annotate(
        money=Case(
            When(charge_state=ChargeState.WAIVED.value, then=Value(Money.WAIVED.value)),
            When(charge_state=ChargeState.VOID.value, then=Value(Money.VOID.value)),
            When(line_state=LineState.PAID.value, then=Value(Money.PAID.value)),
            When(line_state=LineState.HELD.value, then=Value(Money.HELD.value)),
            default=Value(Money.OWED.value),
            output_field=CharField(),
        )
    )


def tallies(rows: QuerySet[Enrollment]) -> tuple[list[Tally], list[Tally]]:
    """Counts by state, and by money among the enrolments that count. One statement."""
    found = list(
        with_money(rows)
        .order_by()
        .values_list("state", "money")
        .annotate(count=Count("pk"), fee_fen=Sum("fee_fen"))
    )
    by_state = [
        _tally(one.value, one.label, [row[2:] for row in found if row[0] == one])
        for one in EnrollmentState
    ]
    by_money = [
        _tally(
            one.value, one.label, [row[2:] for row in found if row[1] == one and row[0] in COUNTED]
        )
        for one in (Money.OWED, Money.HELD, Money.PAID, Money.WAIVED)
    ]
    return by_state, by_money


def _tally(key: str, label: str, rows: list[tuple[int, int]]) -> Tally:
    return Tally(key, label, sum(count for count, _ in rows), sum(fee for _, fee in rows))
