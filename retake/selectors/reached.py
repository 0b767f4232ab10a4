"""On which days an enrolment reached its stations, as events, money and meetings tell."""

from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from payments.selectors import ChargePosition
from retake.models import Enrollment, EnrollmentEvent, TeachingSession
from retake.schedule import Schedule
from retake.states import EventKind
from retake.steps import ARRANGE, ATTEND, ENROL, PAY, RECONCILE, RESULT, VERIFY, Dates, Days

# What is written when a station is behind an enrolment; the last time counts. A class that had
# no time is 落实 again when it gets one.
VERIFIED = (EventKind.CONFIRMED, EventKind.REINSTATED)
WRITTEN = {
    VERIFY: ("verified_at", VERIFIED),
    ARRANGE: ("arranged_at", (EventKind.ARRANGED,)),
    RESULT: ("completed_at", (EventKind.COMPLETED,)),
}


def reached() -> dict[str, Subquery]:
    """For a query of enrolments: when each was verified, arranged, completed, and met last."""
    return {
        **{name: last_event(*kinds) for name, kinds in WRITTEN.values()},
        "met_on": Subquery(_meetings()),
    }


def last_event(*kinds: EventKind) -> Subquery:
    """For a query of enrolments: when the last event of these kinds happened."""
    rows = EnrollmentEvent.objects.filter(
        enrollment=OuterRef("pk"), kind__in=[kind.value for kind in kinds]
    )
    return Subquery(rows.order_by("-happened_at").values("happened_at")[:1])


def dates_of(row: Enrollment, schedule: Schedule | None, charge: ChargePosition | None) -> Dates:
    """Of an enrolment that was read with ``reached``."""
    return Dates(done=_done(row, charge), planned=_planned(schedule))


def _done(row: Enrollment, charge: ChargePosition | None) -> Days:
    line = charge.position.line if charge else None
    written = {station: _day(vars(row)[name]) for station, (name, _) in WRITTEN.items()}
    met, result = vars(row)["met_on"], written[RESULT]
    return {
        ENROL: _day(row.enrolled_at),
        PAY: _day(line.paid_at if line else None),
        RECONCILE: _day(charge.reconciled_at if charge else None),
        # A meeting that is still to come when the result is in says nothing.
        ATTEND: met if met and result and met <= result else None,
        **written,
    }


def _planned(schedule: Schedule | None) -> Days:
    if schedule is None:
        return {}
    return {
        RECONCILE: schedule.reconcile_on,
        VERIFY: schedule.verify_on,
        ARRANGE: schedule.expected_on,
    }


def _day(moment: datetime | None) -> date | None:
    return timezone.localdate(moment) if moment else None


def _meetings() -> QuerySet[Any, Any]:
    """The last day on which the class an enrolment sits in meets."""
    rows = TeachingSession.objects.filter(
        group__assignments__enrollment=OuterRef("pk"),
        group__assignments__ended_at=None,
        is_cancelled=False,
    )
    return rows.order_by("-held_on").values("held_on")[:1]
