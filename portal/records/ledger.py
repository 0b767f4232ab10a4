"""What the credit ledger says: balances of sources, and which course was had for which."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, F, QuerySet, Sum, Value, When

from portal.records.academic import Exchange
from portal.records.kinds import PostingKind
from portal.records.models import CreditPosting
from portal.records.rows import in_force

_ZERO = Decimal(0)


def _signed(**signs: int) -> Sum:
    """Σ of credits with a sign by kind of posting."""
    whens = [When(kind=kind, then=F("credit_hours") * sign) for kind, sign in signs.items()]
    amount: DecimalField[Any, Any] = DecimalField(max_digits=8, decimal_places=1)
    return Sum(Case(*whens, default=Value(_ZERO), output_field=amount))


_HELD = {"held": 1, "released": -1, "consumed": -1}
_CONSUMED = {"consumed": 1, "revoked": -1}
HELD = _signed(**_HELD)
CONSUMED = _signed(**_CONSUMED)


@dataclass(frozen=True)
class Balance:
    """One source of one student: credits kept for an application and credits used up."""

    student_id: int
    course_id: int | None
    other_id: int | None
    held: Decimal
    consumed: Decimal

    @property
    def taken(self) -> Decimal:
        """Credits that are not available: earned − taken is."""
        return self.held + self.consumed


def balances(student_ids: Collection[int]) -> list[Balance]:
    """Every source that was ever moved. One statement."""
    rows = (
        CreditPosting.objects.filter(student__in=student_ids)
        .order_by()
        .values("student_id", "course_id", "other_id")
        .annotate(held=HELD, consumed=CONSUMED)
    )
    return [Balance(**row) for row in rows]


def balances_of(postings: Iterable[CreditPosting]) -> list[Balance]:
    """The same from postings that were read already; all of a source, or its balance is wrong."""
    piles: dict[tuple[int, int | None, int | None], list[CreditPosting]] = defaultdict(list)
    for one in postings:
        piles[one.student_id, one.course_id, one.other_id].append(one)
    return [Balance(*key, _sum(pile, _HELD), _sum(pile, _CONSUMED)) for key, pile in piles.items()]


def _sum(pile: Iterable[CreditPosting], signs: dict[str, int]) -> Decimal:
    return sum((one.credit_hours * signs.get(one.kind, 0) for one in pile), _ZERO)


def exchanges(student_ids: Collection[int]) -> dict[int, tuple[Exchange, ...]]:
    """Approved exchanges that stand, by student, under the codes in force. One statement."""
    rows = (
        CreditPosting.objects.filter(
            student__in=student_ids, kind__in=[PostingKind.CONSUMED, PostingKind.REVOKED]
        )
        .order_by()
        .values(
            "student_id",
            "reference",
            "other_id",
            "course__name",
            "other__title",
            target_now=in_force("target"),
            course_now=in_force("course"),
        )
        .annotate(consumed=CONSUMED)
        .filter(consumed__gt=0)
        .order_by("reference", "course__name", "other__title")
    )
    return _by_student(rows)


def _by_student(rows: "QuerySet[CreditPosting, dict[str, Any]]") -> dict[int, tuple[Exchange, ...]]:
    grouped: dict[tuple[int, int, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        grouped[row["student_id"], row["target_now"], row["reference"]].append(row)
    found: dict[int, list[Exchange]] = defaultdict(list)
    for (student_id, target_id, _), pieces in grouped.items():
        names = tuple(str(one["course__name"] or one["other__title"]) for one in pieces)
        courses = tuple(one["course_now"] for one in pieces if one["course_now"] is not None)
        found[student_id].append(Exchange(target_id, courses, names))
    return {student_id: tuple(given) for student_id, given in found.items()}
