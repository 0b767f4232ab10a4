"""The trace of an enrolment."""

from collections.abc import Iterable
from datetime import datetime

from retake.models import Enrollment, EnrollmentEvent
from retake.states import EventKind


def record(
    enrollments: Iterable[Enrollment],
    kind: EventKind,
    *,
    actor_id: int | None,
    now: datetime,
    reason: str = "",
) -> None:
    """Write one event for each enrolment in one statement; no actor means the portal itself."""
    EnrollmentEvent.objects.bulk_create(
        EnrollmentEvent(
            enrollment=enrollment, kind=kind, actor_id=actor_id, reason=reason, happened_at=now
        )
        for enrollment in enrollments
    )
