"""Money that was paid for a course and goes back: what finance has of it."""

from datetime import datetime

from payments.leftovers import Leftover, read, with_resolutions
from payments.models import Surplus
from retake.billing import PURPOSE
from retake.models import Enrollment


def refunds_of(row: Enrollment, now: datetime) -> list[Leftover]:
    """Every amount that left this enrolment's charge, newest first. Two statements."""
    found = Surplus.objects.filter(charge__purpose=PURPOSE, charge__reference=row.reference)
    rows = with_resolutions(found.select_related("charge").order_by("-pk"))
    return [read(surplus, now) for surplus in rows]
