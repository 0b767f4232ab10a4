"""What ``payments`` asks the retake process about its charges."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from django.db.models import Sum
from django.utils import timezone

from payments.models import Surplus
from payments.standing import PayWindow
from payments.timeline import Verification
from retake.models import Enrollment, Round
from retake.states import EnrollmentState
from retake.steps import REACHED

PURPOSE = "retake"

REFUSALS = {
    EnrollmentState.WITHDRAWN: "这门课已退报名。",
    EnrollmentState.LAPSED: "核实时没有查到缴费，报名已失效。",
    EnrollmentState.CANCELLED: "这门课的报名已取消。",
}


def returned_fen(reference: str, now: datetime) -> int:
    """What was paid for an enrolment and became a case of finance at exactly ``now``, in fen."""
    rows = Surplus.objects.filter(
        charge__purpose=PURPOSE, charge__reference=reference, opened_at=now
    )
    return rows.aggregate(fen=Sum("amount_fen"))["fen"] or 0


class RetakeCharges:
    """Handler of the purpose ``retake``; a reference is the id of an enrolment."""

    label = "重修"

    def titles(self, references: Sequence[str]) -> Mapping[str, str]:
        """Course names, as a receipt prints them."""
        rows = Enrollment.objects.filter(pk__in=references).values_list("pk", "course__name")
        return {str(pk): name for pk, name in rows}

    def payable(self, references: Sequence[str], now: datetime) -> Mapping[str, PayWindow]:  # noqa: ARG002 -- payments' contract
        """The payment window of each reference's round, or why it is not to be paid.

        The grace for waits of the portal's own making is worked out by ``payments``.
        """
        rows = Enrollment.objects.filter(pk__in=references).values_list(
            "pk", "state", "round__pay_opens_at", "round__pay_closes_at"
        )
        return {
            str(pk): PayWindow(opens, closes, REFUSALS.get(EnrollmentState(state), ""))
            for pk, state, opens, closes in rows
            if opens is not None and closes is not None  # drafts have no enrolments
        }

    def steps(self, references: Sequence[str]) -> Mapping[str, Verification]:
        """Whether 核实 has confirmed each enrolment that still counts, and when it is planned."""
        waiting = (EnrollmentState.ENROLLED, *REACHED)
        rows = Enrollment.objects.filter(pk__in=references, state__in=waiting)
        return {
            str(pk): Verification(EnrollmentState(state) in REACHED, _end_of(planned))
            for pk, state, planned in rows.values_list("pk", "state", "round__verify_on")
        }

    def groups(self, groups: Sequence[str]) -> Mapping[str, str]:
        """Names of rounds."""
        return {
            row.charge_group: row.name for row in Round.objects.all() if row.charge_group in groups
        }


def _end_of(planned: date | None) -> datetime | None:
    return None if planned is None else timezone.make_aware(datetime.combine(planned, time.max))
