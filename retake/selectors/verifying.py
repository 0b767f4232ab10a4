"""The board of a round: what a verification would do now, and how every course stands."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils import timezone

from payments import waits
from payments.models import OrderLine
from payments.reconcile.selectors.days import unsealed_days
from payments.reconcile.selectors.differences import open_differences, warnings
from payments.selectors import line_histories, positions_by_reference
from payments.standing import is_watched
from portal.records.models import VeteranStatus
from portal.records.selectors import facts_of
from portal.records.states import VeteranState
from retake.billing import PURPOSE
from retake.fees import is_veteran
from retake.models import Enrollment, Round
from retake.selectors.money import Money, with_money
from retake.states import COUNTED, EnrollmentState
from retake.verification import Candidate, Ground, Verdict, judge


@dataclass(frozen=True)
class Obstacles:
    """Why 对账 is not done: days that are not settled, open differences of the round's charges.

    ``references`` are those of the charges the differences are about. ``unclaimed``: differences of
    these days about no order of ours; they warn, they hold nothing up.
    """

    days: tuple[date, ...] = ()
    differences: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    unclaimed: int = 0

    def __bool__(self) -> bool:
        return bool(self.days or self.differences)


@dataclass
class BoardRow:
    """One course of one college; every number counts enrolments."""

    college: str
    course: str
    counts: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """As a snapshot keeps it."""
        return {"college": self.college, "course": self.course, **self.counts}


COLUMNS = (
    ("enrolled", "报名"),
    ("exempt", "免缴"),
    ("paid", "已缴"),
    ("held", "付款中、确认中"),
    ("unpaid", "未缴"),
    ("differing", "对账差异"),
    ("confirmed", "已核实"),
    ("arranged", "已安排"),
    ("lapsed", "失效"),
    ("late", "失效后到账"),
)


def obstacles(row: Round, now: datetime) -> Obstacles:
    """What finance has still to do about the round's payment window."""
    if row.pay_opens_at is None or row.pay_closes_at is None:
        return Obstacles()
    first = timezone.localdate(row.pay_opens_at)
    last = timezone.localdate(row.pay_closes_at)
    waiting = unsealed_days(list(settings.GATEWAYS), first, last, now)
    days = dict.fromkeys(one.day for one in waiting)
    differences = open_differences(row.charge_group, now)
    references = _references(row.charge_group, [one.order_id for one in differences])
    unclaimed = sum(first <= one.day <= last for one in warnings(now))
    return Obstacles(tuple(days), tuple(one.text for one in differences), references, unclaimed)


def _references(group: str, order_ids: Iterable[int | None]) -> tuple[str, ...]:
    """Of the group's charges in these orders; nothing is asked without any."""
    known = {one for one in order_ids if one is not None}
    if not known:
        return ()
    lines = OrderLine.objects.filter(order__in=known, charge__group=group).order_by()
    return tuple(lines.values_list("charge__reference", flat=True).distinct())


def board(rows: QuerySet[Enrollment], references: Collection[str] = ()) -> list[BoardRow]:
    """By college and course; ``references`` of charges with open differences count as such.

    One statement, and one more with any of those.
    """
    keys = ("course__offering_college__name", "course__code", "course__name")
    found = (
        with_money(rows)
        .order_by(*keys)
        .values_list(*keys, "state", "money")
        .annotate(number=Count("pk"))
    )
    made: dict[tuple[str, str], BoardRow] = {}
    for college, code, name, state, money, number in found:
        row = made.setdefault((college, code), BoardRow(college, f"{name}（{code}）"))
        for key in _columns(EnrollmentState(state), Money(money)):
            row.counts[key] += number
    if references:
        differing = rows.filter(pk__in=[int(one) for one in references]).order_by()
        for college, code, number in differing.values_list(*keys[:2]).annotate(number=Count("pk")):
            made[college, code].counts["differing"] = number
    return list(made.values())


def totals(rows: Iterable[BoardRow]) -> Counter[str]:
    """The sum of a board."""
    found: Counter[str] = Counter()
    for row in rows:
        found.update(row.counts)
    return found


PAYMENT_COLUMNS = {
    Money.WAIVED: "exempt",
    Money.PAID: "paid",
    Money.HELD: "held",
    Money.OWED: "unpaid",
}


def _columns(state: EnrollmentState, money: Money) -> list[str]:
    """Which columns a row counts in."""
    if state is EnrollmentState.LAPSED:
        return ["lapsed", *(["late"] if money is Money.PAID else [])]
    if state not in COUNTED:
        return []
    found = ["enrolled"]
    if money in PAYMENT_COLUMNS:
        found.append(PAYMENT_COLUMNS[money])
    if state is EnrollmentState.CONFIRMED:
        found.append("confirmed")
    if state in (EnrollmentState.ARRANGED, EnrollmentState.COMPLETED):
        found.append("arranged")
    return found


def judged(
    rows: Iterable[Enrollment], *, may_lapse: bool, now: datetime
) -> dict[int, tuple[Verdict, Ground]]:
    """What verification makes of these enrolments, by id. A constant number of statements."""
    found = list(rows)
    charges = positions_by_reference(PURPOSE, [row.reference for row in found], now)
    watched = _watched([charge.charge_id for charge in charges.values()], now)
    claims = _claiming({row.student_id for row in found if not row.exempt}, now)
    verdicts = {}
    for row in found:
        charge = charges.get(row.reference)
        one = Candidate(
            exempt=row.exempt,
            claim_waits=row.student_id in claims,
            standing=charge.position.standing if charge else None,
            watched=charge is not None and charge.charge_id in watched,
        )
        verdicts[row.pk] = judge(one, may_lapse=may_lapse)
    return verdicts


def _claiming(student_ids: set[int], now: datetime) -> set[int]:
    """Students whose claim waits, or was approved just now and has not reached their enrolments:
    it is decided in one transaction and acts in the next.
    """
    claims = VeteranStatus.objects.filter(student__in=student_ids)
    # In this order: a claim approved in between is found by one of the two.
    waiting = _students(claims, VeteranState.PENDING)
    facts, today = facts_of(_students(claims, VeteranState.APPROVED)), timezone.localdate(now)
    return waiting | {pk for pk, known in facts.items() if is_veteran(known, today)}


def _students(claims: QuerySet[VeteranStatus], state: VeteranState) -> set[int]:
    return set(claims.filter(state=state.value).values_list("student_id", flat=True))


def _watched(charge_ids: list[int], now: datetime) -> set[int]:
    """Charges that a released order may still pay."""
    wait = waits.in_force()
    return {
        charge
        for charge, lines in line_histories(charge_ids).items()
        if any(is_watched(line, now, wait) for line in lines)
    }


def late_money(rows: QuerySet[Enrollment]) -> QuerySet[Any]:
    """Lapsed enrolments whose money came in after all, for the office to decide."""
    return with_money(rows.filter(state=EnrollmentState.LAPSED.value)).filter(
        money=Money.PAID.value
    )
