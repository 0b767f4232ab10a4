"""What ``payments`` asks the retake process about its charges."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db.models import F, QuerySet, Subquery, Sum
from django.utils import timezone

from payments.models import Surplus
from payments.standing import PayWindow
from payments.timeline import Verification
from portal.lib.prepared import Prepared, among
from retake.models import Enrollment, EnrollmentEvent, Round
from retake.selectors.reached import VERIFIED, last_event
from retake.states import EnrollmentState, EventKind
from retake.steps import REACHED

PURPOSE = "retake"

REFUSALS = {
    EnrollmentState.WITHDRAWN: "这门课已退报名。",
    EnrollmentState.LAPSED: "核实时没有查到缴费，报名已失效。",
    EnrollmentState.CANCELLED: "这门课的报名已取消。",
}


def returned_fen(reference: str, now: datetime) -> int:
    """What was paid for an enrolment and became a case of finance at exactly ``now``, in fen."""
    return _fen(Surplus.objects.filter(charge__reference=reference, opened_at=now))


def returned_when_withdrawn(row: Enrollment) -> int:
    """What was paid, in fen, when the enrolment was withdrawn last, however long ago that was."""
    events = EnrollmentEvent.objects.filter(enrollment=row, kind=EventKind.WITHDRAWN.value)
    last = Subquery(events.order_by("-id").values("happened_at")[:1])
    return _fen(Surplus.objects.filter(charge__reference=row.reference, opened_at=last))


def _fen(rows: QuerySet[Surplus]) -> int:
    return rows.filter(charge__purpose=PURPOSE).aggregate(fen=Sum("amount_fen"))["fen"] or 0


class RetakeCharges:
    """Handler of the purpose ``retake``; a reference is the id of an enrolment."""

    label = "重修"

    def titles(self, references: Sequence[str]) -> Mapping[str, str]:
        """Course names, as a receipt prints them."""
        rows = _names(ids=[int(reference) for reference in references])
        return {str(row["id"]): row["name"] for row in rows}

    def payable(self, references: Sequence[str], now: datetime) -> Mapping[str, PayWindow]:  # noqa: ARG002 -- payments' contract
        """The payment window of each reference's round, or why it is not to be paid.

        The grace for waits of the portal's own making is worked out by ``payments``.
        """
        rows = _windows(ids=[int(reference) for reference in references])
        return {
            str(row["id"]): PayWindow(
                row["opens_at"], row["closes_at"], REFUSALS.get(EnrollmentState(row["state"]), "")
            )
            for row in rows
        }

    def steps(self, references: Sequence[str]) -> Mapping[str, Verification]:
        """Whether and when 核实 confirmed each enrolment that still counts, or its plan."""
        waiting = (EnrollmentState.ENROLLED, *REACHED)
        rows = Enrollment.objects.filter(pk__in=references, state__in=waiting)
        known = rows.values_list("pk", "state", "round__verify_on", last_event(*VERIFIED))
        return {
            str(pk): Verification(EnrollmentState(state) in REACHED, _end_of(planned), done_at)
            for pk, state, planned, done_at in known
        }

    def groups(self, groups: Sequence[str]) -> Mapping[str, str]:
        """Names of rounds."""
        return {
            row.charge_group: row.name for row in Round.objects.all() if row.charge_group in groups
        }


@Prepared
def _names() -> QuerySet[Any, Any]:
    return Enrollment.objects.filter(among("id", "ids")).values("id", name=F("course__name"))


@Prepared
def _windows() -> QuerySet[Any, Any]:
    """Enrolments are of published rounds, and those have their dates."""
    rows = Enrollment.objects.filter(among("id", "ids"))
    times = {"opens_at": F("round__pay_opens_at"), "closes_at": F("round__pay_closes_at")}
    return rows.values("id", "state", **times)


def _end_of(planned: date | None) -> datetime | None:
    return None if planned is None else timezone.make_aware(datetime.combine(planned, time.max))
